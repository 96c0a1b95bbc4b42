/** Receipts as spans, in the JSON of OpenTelemetry's protocol. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */

import { createHash } from 'node:crypto'
import { conventions } from '../receipts/conventions.ts'
import { readRecord } from '../receipts/line.ts'
import { signals, type AttemptRecord, type PassedOver, type ReceiptRecord, type Signal } from '../receipts/signals.ts'

/** Whole numbers are texts, since JSON's do not reach so far. */
type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean }
  | { readonly arrayValue: { readonly values: readonly Value[] } }

interface Attribute {
  readonly key: string
  readonly value: Value
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: typeof client
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: typeof failed }
}

const { schemaUrl } = conventions

/** `SPAN_KIND_CLIENT` and `STATUS_CODE_ERROR`: enumerations are written as numbers. */
const client = 3
const failed = 2

/** What a span tells in fields of its own, or its resource does. */
const elsewhere: ReadonlySet<string> = new Set(['trace_id', 'parent_span', 'created_at', 'duration', 'attempts', 'metadata', 'instance', 'gateway_version'])
const told: readonly Signal[] = signals.filter(({ name }) => !elsewhere.has(name))

/** The body of one request with these receipts, given as their JSON. */
export function writeSpans(texts: readonly string[]): string {
  // A log outlives the processes that write it.
  const byProcess = Map.groupBy(texts.map(readRecord), ({ instance, gateway_version: version }) => `${version} ${instance}`)
  return JSON.stringify({ resourceSpans: [...byProcess.values()].map(writeResource) })
}

function writeResource(records: readonly ReceiptRecord[]): object {
  const { instance, gateway_version: version } = records[0]!
  const attributes = [text('service.name', 'omni-gateway'), text('service.version', version), text('service.instance.id', instance)]
  const spans = records.flatMap((record) => [spanOf(record), ...attemptsOf(record)])
  return { resource: { attributes }, scopeSpans: [{ scope: { name: 'omni-gateway', version }, spans, schemaUrl }], schemaUrl }
}

function spanOf(record: ReceiptRecord): Span {
  const { created_at: start, duration, operation, requested_model: model, error, metadata } = record
  return {
    ...placeOf(record),
    ...(record.parent_span !== null && { parentSpanId: record.parent_span }),
    name: model === null ? operation : `${operation} ${model}`,
    kind: client,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(start, duration),
    attributes: [
      ...told.flatMap((signal) => attributeOf(signal, record)),
      ...Object.entries(metadata ?? {}).map(([key, value]) => text(`omni.metadata.${key}`, value)),
    ],
    status: error === null ? {} : { code: failed },
  }
}

/** Who sent no trace has one that is made of the receipt's id, so that a receipt that is sent twice is one span. */
function placeOf({ id, trace_id: trace }: ReceiptRecord): { readonly traceId: string; readonly spanId: string } {
  const own = id.slice(-32)
  return { traceId: trace ?? own, spanId: own.slice(-16) }
}

function attemptsOf(record: ReceiptRecord): readonly Span[] {
  const { traceId, spanId } = placeOf(record)
  return (record.attempts as readonly AttemptRecord[]).map(({ provider, account, model, region, status, reason, at, ms }, index): Span => ({
    traceId,
    spanId: createHash('sha256').update(`${record.id} ${index}`).digest('hex').slice(0, 16),
    parentSpanId: spanId,
    name: `attempt ${provider}`,
    kind: client,
    startTimeUnixNano: nanoseconds(record.created_at, at * 1e6),
    endTimeUnixNano: nanoseconds(record.created_at, (at + ms) * 1e6),
    attributes: [
      text('gen_ai.provider.name', provider),
      text('gen_ai.request.model', model),
      ...(account === null ? [] : [text('omni.account', account)]),
      ...(region === null ? [] : [text('cloud.region', region)]),
      ...(status === null ? [] : [{ key: 'http.response.status_code', value: { intValue: String(status) } }]),
      ...(reason === answered ? [] : [text('error.type', reason)]),
    ],
    status: reason === answered ? {} : { code: failed },
  }))
}

/** The reason of an attempt that did not fail. */
const answered = 'answered'

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } })

/** `ms` are since 1970; a double does not hold so many nanoseconds. */
const nanoseconds = (ms: number, after = 0): string => String(BigInt(ms) * 1_000_000n + BigInt(Math.round(after)))

function attributeOf(signal: Signal, record: ReceiptRecord): readonly Attribute[] {
  const value = (record as { readonly [name: string]: unknown })[signal.name] ?? null
  return value === null ? [] : [{ key: signal.otel ?? `omni.${signal.name}`, value: valueOf(signal, value) }]
}

function valueOf({ kind, otel }: Signal, value: unknown): Value {
  switch (kind) {
    case 'duration':
      // The conventions count in seconds.
      return otel === undefined ? { intValue: String(value) } : { doubleValue: Number(value) / 1e9 }
    case 'count':
    case 'time':
    case 'money':
      return { intValue: String(value) }
    case 'number':
      return { doubleValue: Number(value) }
    case 'flag':
      return { boolValue: value === true }
    case 'list':
      return arrayOf((value as readonly (string | PassedOver)[]).map((item) => (typeof item === 'string' ? item : `${item.target} ${item.why}`)))
    case 'choice':
    case 'id':
    case 'hash':
    case 'name':
    case 'labels':
      return otel === finishReasons ? arrayOf([String(value)]) : { stringValue: String(value) }
  }
}

/** One for each answer there. */
const finishReasons = 'gen_ai.response.finish_reasons'

const arrayOf = (values: readonly string[]): Value => ({ arrayValue: { values: values.map((stringValue) => ({ stringValue })) } })

/** How many spans a collector says that it would not take, though it took the request. https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
export function rejectedIn(answer: string): number {
  try {
    const { partialSuccess } = JSON.parse(answer) as { readonly partialSuccess?: { readonly rejectedSpans?: string | number } }
    return Number(partialSuccess?.rejectedSpans ?? 0) || 0
  } catch {
    // It may answer with an empty body, or in another format.
    return 0
  }
}
