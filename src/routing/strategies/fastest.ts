/** The faster of two that are drawn: nearly as good as the fastest of all, and it does not send every call to the same one at once. */

import { blend, seedOf } from './blend.ts'
import { belongs, sharesFirst } from './share.ts'
import type { Candidate } from './strategy.ts'

/** One choice in so many takes what was drawn first, so that whoever was slow once is heard again. */
const listeningEvery = 64
/** The share of errors from which on whoever was never heard is not asked for the sake of hearing it. */
const mostErrors = 0.25

/**
 * The two lowest of even draws are an even pair, and only those that would be one of them are asked whether they are in.
 * Mitzenmacher, The Power of Two Choices in Randomized Load Balancing (https://doi.org/10.1109/71.963420).
 */
export const fastest = sharesFirst((candidates, circumstances, hasShare) => {
  const seed = seedOf(circumstances.random())
  let [first, second] = [-1, -1]
  let [lowest, next] = [Infinity, Infinity]
  for (let at = 0; at < candidates.length; at += 1) {
    const draw = blend(seed, at)
    if (draw >= next || !belongs(candidates[at]!, hasShare) || !circumstances.isIn(candidates[at]!)) continue
    const isFirst = draw < lowest
    second = isFirst ? first : at
    next = isFirst ? lowest : draw
    if (!isFirst) continue
    first = at
    lowest = draw
  }
  if (second === -1 || circumstances.turn % listeningEvery === listeningEvery - 1) return first
  return waitAt(candidates[second]!) < waitAt(candidates[first]!) ? second : first
})

/** Milliseconds until a first word comes, with the attempts that fail before it. Whoever was never heard is tried first while it is sound and at rest, and last otherwise. */
function waitAt({ latency, errors, inFlight }: Candidate): number {
  if (latency === 0) return errors < mostErrors && inFlight === 0 ? 0 : Infinity
  return latency / (1 - errors)
}
