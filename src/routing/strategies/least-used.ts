/** The one with the fewest calls under way for its weight; equals in turn. */

import { among, shareOf } from './among.ts'

export const leastUsed = among(({ count, at }, candidates, { turn }) => {
  let [equals, least] = [0, Infinity]
  for (let nth = 0; nth < count; nth += 1) {
    const place = at[nth]!
    const candidate = candidates[place]!
    const load = candidate.inFlight / shareOf(candidate)
    if (load > least) continue
    if (load < least) equals = 0
    least = load
    // Equals come to the front, never past what is still to be looked at.
    at[equals++] = place
  }
  return turn % equals
})
