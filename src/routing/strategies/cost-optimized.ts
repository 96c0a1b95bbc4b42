/** The one that asks the least for this very call; equals in order, and whoever's price is unknown after all others. */

import { among } from './among.ts'

export const costOptimized = among(({ count, at }, candidates, { input, output }) => {
  let [cheapest, least] = [0, Infinity]
  for (let nth = 0; nth < count; nth += 1) {
    const price = candidates[at[nth]!]!.price(input, output)
    if (price < least) [cheapest, least] = [nth, price]
  }
  return cheapest
})
