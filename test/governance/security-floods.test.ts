/** Names without end and prompts without end: nothing grows with them, and others are answered meanwhile. */

import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, test } from 'node:test'
import { resolve } from '../../src/routing/resolve.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { messagesPath, type Told } from '../acceptance/scene.ts'
import { snapshotOf } from '../serving.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ settings: { log: { level: 'warn' } } })

/** So many of them at a time. */
async function askMany(count: number, ask: (turn: number) => Promise<Told>, lanes = 32): Promise<readonly number[]> {
  const statuses = new Set<number>()
  let turn = 0
  const lane = async () => {
    while (turn < count) statuses.add((await ask(turn++)).status)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return [...statuses]
}

describe('[C64] names that nobody has asked for before', () => {
  test('leave no more in the table of names, and among the places, than their bounds', () => {
    const { routing } = snapshotOf('providers: { openai: { key: upstream-key-of-up-4f9a1c } }\nchains: { kept: { targets: [openai/gpt-4o] } }')
    const before = process.memoryUsage().heapUsed
    for (let turn = 0; turn < 60_000; turn += 1) resolve({ model: `openai/model-${turn}`, fallbacks: [] }, routing)
    assert.ok(routing.known.size <= 2001, `${routing.known.size} names`)
    assert.ok([...routing.health].length <= 20_100, `${[...routing.health].length} places`)
    assert.ok(routing.known.has('kept'), 'chains are not forgotten for them')
    assert.ok(process.memoryUsage().heapUsed - before < 150 * 2 ** 20)
  })
})

describe('[C63] a flood of long prompts that only want to be counted', () => {
  const words = 'every good boy deserves favour and then some more words '
  const count = (characters: number) =>
    scene.ask({
      path: `${messagesPath}/count_tokens`,
      body: { model: 'up/gpt-4o', messages: [{ role: 'user', content: words.repeat(characters / words.length) }] },
    })

  test('of a million tokens each is answered', async () => {
    const told = await count(4_000_000)
    assert.equal(told.status, 200, told.text)
    assert.ok(Number(told.json().input_tokens) > 500_000, told.text)
  })

  test('keeps nobody else waiting', async () => {
    // Other processes share this machine: one round in peace is enough.
    const tails: number[] = []
    while (tails.length < 4 && !tails.some((tail) => tail < 100)) {
      let isOver = false
      const waits: number[] = []
      const own = monitorEventLoopDelay({ resolution: 5 })
      own.enable()
      const meanwhile = (async () => {
        while (!isOver) {
          const { took } = await scene.ask({ method: 'GET', path: '/healthz', key: null })
          waits.push(took)
        }
      })()
      await askMany(600, () => count(400_000), 4)
      isOver = true
      await meanwhile
      own.disable()
      assert.ok(waits.length > 20, `${waits.length} were asked meanwhile`)
      // What this process itself was late by is not the gateway's doing.
      tails.push(waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)]! - own.percentile(95) / 1e6)
    }
    assert.ok(Math.min(...tails) < 100, `95 % waited ${tails.join(', ')} ms`)
    assert.ok(!scene.log().some(({ msg, ms }) => msg === 'event loop was blocked' && Number(ms) > 1000))
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
