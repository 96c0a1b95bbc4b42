/** Any that is in, each as often as its weight says. */

import { blend, seedOf } from './blend.ts'
import { lowest } from './lowest.ts'
import { shareOf } from './share.ts'

export const weighted = lowest(
  (scores, candidates, asked) => {
    const seed = seedOf(asked.random())
    for (let at = 0; at < candidates.length; at += 1) scores[at] = blend(seed, at) / shareOf(candidates[at]!)
  },
  { exact: arrivalOf },
)

/**
 * When a candidate arrives in a race that each wins as often as its share is of all: the time to an event that comes at the
 * rate of the share, for the chance that it came by then. −ln(1 − x) is never less than x, so chance over share is a lower bound.
 */
export function arrivalOf(bound: number, share: number): number {
  return -Math.log1p(-bound * share) / share
}
