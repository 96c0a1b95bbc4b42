/** The first that is in, as the operator wrote them down. */

import type { Strategy } from './strategy.ts'

export const priority: Strategy = (candidates, circumstances) => {
  for (let at = 0; at < candidates.length; at += 1) if (circumstances.isIn(candidates[at]!)) return at
  return -1
}
