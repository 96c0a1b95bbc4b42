/** A receipt is a span that any collector reads: whole numbers as texts, enumerations as numbers, ids in hex. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeRecord } from '../receipts/line.ts'
import { openRecord } from '../receipts/opening.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { rejectedIn, writeSpans } from './otlp.ts'

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number }
}

interface Resource {
  readonly resource: { readonly attributes: readonly Attribute[] }
  readonly schemaUrl: string
  readonly scopeSpans: readonly { readonly schemaUrl: string; readonly spans: readonly Span[] }[]
}

const opening = {
  instance: 'ins_1',
  version: '1.0.0',
  build: '0'.repeat(16),
  config: '1'.repeat(16),
  requestId: 'req_1',
  traceId: null,
  client: 'curl',
  surface: 'chat_completions',
  operation: 'chat',
}
const attempt = { account: null, at: 2, model: 'gpt-4o', ms: 40, provider: 'near', reason: 'upstream_error', region: null, status: 500 }
const record: ReceiptRecord = {
  ...openRecord(opening),
  id: 'dec_0199aaaabbbb7ccc8dddeeeeffff0000',
  created_at: 1_763_722_000_123,
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  parent_span: 'b7ad6b7169203331',
  requested_model: 'near/gpt-4o',
  metadata: { team: 'red' },
  stream: true,
  temperature: 0.5,
  status: 200,
  finish: 'stop',
  cost: 12_345_678_901,
  duration: 1_500_000_001,
  first_token_after: 250_000_000,
  attempts: [attempt, { ...attempt, account: 'main', at: 50, reason: 'answered', region: 'eu', status: 200 }],
  passed_over: [{ target: 'a/b', why: 'full' }],
  dropped: ['seed'],
}

const read = (text: string): readonly Resource[] => (JSON.parse(text) as { readonly resourceSpans: readonly Resource[] }).resourceSpans
const spansIn = (text: string): readonly Span[] => read(text).flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
const valuesOf = ({ attributes }: { readonly attributes: readonly Attribute[] }) => Object.fromEntries(attributes.map(({ key, value }) => [key, value]))

test('a receipt is a span in the trace of its client, and its attempts are spans within', () => {
  const [whole, first, second] = spansIn(writeSpans([writeRecord(record)]))
  assert.deepEqual(
    [whole!.traceId, whole!.spanId, whole!.parentSpanId, whole!.name, whole!.kind, whole!.status],
    ['0af7651916cd43dd8448eb211c80319c', '8dddeeeeffff0000', 'b7ad6b7169203331', 'chat near/gpt-4o', 3, {}],
  )
  assert.deepEqual([whole!.startTimeUnixNano, whole!.endTimeUnixNano], ['1763722000123000000', '1763722001623000001'])
  assert.deepEqual([first!.parentSpanId, second!.parentSpanId], [whole!.spanId, whole!.spanId])
  assert.deepEqual([first!.startTimeUnixNano, first!.endTimeUnixNano, first!.status], ['1763722000125000000', '1763722000165000000', { code: 2 }])
  assert.deepEqual([valuesOf(first!)['error.type'], valuesOf(second!)['error.type']], [{ stringValue: 'upstream_error' }, undefined])
  assert.equal(new Set([whole, first, second].map((span) => span!.spanId)).size, 3)
})

test('every kind of signal is written as the protocol wants it', () => {
  const values = valuesOf(spansIn(writeSpans([writeRecord(record)]))[0]!)
  for (const [key, value] of Object.entries({
    'gen_ai.operation.name': { stringValue: 'chat' },
    'gen_ai.request.model': { stringValue: 'near/gpt-4o' },
    'gen_ai.request.stream': { boolValue: true },
    'gen_ai.request.temperature': { doubleValue: 0.5 },
    'http.response.status_code': { intValue: '200' },
    'gen_ai.response.finish_reasons': { arrayValue: { values: [{ stringValue: 'stop' }] } },
    'gen_ai.response.time_to_first_chunk': { doubleValue: 0.25 },
    'omni.cost': { intValue: '12345678901' },
    'omni.metadata.team': { stringValue: 'red' },
    'omni.passed_over': { arrayValue: { values: [{ stringValue: 'a/b full' }] } },
    'omni.dropped': { arrayValue: { values: [{ stringValue: 'seed' }] } },
  }))
    assert.deepEqual(values[key], value, key)
  for (const absent of ['gen_ai.usage.input_tokens', 'omni.attempts', 'trace_id', 'service.version']) assert.equal(values[absent], undefined, absent)
})

test('who sent no trace has one of the receipt’s own, the same each time', () => {
  const alone = writeRecord({ ...record, trace_id: null, parent_span: null, error: 'upstream_error' })
  const [span] = spansIn(writeSpans([alone]))
  assert.deepEqual([span!.traceId, span!.parentSpanId, span!.status], ['0199aaaabbbb7ccc8dddeeeeffff0000', undefined, { code: 2 }])
  assert.equal(writeSpans([alone]), writeSpans([alone]))
})

test('receipts of two processes have two resources, and the version of the conventions is told', () => {
  const resources = read(writeSpans([record, record, { ...record, instance: 'ins_2' }].map((one) => writeRecord(one))))
  assert.deepEqual(
    resources.map(({ resource }) => valuesOf(resource)['service.instance.id']),
    [{ stringValue: 'ins_1' }, { stringValue: 'ins_2' }],
  )
  for (const { schemaUrl, scopeSpans } of resources)
    assert.deepEqual([schemaUrl, scopeSpans[0]!.schemaUrl], Array(2).fill('https://opentelemetry.io/schemas/1.41.0'))
})

test('how many spans a collector would not take is read, and what is no answer means none', () => {
  assert.equal(rejectedIn('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}}'), 3)
  for (const text of ['', '{}', 'null', '[]', '{"partialSuccess":null}', '{"partialSuccess":{"rejectedSpans":"x"}}']) assert.equal(rejectedIn(text), 0, text)
})
