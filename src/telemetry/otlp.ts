/** Receipts as spans, in the JSON of OpenTelemetry's protocol. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */

import { createHash } from 'node:crypto'
import { signals, type AttemptRecord, type PassedOver, type ReceiptRecord, type Signal } from '../receipts/signals.ts'

/** A receipt as it stands in the log: what is null is not there. */
type Told = Pick<ReceiptRecord, 'id' | 'instance' | 'gateway_version' | 'created_at' | 'duration' | 'operation'> & Partial<ReceiptRecord>

/** JSON that is written already. By hand it takes half of what building it as objects takes, and the event loop has calls to serve. */
type Text = string

/** The conventions whose names the list of signals has: those of GenAI are in development, and change from one version to the next. */
const schemaUrl = 'https://opentelemetry.io/schemas/1.41.0'
const scope = 'omni-gateway'

/** `SPAN_KIND_CLIENT` and `STATUS_CODE_ERROR`: enumerations are written as numbers. */
const client = 3
const failed = '{"code":2}'
const unset = '{}'

/** What a span tells in fields of its own, or its resource does. */
// oxfmt-ignore
const elsewhere: ReadonlySet<string> = new Set([
  'trace_id', 'parent_span', 'created_at', 'duration', 'attempts', 'metadata', 'instance', 'gateway_version',
])
const attributes: ReadonlyMap<string, { readonly signal: Signal; readonly head: Text }> = new Map(
  signals.filter(({ name }) => !elsewhere.has(name)).map((signal: Signal) => [signal.name, { signal, head: headOf(signal.otel ?? `omni.${signal.name}`) }]),
)

/** The body of one request with these receipts, given as their JSON. */
export function writeSpans(texts: readonly string[]): Text {
  // A log outlives the processes that write it.
  const byProcess = Map.groupBy(
    texts.map((text) => JSON.parse(text) as Told),
    ({ instance, gateway_version: version }) => `${version} ${instance}`,
  )
  return `{"resourceSpans":[${[...byProcess.values()].map(writeResource).join(',')}]}`
}

function writeResource(receipts: readonly Told[]): Text {
  const { instance, gateway_version: version } = receipts[0]!
  const resource = [word('service.name', scope), word('service.version', version), word('service.instance.id', instance)]
  const spans = receipts.flatMap((receipt) => [writeReceipt(receipt), ...(receipt.attempts ?? []).map(attemptWriter(receipt))])
  const named = JSON.stringify({ name: scope, version })
  return `{"resource":{"attributes":[${resource.join(',')}]},"scopeSpans":[{"scope":${named},"spans":[${spans.join(',')}],"schemaUrl":"${schemaUrl}"}],"schemaUrl":"${schemaUrl}"}`
}

function writeReceipt(receipt: Told): Text {
  const { created_at: start, duration, operation, requested_model: model, error, metadata, parent_span: parent } = receipt
  const told: Text[] = []
  for (const name in receipt) {
    const known = attributes.get(name)
    if (known !== undefined) told.push(`${known.head}${valueOf(known.signal, receipt[name as keyof Told])}}`)
  }
  for (const key in metadata) told.push(word(`omni.metadata.${key}`, metadata[key]!))
  return writeSpan({
    ...placeOf(receipt),
    ...(parent && { parentSpanId: parent }),
    name: model ? `${operation} ${model}` : operation,
    times: [nanoseconds(start), nanoseconds(start, duration)],
    told,
    hasFailed: Boolean(error),
  })
}

/** Who sent no trace has one that is made of the receipt's id, so that a receipt that is sent twice is one span. */
function placeOf({ id, trace_id: trace }: Told): { readonly traceId: string; readonly spanId: string } {
  const own = id.slice(-32)
  return { traceId: trace ?? own, spanId: own.slice(-16) }
}

/** The reason of an attempt that did not fail. */
const answered = 'answered'

function attemptWriter(receipt: Told): (attempt: unknown, index: number) => Text {
  const { traceId, spanId: parentSpanId } = placeOf(receipt)
  return (attempt, index) => {
    const { provider, account, model, region, status, reason, at, ms } = attempt as AttemptRecord
    const hasFailed = reason !== answered
    const told = [word('gen_ai.provider.name', provider), word('gen_ai.request.model', model)]
    if (account !== null) told.push(word('omni.account', account))
    if (region !== null) told.push(word('cloud.region', region))
    if (status !== null) told.push(`${headOf('http.response.status_code')}{"intValue":"${status}"}}`)
    if (hasFailed) told.push(word('error.type', reason))
    const spanId = createHash('sha256').update(`${receipt.id} ${index}`).digest('hex').slice(0, 16)
    const times = [nanoseconds(receipt.created_at, at * 1e6), nanoseconds(receipt.created_at, (at + ms) * 1e6)] as const
    return writeSpan({ traceId, spanId, parentSpanId, name: `attempt ${provider}`, times, told, hasFailed })
  }
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly times: readonly [string, string]
  /** Its attributes. */
  readonly told: readonly Text[]
  readonly hasFailed: boolean
}

function writeSpan({ traceId, spanId, parentSpanId, name, times: [start, end], told, hasFailed }: Span): Text {
  const head = JSON.stringify({ traceId, spanId, parentSpanId, name, kind: client, startTimeUnixNano: start, endTimeUnixNano: end })
  return `${head.slice(0, -1)},"attributes":[${told.join(',')}],"status":${hasFailed ? failed : unset}}`
}

function headOf(key: string): Text {
  return `{"key":${JSON.stringify(key)},"value":`
}

const word = (key: string, value: string): Text => `${headOf(key)}{"stringValue":${JSON.stringify(value)}}}`

/** `ms` are since 1970; a double does not hold so many nanoseconds. */
const nanoseconds = (ms: number, after = 0): string => String(BigInt(ms) * 1_000_000n + BigInt(Math.round(after)))

/** Whole numbers are texts, since JSON's do not reach so far. */
function valueOf({ kind, otel }: Signal, value: unknown): Text {
  switch (kind) {
    case 'duration':
      // The conventions count in seconds.
      return otel === undefined ? `{"intValue":"${Number(value)}"}` : `{"doubleValue":${Number(value) / 1e9}}`
    case 'count':
    case 'time':
    case 'money':
      return `{"intValue":"${Number(value)}"}`
    case 'number':
      return `{"doubleValue":${Number(value)}}`
    case 'flag':
      return `{"boolValue":${value === true}}`
    case 'list':
      return listOf((value as readonly (string | PassedOver)[]).map((item) => (typeof item === 'string' ? item : `${item.target} ${item.why}`)))
    case 'choice':
    case 'id':
    case 'hash':
    case 'name':
    case 'labels':
      return otel === finishReasons ? listOf([String(value)]) : `{"stringValue":${JSON.stringify(value)}}`
  }
}

/** One for each answer there. */
const finishReasons = 'gen_ai.response.finish_reasons'

const listOf = (values: readonly string[]): Text => `{"arrayValue":{"values":[${values.map((value) => `{"stringValue":${JSON.stringify(value)}}`).join(',')}]}}`

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
