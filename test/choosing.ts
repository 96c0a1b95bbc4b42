/** Lists to choose from, dice that fall alike in every run, and many choices counted. */

import assert from 'node:assert/strict'
import type { Candidate, Circumstances, Strategy } from '../src/routing/strategies/strategy.ts'

export interface Player extends Candidate {
  readonly isIn: boolean
}

/** One of weight 1, at rest and never heard, that asks a nano-dollar a token. */
export const player = (given: Partial<Player> = {}): Player => ({
  weight: 1,
  inFlight: 0,
  latency: 0,
  errors: 0,
  mark: 0,
  price: (input, output) => input + output,
  isIn: true,
  ...given,
})

/** So many of them, each with a mark of its own. */
export const players = (count: number, given: (at: number) => Partial<Player> = () => ({})): Player[] => {
  const next = dice(count)
  return Array.from({ length: count }, (_, at) => player({ mark: Math.floor(next() * 2 ** 32), ...given(at) }))
}

/** Numbers from 0 to below 1, always the same for a seed: Mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A call of a thousand tokens, without a session. */
export const asking = (given: Partial<Circumstances<Player>> = {}): Circumstances<Player> => ({
  input: 800,
  output: 200,
  affinity: undefined,
  turn: 0,
  isIn: ({ isIn }) => isIn,
  random: dice(1),
  ...given,
})

/** How often each is asked in so many calls, turn after turn, with seeded dice; each call is of a session of its own where sessions are asked for. */
export function tally(strategy: Strategy, list: readonly Player[], { calls, sessions = false }: { calls: number; sessions?: boolean }): number[] {
  const counts = list.map(() => 0)
  const random = dice(7)
  const session = dice(11)
  for (let turn = 0; turn < calls; turn += 1) {
    const affinity = sessions ? Math.floor(session() * 2 ** 32) : undefined
    counts[strategy(list, asking({ turn, random, affinity }))]! += 1
  }
  return counts
}

/** Holds counts against the shares that are expected: each within four and a half standard deviations of a fair draw, so that dice of no seed but one in thousands would fail. */
export function assertShares(counts: readonly number[], shares: readonly number[]): void {
  const calls = counts.reduce((sum, count) => sum + count, 0)
  const whole = shares.reduce((sum, share) => sum + share, 0)
  for (const [at, count] of counts.entries()) {
    const probability = shares[at]! / whole
    const deviation = Math.sqrt(calls * probability * (1 - probability))
    assert.ok(Math.abs(count - calls * probability) <= 4.5 * deviation, `${counts.join(' ')} of ${shares.join(' ')}`)
  }
}
