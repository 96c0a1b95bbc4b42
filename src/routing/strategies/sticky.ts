/** The same one for the same session, so that the provider's prompt cache is met again; each has as many sessions as its weight says. */

import { blend } from './blend.ts'
import { lowest } from './lowest.ts'
import { shareOf } from './share.ts'
import type { Strategy } from './strategy.ts'
import { arrivalOf, weighted } from './weighted.ts'

/** A call of no session is drawn by weight. */
export const sticky: Strategy = (candidates, circumstances) => (circumstances.affinity === undefined ? weighted : byAffinity)(candidates, circumstances)

/**
 * Rendezvous hashing: each session has its own order of candidates, so that only what belonged to one that goes out moves, and comes back with it.
 * https://en.wikipedia.org/wiki/Rendezvous_hashing#Weighted_rendezvous_hash
 */
const byAffinity = lowest(
  (scores, candidates, { affinity = 0 }) => {
    for (let at = 0; at < candidates.length; at += 1) scores[at] = blend(affinity, candidates[at]!.mark) / shareOf(candidates[at]!)
  },
  { exact: arrivalOf },
)
