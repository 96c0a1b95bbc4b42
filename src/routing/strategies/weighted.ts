/** Any that is in, each as often as its weight says. */

import { among, shareOf } from './among.ts'

export const weighted = among(({ count, at }, candidates, asked) => {
  let total = 0
  for (let nth = 0; nth < count; nth += 1) total += shareOf(candidates[at[nth]!]!)
  let left = asked.random() * total
  for (let nth = 0; nth < count; nth += 1) {
    left -= shareOf(candidates[at[nth]!]!)
    if (left < 0) return nth
  }
  // What rounding left over.
  return count - 1
})
