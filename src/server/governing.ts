/** What governs calls, from the side of the process: counters that all share, who looks at texts, and where calls are held. */

import type { Gateway } from '../gateway/gateway.ts'
import { compileDetector, inspect } from '../policy/detectors/index.ts'
import type { Plane } from './plane.ts'

export function governingOf(plane: Plane): Pick<Gateway, 'counters' | 'inspect' | 'reviews'> {
  return {
    counters: undefined as never,
    reviews: plane.reviews,
    inspect: async (passages, asked) =>
      inspect(
        passages,
        asked.flatMap((terms) => (terms.kind === 'outside' ? [] : [compileDetector(terms)])),
      ),
  }
}
