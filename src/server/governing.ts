/** What governs calls, from the side of the process: counters that all share, who looks at texts, and where calls are held. */

import type { Settings } from '../config/settings.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { compileDetector, inspect } from '../policy/detectors/index.ts'
import { openCounters } from '../storage/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { Counters } from './counters.ts'
import { storeOptionsOf } from './data.ts'
import type { Plane } from './plane.ts'

export interface GoverningParts {
  readonly settings: Settings
  readonly plane: Plane
  readonly log: Log
  readonly instance: string
}

/** Counters are opened with the first limit or budget that is taken. */
export function governingOf({ settings, plane, log, instance }: GoverningParts): Pick<Gateway, 'inspect' | 'reviews'> & { readonly counters: Counters } {
  return {
    counters: new Counters({ settings, log, instance, openDatabase: () => openCounters(storeOptionsOf(settings), instance) }),
    reviews: plane.reviews,
    inspect: async (passages, asked) =>
      inspect(
        passages,
        asked.flatMap((terms) => (terms.kind === 'outside' ? [] : [compileDetector(terms)])),
      ),
  }
}
