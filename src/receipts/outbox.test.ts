/** Receipts wait for storage without end to their number but the bound, survive a storage that fails, and hold nobody up. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Outbox } from './outbox.ts'

const limits = { records: 10_000, bytes: 1 << 20 }

/** A storage that can be broken, mended and held up. */
function openStorage() {
  const batches: (readonly string[])[] = []
  const state = { isBroken: false, held: Promise.resolve(), tries: 0 }
  const append = async (lines: readonly string[]): Promise<void> => {
    state.tries += 1
    await state.held
    if (state.isBroken) throw new Error('the disk is full')
    batches.push(lines)
  }
  return { batches, state, append, lines: () => batches.flat() }
}

async function until(check: () => boolean): Promise<void> {
  for (const begun = performance.now(); !check(); await setTimeout(5)) assert.ok(performance.now() - begun < 3000, `it did not come true: ${check}`)
}

test('receipts are stored once each and in their order, those of one moment together', async () => {
  const storage = openStorage()
  const outbox = new Outbox(storage.append, limits)
  const lines = Array.from({ length: 1200 }, (_, at) => `{"n":${at}}`)
  for (const line of lines) outbox.put(line, line.length)
  assert.equal(storage.state.tries, 0, 'a call would have waited')
  await until(() => outbox.depth === 0)
  outbox.put('{"n":"later"}', '{"n":"later"}'.length)
  assert.equal(await outbox.close(1000), 0)
  assert.deepEqual(storage.lines(), [...lines, '{"n":"later"}'])
  assert.deepEqual(
    storage.batches.map(({ length }) => length),
    [500, 500, 200, 1],
  )
})

test('what finds it full, by number or by size, is counted and not kept', async () => {
  const storage = openStorage()
  for (const [bound, line, kept] of [
    [{ records: 3, bytes: 1000 }, 'x', 3],
    [{ records: 1000, bytes: 25 }, 'x'.repeat(10), 2],
  ] as const) {
    const outbox = new Outbox(storage.append, bound)
    for (let at = 0; at < 5; at += 1) outbox.put(line, line.length)
    assert.deepEqual([outbox.depth, outbox.dropped], [kept, 5 - kept])
    await until(() => outbox.depth === 0)
    outbox.put(line, line.length)
    assert.deepEqual([outbox.depth, outbox.dropped], [1, 5 - kept], 'the place of what was stored is free again')
    await outbox.close(1000)
  }
})

test('a storage that fails is asked again until it takes them, and meanwhile its fault can be seen', async () => {
  const storage = openStorage()
  storage.state.isBroken = true
  const outbox = new Outbox(storage.append, limits)
  outbox.put('a', 'a'.length)
  await until(() => outbox.lastFault instanceof Error)
  outbox.put('b', 'b'.length)
  storage.state.isBroken = false
  await until(() => outbox.depth === 0)
  assert.equal(outbox.lastFault, undefined)
  assert.deepEqual(storage.lines(), ['a', 'b'])
})

test('closing asks a storage that had failed at once, and does not sit out the pause', async () => {
  const storage = openStorage()
  storage.state.isBroken = true
  const outbox = new Outbox(storage.append, limits)
  outbox.put('a', 'a'.length)
  await until(() => storage.state.tries === 2)
  await setTimeout(20)
  storage.state.isBroken = false
  const begun = performance.now()
  assert.equal(await outbox.close(5000), 0)
  assert.ok(performance.now() - begun < 200, `took ${performance.now() - begun} ms`)
  assert.deepEqual(storage.lines(), ['a'])
})

test('closing gives up in time, says how many were lost, and then leaves the storage alone', async () => {
  const storage = openStorage()
  storage.state.isBroken = true
  const outbox = new Outbox(storage.append, limits)
  outbox.put('a', 'a'.length)
  outbox.put('b', 'b'.length)
  assert.equal(await outbox.close(100), 2)
  const { tries } = storage.state
  await setTimeout(600)
  assert.equal(storage.state.tries, tries)
})

test('closing does not wait longer than it may for a storage that hangs', async () => {
  const storage = openStorage()
  storage.state.held = new Promise(() => {})
  const outbox = new Outbox(storage.append, limits)
  outbox.put('a', 'a'.length)
  assert.equal(await outbox.close(100), 1)
})

test('closing stores what comes while it closes', async () => {
  const storage = openStorage()
  const outbox = new Outbox(storage.append, limits)
  storage.state.held = setTimeout(50)
  outbox.put('a', 'a'.length)
  const closed = outbox.close(1000)
  await until(() => storage.state.tries === 1)
  outbox.put('b', 'b'.length)
  assert.equal(await closed, 0)
  assert.deepEqual(storage.lines(), ['a', 'b'])
})

test('what comes after the end is counted and lost, and nothing is tried for it', async () => {
  const storage = openStorage()
  storage.state.isBroken = true
  const outbox = new Outbox(storage.append, limits)
  await outbox.close(100)
  outbox.put('a', 'a'.length)
  await setTimeout(400)
  assert.deepEqual([outbox.dropped, outbox.depth, storage.state.tries], [1, 0, 0])
})

test('an empty one closes at once', async () => {
  assert.equal(await new Outbox(openStorage().append, limits).close(60_000), 0)
})

test('how many were missed is told with what is stored next, once', async () => {
  const told: (readonly [number, number])[] = []
  const state = { isBroken: true }
  const outbox = new Outbox<string>(
    async (batch, missed) => {
      if (state.isBroken) throw new Error('the disk is full')
      told.push([batch.length, missed])
    },
    { records: 2, bytes: 100 },
  )
  for (let at = 0; at < 5; at += 1) outbox.put('x', 1)
  await until(() => outbox.lastFault !== undefined)
  assert.equal(outbox.isFull, true)
  state.isBroken = false
  await until(() => outbox.depth === 0)
  outbox.put('y', 1)
  assert.equal(await outbox.close(1000), 0)
  assert.deepEqual(told, [
    [2, 3],
    [1, 0],
  ])
})
