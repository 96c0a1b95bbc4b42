/** The same one for the same session, so that the provider's prompt cache is met again; each has as many sessions as its weight says. */

import { among, shareOf } from './among.ts'
import type { Strategy } from './strategy.ts'
import { weighted } from './weighted.ts'

/** A call of no session is drawn by weight. */
export const sticky: Strategy = (candidates, circumstances) => (circumstances.affinity === undefined ? weighted : byAffinity)(candidates, circumstances)

/**
 * Rendezvous hashing: each session has its own order of candidates, so that only what belonged to one that goes out moves, and comes back with it.
 * The order is that of a race in which each arrives at the rate of its weight (https://en.wikipedia.org/wiki/Rendezvous_hashing#Weighted_rendezvous_hash).
 */
const byAffinity = among(({ count, at }, candidates, { affinity = 0 }) => {
  let [first, soonest] = [0, Infinity]
  for (let nth = 0; nth < count; nth += 1) {
    const candidate = candidates[at[nth]!]!
    const hash = blend(affinity, candidate.mark)
    const weight = shareOf(candidate)
    // Spares the logarithm of those that cannot be first: −ln x is never below 1 − x.
    if ((1 - hash) / weight >= soonest) continue
    const arrival = -Math.log(hash) / weight
    if (arrival < soonest) [first, soonest] = [nth, arrival]
  }
  return first
})

/** From above 0 to 1, even over pairs: the last steps of MurmurHash3 (https://github.com/aappleby/smhasher). */
function blend(affinity: number, mark: number): number {
  let mixed = affinity ^ Math.imul(mark, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 1) / 2 ** 32
}
