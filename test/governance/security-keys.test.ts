/** How long it takes to know that a key is wrong tells nothing of the right ones. After dudect: https://eprint.iacr.org/2016/1123 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { secret, snapshotOf } from '../serving.ts'

/** A million by hand, as `OMNI_TEST_TIMINGS=1000000 node --test test/governance/security-keys.test.ts`. */
const samples = Number(process.env.OMNI_TEST_TIMINGS ?? 60_000)
/** Above it two kinds of keys take different times; 4.5 is dudect's own, and the machine is shared with other tests. */
const most = 6
const rounds = 4

const { identify } = snapshotOf('providers: {}')

const some = (characters: number): string => randomBytes(characters / 2).toString('hex')
/** As many different ones of each kind: what is asked for again is found sooner by any processor. */
const wrong = {
  'nothing of the key is right': () => some(secret.length),
  'all but its end is right': () => secret.slice(0, -8) + some(8),
  'all but its beginning is right': () => some(8) + secret.slice(8),
} as const

function timeOf(key: string): number {
  const from = process.hrtime.bigint()
  identify(key)
  return Number(process.hrtime.bigint() - from)
}

/** Both kinds lie in memory as they came, one among the other: where a text lies makes a difference too. In one piece: what V8 put together of others takes longer. */
function mixOf(kinds: readonly [() => string, () => string]) {
  return Array.from({ length: 32_768 }, () => {
    const kind = Math.random() < 0.5 ? 0 : 1
    return { kind, key: Buffer.from(kinds[kind]()).toString('latin1') } as const
  })
}

/** Welch's t of both, without the tenth that took longest: those were interrupted. */
function differenceOf(one: () => string, other: () => string): number {
  const mix = mixOf([one, other])
  for (const { key } of mix) identify(key)
  const times: [number[], number[]] = [[], []]
  for (let turn = 0; turn < samples; turn += 1) {
    const { kind, key } = mix[turn % mix.length]!
    times[kind].push(timeOf(key))
  }
  const cut = times.flat().sort((a, b) => a - b)[Math.floor(samples * 0.9)]!
  const [a, b] = times.map((all) => summary(all.filter((time) => time <= cut)))
  return (a!.mean - b!.mean) / Math.sqrt(a!.variance / a!.count + b!.variance / b!.count)
}

function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, variance, count: values.length }
}

test('[C12] a wrong key takes the same time, however much of it is right', () => {
  const [random, ...others] = Object.entries(wrong)
  for (const [says, make] of others) {
    const found: number[] = []
    while (found.length < rounds && !found.some((t) => Math.abs(t) < most)) found.push(differenceOf(random![1], make))
    assert.ok(
      found.some((t) => Math.abs(t) < most),
      `${says}: t is ${found.map((t) => t.toFixed(1)).join(', ')}`,
    )
  }
})

test('a comparison that stops at the first difference would be found out', () => {
  const slow = (key: string): boolean => {
    for (let at = 0; at < secret.length; at += 1) {
      if (key[at] !== secret[at]) return false
      for (let spin = 0; spin < 20; spin += 1) Math.sqrt(spin)
    }
    return true
  }
  const times = [`-${secret.slice(1)}`, `${secret.slice(0, -1)}-`].map((key) => {
    const all = Array.from({ length: 4000 }, () => {
      const from = process.hrtime.bigint()
      slow(key)
      return Number(process.hrtime.bigint() - from)
    }).sort((a, b) => a - b)
    return summary(all.slice(0, 3600))
  })
  const [a, b] = times
  assert.ok(Math.abs((a!.mean - b!.mean) / Math.sqrt(a!.variance / a!.count + b!.variance / b!.count)) > most)
})

test('[C10] keys that begin alike are told apart', () => {
  assert.equal(identify(secret)?.keyId, 'key_0199e2b88a1c7f04b5d6e7f8a9b0c1d2')
  for (const length of [20, 40, 63]) assert.equal(identify(secret.slice(0, length)), undefined)
  for (const more of ['x', '0'.repeat(200), '\0', ' ']) assert.equal(identify(secret + more), undefined)
})
