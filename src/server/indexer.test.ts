/** The index gets every entry of the log once and in order, whatever the database does meanwhile. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { IndexEntry } from '../receipts/index-entry.ts'
import { Indexer, type Piece } from './indexer.ts'
import { Outage } from './outage.ts'

/** Where an entry stands is all that matters here. */
const entryAt = (position: number): IndexEntry => ({ id: String(position), numbers: [], texts: [] })
const pieceOf = (from: number, to: number): Piece => ({ from, to, entries: Array.from({ length: to - from }, (_, at) => entryAt(from + at)) })

/** A log of numbers, and a database that can be broken and mended. */
function openScene() {
  const log = { id: 'log_1', size: 0 }
  const state = { isBroken: false, next: 0, reads: 0, stored: [] as number[], refused: [] as string[], bad: -1, told: [] as string[] }
  const indexer = new Indexer({
    log,
    indexed: async () => {
      if (state.isBroken) throw new Error('the database is away')
      return state.next
    },
    store: async (entries, { next }) => {
      if (state.isBroken) throw new Error('the database is away')
      if (entries.some(({ id }) => id === String(state.bad))) throw new RangeError('one is bad')
      state.stored.push(...entries.map(({ id }) => Number(id)))
      state.next = next
    },
    outage: new Outage({ begins: () => void state.told.push('away'), ends: () => void state.told.push('back') }),
    isHopeless: (error) => error instanceof RangeError,
    report: (_position, error) => void state.refused.push((error as Error).message),
    read: async (from) => {
      state.reads += 1
      return pieceOf(from, Math.min(log.size, from + 500))
    },
  })
  const write = (count: number) => {
    const piece = pieceOf(log.size, log.size + count)
    log.size = piece.to
    return piece
  }
  return { log, state, indexer, write, all: () => Array.from({ length: log.size }, (_, at) => at) }
}

async function until(check: () => boolean): Promise<void> {
  for (const begun = performance.now(); !check(); await setTimeout(5)) assert.ok(performance.now() - begun < 5000, `it did not come true: ${check}`)
}

test('what is written is indexed from memory, and nothing is read again', async () => {
  const { indexer, write, state, all } = openScene()
  for (const count of [3, 1, 500, 20]) indexer.push(write(count))
  await indexer.settled()
  assert.deepEqual(state.stored, all())
  assert.equal(state.reads, 0)
  assert.equal(indexer.behind, 0)
})

test('what was written before it began, or by others in between, is read from the disk', async () => {
  const { indexer, write, state, all } = openScene()
  write(700)
  indexer.push(write(5))
  write(2)
  indexer.push(write(4))
  await until(() => state.stored.length === 711)
  assert.deepEqual(state.stored, all())
  assert.ok(state.reads >= 2)
})

test('[B17] while the database is away memory is bounded, and all is indexed once and in order when it is back', async () => {
  const { indexer, write, state, all, log } = openScene()
  state.isBroken = true
  for (let at = 0; at < 60; at += 1) indexer.push(write(500))
  await until(() => state.told.length > 0)
  assert.equal(indexer.behind, 30_000)
  state.isBroken = false
  await until(() => state.stored.length === log.size)
  assert.deepEqual(state.stored, all())
  assert.ok(state.reads >= 40, 'it was all held in memory')
  assert.deepEqual(state.told, ['away', 'back'])
})

test('an entry that the index refuses for good holds up no others, and is told once', async () => {
  const { indexer, write, state, all } = openScene()
  state.bad = 333
  indexer.push(write(500))
  await indexer.settled()
  indexer.push(write(7))
  await indexer.settled()
  assert.deepEqual(
    state.stored,
    all().filter((at) => at !== 333),
  )
  assert.deepEqual([state.refused, indexer.behind, state.next], [['one is bad'], 0, 507])
})

test('a closed one goes on nowhere, and the next goes on from where the index is', async () => {
  const { indexer, write, state } = openScene()
  state.isBroken = true
  indexer.push(write(10))
  const begun = performance.now()
  await indexer.close(100)
  assert.ok(performance.now() - begun < 1000)
  state.isBroken = false
  await setTimeout(400)
  assert.deepEqual(state.stored, [])
})

test('closing stores what is left', async () => {
  const { indexer, write, state, all } = openScene()
  indexer.push(write(1200))
  await indexer.close(1000)
  assert.deepEqual(state.stored, all())
})

test('it reads the log anew from where it is told', async () => {
  const { indexer, write, state, all } = openScene()
  indexer.push(write(600))
  await indexer.settled()
  state.stored = []
  indexer.rewind(0)
  await indexer.settled()
  assert.deepEqual(state.stored, all())
})
