/** Any that is in, each as often as the others. */

import { blend, seedOf } from './blend.ts'
import { lowest } from './lowest.ts'

export const random = lowest((scores, candidates, asked) => {
  const seed = seedOf(asked.random())
  for (let at = 0; at < candidates.length; at += 1) scores[at] = blend(seed, at)
})
