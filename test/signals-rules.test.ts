/** Whatever becomes of a call: each signal is null only where the list says when, and what is told of one thing fits what is told of another. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../src/base/json.ts'
import { sse } from '../src/base/sse.ts'
import { Failure } from '../src/canonical/failure.ts'
import type { WireName } from '../src/canonical/chat.ts'
import { signals, type ReceiptRecord, type Signal, type SignalName } from '../src/receipts/signals.ts'
import type { Exchange, Transport } from '../src/upstream/exchange.ts'
import { wires } from '../src/wires/index.ts'
import { fixtures } from './corpus.ts'
import { authorization, secret, serveHere, snapshotOf } from './serving.ts'

const calls = 3000

/** Who speaks which wire; the first host is asked through two accounts. */
const speaking: { readonly [host: string]: WireName } = {
  'chat.example.org': 'openai-chat',
  'responses.example.org': 'openai-responses',
  'messages.example.org': 'anthropic-messages',
  'generate.example.org': 'gemini-generate',
  'converse.example.org': 'bedrock-converse',
  'cohere.example.org': 'cohere-chat',
}

const snapshot = snapshotOf(`
platformFeePercent: 3
metadata: { keys: [team] }
retry: { longestPause: 0ms, budgetFloor: 10000 }
health: { failures: 1000 }
providers:
  chat: { like: openai, baseUrl: "https://chat.example.org/v1", prices: openai, accounts: { main: { key: ${secret}1 }, spare: { key: ${secret}2, covered: true } } }
  responses: { like: openai, baseUrl: "https://responses.example.org/v1", key: ${secret}, wires: [openai-responses], prices: openai }
  messages: { like: anthropic, baseUrl: "https://messages.example.org", key: ${secret}, prices: anthropic }
  generate: { like: gemini, baseUrl: "https://generate.example.org/v1beta", key: ${secret} }
  converse: { like: bedrock, baseUrl: "https://converse.example.org", region: eu-central-1, key: ${secret} }
  cohere: { like: cohere, baseUrl: "https://cohere.example.org", key: ${secret} }
chains:
  all: { targets: [{ model: chat/gpt-4o, lacks: [tools] }, messages/claude-sonnet-4-5, converse/amazon.nova-pro-v1:0, generate/gemini-2.5-pro] }
`)

/** A row of numbers from 0 to 1 that is the same in each run. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function chanceFrom(seed: number) {
  let state = seed
  const next = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32
  return { happens: (share: number) => next() < share, of: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!, next }
}

const chance = chanceFrom(20_261_121)

const failures = ['upstream_unreachable', 'upstream_timeout', 'upstream_truncated'] as const

/** Answers as those who speak its wire have answered, or fails in any way. */
const network: Transport = {
  post: async ({ origin }, asksStream, _onCancel, watcher) => {
    if (chance.happens(0.08)) throw new Failure(chance.of(failures), 'It failed.')
    watcher?.connected()
    const wire = wires[speaking[new URL(origin).host]!]!
    if (chance.happens(0.12)) return exchangeOf(chance.of([400, 401, 404, 429, 500, 503]), 'application/json', [Buffer.from('{"error":{"message":"No."}}')])
    const { whole, stream } = chance.of(fixtures[wire.name].answers)
    if (!asksStream) return exchangeOf(200, 'application/json', [Buffer.from(JSON.stringify(whole))])
    const bytes = Buffer.from(stream, wire.encoding ?? 'utf8')
    const end = chance.happens(0.2) ? Math.floor(bytes.length * chance.next()) : bytes.length
    const middle = Math.floor(end * chance.next())
    return exchangeOf(200, (wire.framing ?? sse).type, [bytes.subarray(0, middle), bytes.subarray(middle, end)])
  },
}

function exchangeOf(status: number, type: string, pieces: Buffer[]): Exchange {
  const headers = { 'content-type': type, ...(chance.happens(0.5) && { 'request-id': 'req_7' }) }
  const isLate = chance.happens(0.08)
  const next = async () => {
    if (isLate && pieces.length === 1) throw new Failure('upstream_timeout', 'It fell silent.')
    return pieces.shift()
  }
  return { status, headers, next, take: () => undefined, awaitWord: () => {}, noteWords: () => {}, abort: () => {} }
}

const models = [
  'chat/gpt-4o',
  'responses/gpt-5.4',
  'messages/claude-sonnet-4-5',
  'generate/gemini-2.5-pro',
  'converse/amazon.nova-pro-v1:0',
  'cohere/command-a-03-2025',
]
const surfaces = ['openai-chat', 'anthropic-messages', 'openai-responses', 'gemini-generate', 'cohere-chat'] as const

async function callOnce(): Promise<ReceiptRecord> {
  const wire = chance.of(surfaces)
  const model = chance.of([...models, 'all', 'all', 'omni-runtime/smoke', 'nowhere/at-all'])
  const streams = chance.happens(0.5)
  const named: JsonObject = wire === 'gemini-generate' ? {} : { model, ...(streams && { stream: true }) }
  const { stream: _, ...request } = chance.of(fixtures[wire].requests)
  const body = chance.happens(0.03) ? '{"model":' : JSON.stringify({ ...request, ...named, ...(chance.happens(0.2) && { omni_metadata: { team: 'red' } }) })
  const headers = {
    ...(!chance.happens(0.03) && { authorization }),
    'content-type': 'application/json',
    ...(chance.happens(0.3) && { 'x-omni-user-id': 'u', 'idempotency-key': 'i', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
  }
  return serveHere(snapshot, network, { wire, headers, body, named: model, streams, leaves: chance.happens(0.05) })
}

type Rule = (record: ReceiptRecord) => boolean

const isEarly: Rule = ({ stream }) => stream === null
const isUnchosen: Rule = ({ provider }) => provider === null
const isUncalled: Rule = ({ attempts_count: count }) => count === 0
const isUncounted: Rule = ({ usage_source: source }) => source === 'unavailable'
const isUnspoken: Rule = ({ outcome }) => outcome !== 'completed'
const isFree: Rule = ({ cost }) => cost === null
const isNoStream: Rule = ({ stream_outcome: outcome }) => outcome === null
const always: Rule = () => true

/** Null exactly then. */
const exactly: { readonly [name in SignalName]?: Rule } = {
  tenant_id: ({ auth_method: method }) => method === null,
  auth_scope: ({ auth_method: method }) => method === null,
  key_id: ({ auth_method: method }) => method === null,
  parent_span: ({ trace_id: trace }) => trace === null,
  content_epoch: ({ user_pseudonym: user, idempotency_hmac: idempotency }) => user === null && idempotency === null,
  requested_model: isEarly,
  output_type: isEarly,
  message_count: isEarly,
  tool_count: isEarly,
  modalities: isEarly,
  request_size: isEarly,
  input_hash: isEarly,
  parsed_after: isEarly,
  strategy: ({ route }) => route === null,
  route: ({ route_reason: reason }) => reason !== 'chain',
  substrate: isUnchosen,
  resolved_model: isUnchosen,
  upstream_host: ({ provider, runtime_mode: mode }) => provider === null || mode === 'smoke',
  account: ({ provider }) => provider !== 'chat',
  region: ({ provider }) => provider !== 'converse',
  sent_after: isUncalled,
  provider_duration: isUncalled,
  first_byte_after: ({ upstream_status: status }) => status === null,
  fallback_reason: ({ fallback }) => !fallback,
  error: ({ outcome }) => outcome === 'completed',
  error_origin: ({ outcome }) => outcome === 'completed',
  frames: isNoStream,
  max_gap: isNoStream,
  prompt_tokens: isUncounted,
  completion_tokens: isUncounted,
  total_tokens: isUncounted,
  platform_fee: isFree,
  total_cost: isFree,
  price_source: ({ price_version: version }) => version === null,
  // No digests are made here, and nothing governs.
  request_digest: always,
  response_digest: always,
  team_id: always,
  agent_id: always,
  profile: ({ auth_method: method }) => method !== 'key',
  user_id: always,
  environment: always,
  cost_center: always,
  budgets: always,
  refused_by: always,
  risk_parts: always,
  route_policy: always,
  redactions: always,
  trimmed_turns: always,
  budget_reserved: always,
  budget_settled: always,
  decided_after: always,
  policy_version: always,
  policy_rules: always,
  policy_tags: always,
  review_id: always,
  risk_score: always,
  risk_level: always,
}

/** Null only then. */
const onlyIf: { readonly [name in SignalName]?: Rule } = {
  auth_method: ({ outcome }) => outcome === 'refused',
  stream: ({ outcome }) => outcome === 'refused' || outcome === 'client_closed',
  route_reason: ({ outcome }) => outcome === 'refused' || outcome === 'client_closed',
  provider: isUncalled,
  wire: isUncalled,
  connected_after: ({ error, runtime_mode: mode }) => error !== null || mode === 'smoke',
  upstream_status: isUnspoken,
  first_token_after: ({ outcome, estimated_completion_tokens: words }) => outcome !== 'completed' || words === 0,
  finish: isUnspoken,
  tool_calls: ({ finish }) => finish === null,
  stream_outcome: ({ stream, frames }) => frames === null && stream !== undefined,
  cost: ({ cost_availability: availability }) => availability === 'unknown_price' || availability === 'unknown_usage',
  price_version: ({ cost_availability: availability }) => availability !== 'known',
  list_cost: (record) => record.account !== 'spare' || isUncounted(record),
}

const records = await Array.fromAsync({ length: calls }, callOnce)

/** Null where nobody told it or asked for it: there is nothing that it must go with. */
const told: readonly string[] = signals.flatMap((signal) => {
  return 'nullWhen' in signal && /did not say|set none|sent no|named no|sent none|not measured|provider told none/.test(signal.nullWhen) ? [signal.name] : []
})

test('there is a rule for each signal that may be null', () => {
  const free = signals.filter((signal) => 'nullWhen' in signal && !(signal.name in exactly) && !(signal.name in onlyIf) && !told.includes(signal.name))
  assert.deepEqual(
    free.map(({ name }) => name),
    [],
  )
})

function isKept(record: ReceiptRecord, { name, nullWhen }: Signal & { readonly name: SignalName }): boolean {
  const value: unknown = record[name]
  if (value === undefined) return false
  if (nullWhen === undefined) return value !== null
  const rule = exactly[name]
  return rule !== undefined ? rule(record) === (value === null) : value !== null || onlyIf[name]?.(record) !== false
}

test(`of ${calls} calls of all kinds each signal is null when its rule says so, and none else`, () => {
  for (const record of records) {
    for (const signal of signals) if (!isKept(record, signal)) assert.fail(`${signal.name} is ${record[signal.name]} of ${JSON.stringify(record)}`)
  }
})

test('the calls were of all kinds', () => {
  const seen = (name: SignalName) => new Set(records.map((record) => record[name]))
  for (const [name, values] of Object.entries({
    outcome: ['completed', 'refused', 'failed', 'truncated', 'client_closed'],
    stream_outcome: ['completed', 'truncated', 'timeout', 'client_closed', null],
    verification: ['verified', 'mismatch', 'unverified'],
    wire: [...Object.values(speaking), null],
    fallback: [true, false],
  }))
    for (const value of values) assert.ok(seen(name as SignalName).has(value), `${name} was never ${value}`)
})
