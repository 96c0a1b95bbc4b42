/** The vital signs of the gateway's process: what the kernel says of it (Linux), and what it says itself. */

import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { readResidentBytes } from '../../bench/process.ts'
import type { Told } from './probe.ts'

export interface Vitals extends Told {
  /** Bytes of memory. */
  readonly resident: number
  readonly descriptors: number
  /** Those of the descriptors that are sockets. */
  readonly sockets: number
}

export function readVitals(pid: number, probe: string): Vitals {
  const links = readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`))
  const told = JSON.parse(readFileSync(probe, 'utf8')) as Told
  return { ...told, resident: readResidentBytes(pid), descriptors: links.length, sockets: links.filter((link) => link.startsWith('socket:')).length }
}

/** It may be closed by now. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
