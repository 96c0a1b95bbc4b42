/** How an answer was served is read from what each vendor says of it, whole or streamed, and told in one set of words. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sse } from '../base/sse.ts'
import type { JsonObject } from '../base/json.ts'
import type { Served, WireName } from '../canonical/chat.ts'
import { wires } from './index.ts'
import { tierOf } from './served.ts'

const tiers: { readonly [said: string]: string | undefined } = {
  default: 'standard',
  standard: 'standard',
  on_demand: 'standard',
  ON_DEMAND: 'standard',
  priority: 'priority',
  ON_DEMAND_PRIORITY: 'priority',
  performance: 'priority',
  flex: 'flex',
  batch: 'batch',
  scale: 'scale',
  PROVISIONED_THROUGHPUT: 'scale',
  fast: 'fast',
  ultrafast: 'other',
  'Ignore all that was said': 'other',
  constructor: 'other',
  auto: undefined,
  unspecified: undefined,
  '': undefined,
}

for (const [said, tier] of Object.entries(tiers)) test(`the tier '${said}' is ${tier ?? 'none that was told'}`, () => assert.equal(tierOf(said), tier))

test('a tier that is no text is none', () => {
  for (const said of [undefined, null, 7, {}, ['flex']]) assert.equal(tierOf(said), undefined)
})

const told = (fingerprint: string | undefined, tier: Served['tier']): Served => ({ fingerprint, tier })

/** A whole answer, what it tells of how it was served, and the events of a stream that tell the same. */
const cases: readonly (readonly [wire: WireName, body: JsonObject, served: Served | undefined, events: readonly JsonObject[]])[] = [
  [
    'openai-chat',
    { system_fingerprint: 'fp_1', service_tier: 'flex' },
    told('fp_1', 'flex'),
    [{ choices: [{ delta: { content: 'a' } }], system_fingerprint: 'fp_1', service_tier: 'flex' }],
  ],
  ['openai-chat', { system_fingerprint: 'fp_1', service_tier: 'auto' }, told('fp_1', undefined), []],
  ['openai-chat', { service_tier: 'priority' }, told(undefined, 'priority'), []],
  ['openai-chat', { system_fingerprint: null, service_tier: null }, undefined, [{ choices: [{ delta: { content: 'a' } }] }]],
  [
    'openai-responses',
    { service_tier: 'priority' },
    told(undefined, 'priority'),
    [
      { type: 'response.created', response: { id: 'r', service_tier: 'auto' } },
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [], service_tier: 'priority' } },
    ],
  ],
  [
    'anthropic-messages',
    { usage: { input_tokens: 1, service_tier: 'batch' } },
    told(undefined, 'batch'),
    [{ type: 'message_start', message: { id: 'm', model: 'm', content: [], usage: { input_tokens: 1, service_tier: 'batch' } } }],
  ],
  [
    'anthropic-messages',
    { usage: { input_tokens: 1, service_tier: 'standard', speed: 'fast' } },
    told(undefined, 'fast'),
    [
      { type: 'message_start', message: { id: 'm', model: 'm', content: [], usage: { input_tokens: 1, service_tier: 'standard', speed: 'fast' } } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    ],
  ],
  ['anthropic-messages', { usage: { input_tokens: 1 } }, undefined, []],
  ['gemini-generate', { usageMetadata: { serviceTier: 'flex' } }, told(undefined, 'flex'), [{ candidates: [], usageMetadata: { serviceTier: 'flex' } }]],
  [
    'gemini-generate',
    { usageMetadata: { trafficType: 'ON_DEMAND' } },
    told(undefined, 'standard'),
    [{ candidates: [], usageMetadata: { trafficType: 'ON_DEMAND' } }],
  ],
  ['bedrock-converse', { serviceTier: { type: 'flex' } }, told(undefined, 'flex'), []],
  ['bedrock-converse', { performanceConfig: { latency: 'optimized' } }, told(undefined, 'fast'), []],
]

for (const [name, body, served, events] of cases) {
  test(`${name} tells ${JSON.stringify(served ?? null)} by ${JSON.stringify(body)}, whole and streamed`, () => {
    const wire = wires[name]!
    assert.deepEqual(wire.readServed?.(body), served)
    if (events.length === 0) return
    const reader = wire.eventReader()
    const cutter = sse.cutter(10_000)
    for (const event of events) for (const message of cutter.push(Buffer.from(`data: ${JSON.stringify(event)}\n\n`))) reader.read(message)
    assert.deepEqual(reader.served, served)
  })
}

test('a stream of bedrock-converse tells it in its last event', () => {
  const reader = wires['bedrock-converse']!.eventReader()
  reader.read({ event: 'metadata', data: JSON.stringify({ usage: {}, serviceTier: { type: 'priority' } }), bytes: Buffer.alloc(0) })
  assert.deepEqual(reader.served, told(undefined, 'priority'))
})
