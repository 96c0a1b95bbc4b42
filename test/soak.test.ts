/** The soak in small: half a minute of what `npm run soak` does for hours, and the arithmetic of its verdicts. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { outcomes, type Outcome } from '../scripts/soak/clients.ts'
import { soak } from '../scripts/soak/run.ts'
import { slopeOf } from '../scripts/soak/slope.ts'
import { judge, type Rest, type Row } from '../scripts/soak/verdict.ts'
import { noProc } from './acceptance/rules.ts'

const MiB = 2 ** 20
const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>

/** Half an hour of a process whose memory is so many MiB in each minute. */
const rowsOf = (memory: (minute: number) => number): readonly Row[] =>
  Array.from({ length: 30 }, (_, minute) => ({
    hours: (minute + 1) / 60,
    resident: memory(minute) * MiB,
    descriptors: 40,
    sockets: 10,
    heap: 0,
    heapKept: null,
    timers: 0,
    loopDelay: 0,
    counts: none,
    accepted: 0,
    stored: 0,
  }))

const rest: Rest = {
  counts: { ...none, whole: 90, left: 10, unauthorized: 5 },
  accepted: 100,
  stored: 100,
  missing: 0,
  dropped: 0,
  lines: 200,
  live: 0,
  held: [],
  descriptorsBefore: 30,
  descriptors: 32,
  exit: 0,
  complaints: [],
}
const flat = rowsOf((minute) => 300 + (minute % 2))
const failing = (rows: readonly Row[], but: Partial<Rest> = {}, refusals: readonly string[] = []): readonly string[] =>
  judge(rows, { ...rest, ...but }, refusals).flatMap(({ says, holds }) => (holds ? [] : [says]))

describe('the verdicts of a soak', () => {
  test('a straight line is found, with how sure it is', () => {
    assert.deepEqual(slopeOf([0, 1, 2, 3].map((x) => [x, 5 + 2 * x])), { by: 2, error: 0 })
    const { by, error } = slopeOf([0, 1, 2, 3].map((x) => [x, x + (x % 2)]))
    assert.ok(Math.abs(by - 1.2) < 1e-9 && Math.abs(error - Math.sqrt(0.08)) < 1e-9, `${by} ± ${error}`)
    assert.equal(slopeOf([[1, 1]]).error, Infinity)
  })

  test('[B42] memory that sways is none that grows, growth of the first half is warming up, and what creeps is found', () => {
    assert.deepEqual(failing(flat), [])
    assert.deepEqual(failing(rowsOf((minute) => 300 + Math.min(minute, 15) * 10)), [])
    const growth = ['memory grows by less than 1 MiB an hour']
    assert.deepEqual(failing(rowsOf((minute) => 300 + minute / 5 + (minute % 2))), growth)
    assert.deepEqual(failing(rowsOf((minute) => 300 + minute)), growth)
    assert.deepEqual(failing(rowsOf((minute) => 300 + minute).slice(0, 10)), [], 'it is too short to tell')
  })

  const faults: readonly (readonly [says: string, rest: Partial<Rest>, refusals?: readonly string[]])[] = [
    ['descriptors are as before', { descriptors: 35 }],
    ['there is one receipt for each accepted call', { stored: 99 }],
    ['there is one receipt for each accepted call', { stored: 101 }],
    ['every receipt that an answer named is stored', { missing: 1 }],
    ['every receipt that an answer named is stored', { dropped: 1 }],
    ['the log has two lines for each accepted call', { lines: 199 }],
    ['no call, queue or lease is left', { live: 1 }],
    ['no call, queue or lease is left', { held: ['provider:x with 1 in flight and 0 waiting'] }],
    ['no client was lied to, cut off, or left without an answer', { counts: { ...none, late: 1 } }],
    ['every change of an operator was taken', {}, ['POST /_omni/reload was refused']],
    ['the process ended well and complained of nothing', { exit: null }],
    ['the process ended well and complained of nothing', { complaints: ['MaxListenersExceededWarning'] }],
  ]
  for (const [says, but, refusals] of faults) {
    const [what] = [...Object.entries(but).map(([name, value]) => `${name} ${JSON.stringify(value)}`), 'a refusal']
    test(`fail for ${what}`, () => assert.deepEqual(failing(flat, but, refusals), [says]))
  }
})

describe('half a minute of a soak', { skip: noProc }, () => {
  test('[B42] (routing 29) faults, flapping, leaving and slow clients, reloads, resets, keys: one receipt and two log lines a call, nothing left behind', async () => {
    const { rows, changes, verdicts } = await soak({ minutes: 0.5, lanes: 30, rate: 60, seed: 1, every: 5000 })
    assert.deepEqual(
      verdicts.filter(({ holds }) => !holds),
      [],
    )
    const counts = rows.at(-1)!.counts
    for (const outcome of ['whole', 'told', 'refused', 'left', 'unauthorized'] as const) assert.ok(counts[outcome] > 0, `none of the calls was ${outcome}`)
    for (const [name, count] of Object.entries(changes)) assert.ok(count > 1, `${count} × ${name}`)
  })
})
