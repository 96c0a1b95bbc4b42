/** What metrics tell beside closed receipts: read from the parts of the process when somebody asks. */

import { monotonic } from '../base/clock.ts'
import type { Health } from '../routing/health.ts'
import { readPlace } from '../routing/place.ts'
import type { Log } from '../telemetry/log.ts'
import type { Gauges } from '../telemetry/metrics.ts'
import type { PlaceGauges } from '../telemetry/places.ts'
import type { Keeping } from './keeping.ts'
import type { Plane } from './plane.ts'

export function gaugesOf({ recorder, behind }: Keeping, log: Log, plane: Plane): Gauges {
  return {
    outboxDepth: () => recorder.outbox.depth,
    outboxDropped: () => recorder.outbox.dropped,
    receiptsAreAway: () => !recorder.canWrite,
    intentsLost: () => recorder.lostIntents,
    indexBehind: behind,
    logDropped: () => log.dropped,
    configIsStale: () => plane.problem !== undefined,
  }
}

export function placeGaugesOf(health: Health): PlaceGauges {
  return {
    places: function* () {
      const time = monotonic()
      for (const standing of health) {
        const { kind, provider } = readPlace(standing.name)
        yield { kind, provider: provider ?? '', state: standing.stateAt(time), waiting: standing.waiting }
      }
    },
    retries: () => health.retries,
  }
}
