/** The health of providers, their accounts and targets: what is left alone, why and until when; and trusting it again. */

import { monotonic, now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { PlaceResource } from '../contract/providers.ts'
import { readPlace } from '../routing/place.ts'
import type { Standing } from '../routing/standing.ts'
import { ofInstallation, type ControlRoute } from './route.ts'

export const health: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/providers/health',
    ...ofInstallation('admin', 'operator'),
    run: async (_request, { health: known }) => {
      const time = monotonic()
      return { body: { data: [...known].map((standing) => show(standing, time)) } }
    },
  },
  {
    method: 'POST',
    path: '/_omni/providers/health/reset',
    ...ofInstallation('admin', 'operator'),
    action: 'health_reset',
    body: { type: 'object', properties: { place: { type: 'string', maxLength: 500 } }, additionalProperties: false },
    run: async ({ body }, { health: known, tell }) => {
      const { place } = body as { readonly place?: string }
      if (place !== undefined && known.named(place).length === 0)
        throw new Failure('not_found', 'Nothing is known of such a place: `GET /_omni/providers/health` lists those that there are.', { param: 'place' })
      const reset = known.reset(place)
      if (reset > 0) tell('health was reset', { places: reset })
      return { body: { reset } }
    },
  },
]

/** `until` is milliseconds since 1970. */
function show(standing: Standing, time: number): PlaceResource {
  const { name, ejection, limit } = standing
  const state = standing.stateAt(time)
  const isLeft = state !== 'closed' && ejection !== undefined
  return {
    place: name,
    ...readPlace(name),
    state,
    reason: isLeft ? ejection.reason : null,
    until: isLeft ? Math.round(now() + ejection.until - time) : null,
    ejections: isLeft ? ejection.times : 0,
    failures: standing.failures,
    in_flight: standing.inFlight,
    waiting: standing.waiting,
    limit: limit === Infinity ? null : limit,
    latency_ms: standing.latency === 0 ? null : Math.round(standing.latency),
    error_share: Math.round(standing.errors * 1000) / 1000,
  }
}
