/** The faster of two that are drawn: nearly as good as the fastest of all, and it does not send every call to the same one at once. */

import { among } from './among.ts'
import type { Candidate } from './strategy.ts'

/** One choice in so many takes what was drawn first, so that whoever was slow once is heard again. */
const listeningEvery = 64
/** The share of errors above which whoever was never heard is not asked for the sake of hearing it. */
const mostErrors = 0.25

/** Mitzenmacher, The Power of Two Choices in Randomized Load Balancing (https://doi.org/10.1109/71.963420). */
export const fastest = among(({ count, at }, candidates, asked) => {
  const first = Math.floor(asked.random() * count)
  if (count === 1 || asked.turn % listeningEvery === listeningEvery - 1) return first
  const second = (first + 1 + Math.floor(asked.random() * (count - 1))) % count
  return waitAt(candidates[at[second]!]!) < waitAt(candidates[at[first]!]!) ? second : first
})

/** Milliseconds until a first word comes, with the attempts that fail before it. Whoever was never heard is tried first while it is sound and at rest, and last otherwise. */
function waitAt({ latency, errors, inFlight }: Candidate): number {
  if (latency === 0) return errors < mostErrors && inFlight === 0 ? 0 : Infinity
  return latency / (1 - errors)
}
