/** Loaded into a gateway before anything else: on SIGUSR2 it does to its process what a file says, as an operator or a machine would. */

import { readFileSync } from 'node:fs'

/** Milliseconds. */
export interface Disturbance {
  /** By how much the clock is off from now on. */
  readonly shift?: number
  /** How long nothing else runs. */
  readonly block?: number
}

const trueNow = Date.now
let off = 0
Date.now = () => trueNow() + off

process.on('SIGUSR2', () => {
  const { shift, block = 0 } = JSON.parse(readFileSync(process.env.DISTURBANCE!, 'utf8')) as Disturbance
  off = shift ?? off
  for (const from = performance.now(); performance.now() - from < block;) Math.random()
})
