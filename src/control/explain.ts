/** `GET /_omni/routes/explain`: where a call of a given shape would go, in which order, and why not elsewhere. */

import { crc32 } from 'node:zlib'
import type { z } from 'zod'
import { Failure } from '../canonical/failure.ts'
import { bitsOf } from '../catalog/abilities.ts'
import { explainQuery, needFlags, type Explanation } from '../contract/explain.ts'
import { mostAttempts } from '../routing/course.ts'
import { explain, type Explanation as Found, type Prospect } from '../routing/explain.ts'
import { pickWire } from '../routing/target.ts'
import { ofInstallation, type ControlRoute } from './route.ts'

export const explaining: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/routes/explain',
    ...ofInstallation('admin', 'operator'),
    query: Object.keys(explainQuery.shape),
    run: async ({ query }, { snapshot, unsaid }) => {
      const asked = read(query)
      const { model = '', route, provider, fallbacks, session, surface } = asked
      const { routing, limits } = snapshot()
      const bits = bitsOf(needFlags.filter((need) => asked[need]))
      const found = explain(
        {
          model,
          route,
          provider,
          fallbacks,
          needs: { bits, input: asked.input_tokens, output: asked.output_tokens },
          affinity: session === undefined ? undefined : crc32(session),
          patience: limits.queueTime,
          unsaid: (target) => unsaid(target, surface, bits),
        },
        routing,
      )
      return { body: show(found, surface, limits.attempts) }
    },
  },
]

type Asked = z.output<typeof explainQuery>

function read(query: Readonly<Record<string, string | undefined>>): Asked {
  const { data, error } = explainQuery.safeParse(query)
  const [param] = error?.issues[0]?.path ?? []
  if (data === undefined) throw new Failure('invalid_value', `The parameter \`${String(param)}\` has no value that is known here.`, { param: String(param) })
  if (data.model === undefined && data.route === undefined)
    throw new Failure('missing_parameter', 'Say which name is to be explained: `model`, or `route` for a chain.', { param: 'model' })
  return data
}

function show({ plan, hops, isDrawn, prospects, missing }: Found, surface: Asked['surface'], attempts: number): Explanation {
  const { chain, root } = plan
  return {
    hops: [...hops],
    chain: chain?.name ?? null,
    strategy: root.strategy,
    strategies: [...root.uses],
    attempts: mostAttempts(plan, attempts),
    drawn: isDrawn,
    targets: prospects.map((prospect) => showProspect(prospect, surface)),
    missing: missing.map(({ model, failure }) => ({ model, why: 'not_connected', sentence: failure.message })),
  }
}

function showProspect({ leaf, place, isWaitedFor, share, state, price, obstacles }: Prospect, surface: Asked['surface']): Explanation['targets'][number] {
  const { target, own, weight } = leaf
  const { connection, model } = target
  return {
    place: place ?? null,
    last_resort: place !== undefined && obstacles.length > 0,
    waits_for_room: isWaitedFor,
    share: toThousandths(share),
    provider: connection.name,
    account: connection.account ?? null,
    model,
    wire: pickWire(connection.provider, model, surface) ?? null,
    state,
    reasons: [...obstacles] as Explanation['targets'][number]['reasons'],
    weight,
    in_flight: own.inFlight,
    latency_ms: own.latency === 0 ? null : Math.round(own.latency),
    error_share: toThousandths(own.errors),
    failures: own.failures,
    price: price === Infinity ? null : Math.round(price),
  }
}

const toThousandths = (share: number): number => Math.round(share * 1000) / 1000
