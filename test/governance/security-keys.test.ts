/** How long it takes to know that a key is wrong tells nothing of the right ones. After dudect: https://eprint.iacr.org/2016/1123 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { secret, snapshotOf } from '../serving.ts'

const samples = 1_000_000
/** dudect's own: up to it nothing is seen. */
const most = 4.5
const rounds = 3
/** dudect's own: times above each of so many percentiles are left out in turn, since whoever was interrupted took long for no reason of the key's. */
const crops = 100
/** Nanoseconds; whatever takes longer was interrupted. */
const longest = 20_000

const { identify } = snapshotOf('providers: {}')

/** As it must not be done. */
function isKnownNaively(key: string): boolean {
  for (let at = 0; at < secret.length; at += 1) if (key[at] !== secret[at]) return false
  return true
}

/** Of as many characters that are nobody's. As many different ones of each kind: what is asked for again is found sooner by any processor. */
type Kind = (nobodys: string) => string
const random: Kind = (nobodys) => nobodys
const rightly: { readonly [says: string]: Kind } = {
  'all but its end': (nobodys) => secret.slice(0, -8) + nobodys.slice(-8),
  'all but its beginning': (nobodys) => nobodys.slice(0, 8) + secret.slice(8),
}

/** So many keys are made at a time; no key is tried twice, for each has a place in memory that makes a difference of its own. */
const batch = 20_000

/** Both kinds lie in memory one among the other, and all were put there in one way: where and how a text lies makes a difference too. */
function mixOf(choices: readonly [Kind, Kind]) {
  const nobodys = randomBytes((batch * secret.length) / 2).toString('hex')
  const kinds = Array.from({ length: batch }, () => (Math.random() < 0.5 ? 0 : 1))
  const keys = Buffer.from(kinds.map((kind, at) => choices[kind](nobodys.slice(at * secret.length, (at + 1) * secret.length))).join(''))
  return kinds.map((kind, at) => ({ kind, key: keys.toString('latin1', at * secret.length, (at + 1) * secret.length) }) as const)
}

/** The largest Welch's t of all crops, of a million times: how surely two kinds of keys take different times. */
function differenceOf(check: (key: string) => unknown, choices: readonly [Kind, Kind]): number {
  for (const { key } of mixOf(choices)) check(key)
  /** How often each kind took so many nanoseconds. */
  const counts = [new Uint32Array(longest), new Uint32Array(longest)] as const
  for (let tried = 0; tried < samples; tried += batch) {
    for (const { kind, key } of mixOf(choices)) {
      const from = process.hrtime.bigint()
      check(key)
      const took = Number(process.hrtime.bigint() - from)
      if (took < longest) counts[kind][took]! += 1
    }
  }
  const cuts = Array.from({ length: crops }, (_, at) => 1 - 0.5 ** ((10 * (at + 1)) / crops))
  return Math.max(...cuts.map((share) => Math.abs(welch(counts, cutAt(counts, share * samples)))))
}

/** The time that so many samples of both kinds took at most. */
function cutAt([one, other]: readonly [Uint32Array, Uint32Array], wanted: number): number {
  let seen = 0
  let time = 0
  while (time < longest && seen < wanted) {
    seen += one[time]! + other[time]!
    time += 1
  }
  return time
}

function welch(counts: readonly [Uint32Array, Uint32Array], cut: number): number {
  const [a, b] = counts.map((one) => summary(one.subarray(0, cut))) as [Summary, Summary]
  const spread = Math.sqrt(a.variance / a.count + b.variance / b.count)
  // Of the few fastest all may have taken the same: they tell nothing.
  return Math.min(a.count, b.count) < 1000 || spread === 0 ? 0 : (a.mean - b.mean) / spread
}

type Summary = ReturnType<typeof summary>

function summary(counts: Uint32Array) {
  const sumOf = (value: (time: number) => number) => counts.reduce((sum, count, time) => sum + count * value(time), 0)
  const count = sumOf(() => 1)
  const mean = sumOf((time) => time) / count
  return { count, mean, variance: sumOf((time) => (time - mean) ** 2) / (count - 1) }
}

test('[C12] in a million trials a wrong key takes the same time, however much of it is right', () => {
  // Who was let in once is remembered by the key itself, beside its hash.
  assert.notEqual(identify(secret), undefined)
  for (const [says, make] of Object.entries(rightly)) {
    // What disturbs the machine for one round does not for all; what tells of the key does.
    const found: number[] = []
    while (found.length < rounds && !found.some((t) => t < most)) found.push(differenceOf(identify, [random, make]))
    assert.ok(
      found.some((t) => t < most),
      `${says} is right: t is ${found.map((t) => t.toFixed(1)).join(', ')}`,
    )
  }
})

test('[C12] a comparison that stops at the first difference is found out by the same trials', () => {
  const found = differenceOf(isKnownNaively, [random, rightly['all but its end']!])
  assert.ok(found > most * 20, `t is ${found.toFixed(1)}`)
})

test('[C10] keys that begin alike are told apart', () => {
  const known = (key: string) => identify(key)?.keyId
  assert.equal(known(secret), 'key_0199e2b88a1c7f04b5d6e7f8a9b0c1d2')
  for (const length of [20, 40, 63]) assert.equal(known(secret.slice(0, length)), undefined)
  for (const more of ['x', '0'.repeat(200), '\0', ' ']) assert.equal(known(secret + more), undefined)
})
