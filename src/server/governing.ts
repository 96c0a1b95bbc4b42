/** What governs calls, from the side of the process: counters that all share, who looks at texts, and where calls are held. */

import type { Settings } from '../config/settings.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openCounters } from '../storage/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { HttpTransport } from '../upstream/http.ts'
import { Counters } from './counters.ts'
import { storeOptionsOf } from './data.ts'
import { Inspector } from './inspector.ts'
import { OutsideDetectors } from './outside-detectors.ts'
import type { Plane } from './plane.ts'

export interface GoverningParts {
  readonly settings: Settings
  readonly plane: Plane
  readonly log: Log
  readonly instance: string
}

export interface Governing extends Pick<Gateway, 'inspect' | 'reviews'> {
  readonly counters: Counters
  /** Those who look at texts: a thread, and connections to services. */
  readonly inspection: { close(): Promise<void> }
}

/** Bytes of a service's answer that wait to be read. */
const streamBuffer = 64 * 1024

/** Counters are opened with the first limit or budget that is taken. */
export function governingOf({ settings, plane, log, instance }: GoverningParts): Governing {
  const openTransport = () => new HttpTransport({ ...settings.upstream, streamBuffer })
  const outside = new OutsideDetectors({ services: () => plane.settings.detectors, openTransport })
  const inspector = new Inspector({ askOutside: (terms, passages) => outside.ask(terms, passages) })
  return {
    counters: new Counters({ settings, log, instance, openDatabase: () => openCounters(storeOptionsOf(settings), instance) }),
    reviews: plane.reviews,
    inspect: (passages, asked) => inspector.inspect(passages, asked),
    inspection: {
      async close() {
        await Promise.all([inspector.close(), outside.close()])
      },
    },
  }
}
