/** The one with the fewest calls under way for its weight; equals in turn. */

import { lowest } from './lowest.ts'
import { shareOf } from './share.ts'

export const leastUsed = lowest(
  (scores, candidates) => {
    for (let at = 0; at < candidates.length; at += 1) scores[at] = candidates[at]!.inFlight / shareOf(candidates[at]!)
  },
  { tie: 'turn' },
)
