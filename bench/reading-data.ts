/** Made-up receipts for the bench of reading: thirty days of an installation with many keys, each with its habits. */

import { receiptId } from '../src/base/ids.ts'
import { indexEntry, type IndexEntry } from '../src/receipts/index-entry.ts'
import { openRecord } from '../src/receipts/opening.ts'
import type { ReceiptRecord } from '../src/receipts/signals.ts'
import type { Store } from '../src/storage/store.ts'
import { dice } from '../test/choosing.ts'

export const days = 30
export const dayMs = 86_400_000
/** Midnight, in UTC. */
export const firstDay = 1_790_035_200_000
const batchSize = 400
const log = `log_${'0'.repeat(32)}`

const random = dice(5)
/** The first are drawn much more often than the last. */
const skewed = <T>(values: readonly T[]): T => values[Math.floor(random() ** 3 * values.length)]!
const list = (length: number, name: (at: number) => string): readonly string[] => Array.from({ length }, (_, at) => name(at))

export const providers = list(8, (at) => `provider-${at}`)
export const models = list(40, (at) => `model-${at}`)
export const keys = list(200, (at) => `key_${String(at).padStart(32, '0')}`)
export const clients = ['openai-python', 'openai-node', 'claude-code', 'codex', 'cursor', 'curl', 'other']
export const teams = list(20, (at) => `team-${at}`)
const users = list(5000, (at) => at.toString(16).padStart(32, '0'))

/** A reason, the status that the client got, and how the call ended. */
const failures = [
  ['rate_limited', 429, 'failed'],
  ['overloaded', 503, 'failed'],
  ['timeout', 504, 'failed'],
  ['invalid_value', 400, 'refused'],
  ['context_length_exceeded', 400, 'failed'],
  ['upstream_error', 502, 'failed'],
  ['client_closed', 499, 'client_closed'],
  ['stream_truncated', 200, 'truncated'],
  ['model_not_found', 404, 'refused'],
  ['content_filter', 400, 'failed'],
  ['insufficient_scope', 403, 'refused'],
  ['upstream_auth_error', 502, 'failed'],
] as const

export const reasons: readonly string[] = failures.map(([reason]) => reason)

/** What the calls of a key have in common: few programs, and few models. */
const habits = keys.map((key) => ({
  key,
  clients: [skewed(clients), skewed(clients)],
  models: Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() ** 2 * models.length)),
  surface: skewed(['openai-chat', 'anthropic-messages', 'openai-responses', 'gemini-generate']),
  streams: random(),
  team: skewed(teams),
}))

const whole = openRecord({
  instance: `ins_${'0'.repeat(32)}`,
  version: '1.0.0',
  build: '0'.repeat(16),
  config: '0'.repeat(16),
  requestId: 'req',
  traceId: null,
  client: 'other',
  surface: 'openai-chat',
  operation: 'chat',
})

function makeRecord(at: number): ReceiptRecord {
  const habit = skewed(habits)
  const model = random() < 0.97 ? skewed(habit.models) : Math.floor(random() * models.length)
  const failure = random() < 0.03 ? skewed(failures) : undefined
  const prompt = Math.ceil(Math.exp(4 + random() * 6))
  const completion = failure === undefined ? Math.ceil(Math.exp(2 + random() * 5)) : null
  const cost = completion === null ? null : (prompt + 4 * completion) * (20 + model * 30)
  const isStreamed = random() < habit.streams
  // One object for all: a copy of so many signals would take longer than its entry.
  // oxfmt-ignore
  return Object.assign(whole, {
    id: receiptId(), created_at: at, expires_at: at + days * dayMs, tenant_id: 'default', key_id: habit.key, auth_method: 'key', auth_scope: 'call_and_route',
    client: skewed(habit.clients), surface: habit.surface, requested_model: models[model]!, resolved_model: models[model]!, stream: isStreamed, output_type: 'text',
    route_reason: 'only_provider', provider: providers[model % providers.length]!, substrate: 'direct', wire: 'openai-chat',
    context_delta: habit.surface === 'openai-chat' ? 'unchanged' : 'translated', fallback: random() < 0.01,
    status: failure?.[1] ?? 200, outcome: failure?.[2] ?? 'completed', error: failure?.[0] ?? null, error_origin: failure && 'target',
    verification: model % 5 === 0 ? 'unverified' : 'verified', finish: failure ? null : skewed(['stop', 'tool_calls', 'length']),
    stream_outcome: isStreamed ? (failure ? 'truncated' : 'completed') : null,
    prompt_tokens: prompt, completion_tokens: completion, cached_tokens: random() < 0.3 ? prompt >> 1 : 0, reasoning_tokens: 0,
    input_source: 'reported', output_source: 'reported', usage_source: 'reported',
    cost, platform_fee: cost === null ? null : 0, cost_availability: cost === null ? 'unknown_usage' : 'known', price_source: 'catalogue',
    duration: Math.ceil(Math.exp(18 + random() * 5)),
    user_pseudonym: random() < 0.3 ? skewed(users) : null, metadata: random() < 0.1 ? { team: habit.team } : null,
  })
}

/** Fills a store, batch by batch: the next is made while the store writes the one before. */
export async function fill(store: Store, receipts: number): Promise<void> {
  let written: Promise<void> = Promise.resolve()
  for (let from = 0; from < receipts; from += batchSize) {
    const entries = makeEntries(from, Math.min(receipts, from + batchSize), receipts)
    await written
    written = store.receipts.append(entries, { log, indexed: from + entries.length })
  }
  await written
}

function makeEntries(from: number, to: number, receipts: number): readonly IndexEntry[] {
  const entries: IndexEntry[] = []
  for (let position = from; position < to; position += 1) {
    const at = firstDay + Math.floor((position / receipts) * days * dayMs)
    entries.push(indexEntry(makeRecord(at), { log, position, offset: position * 2000, length: 2000 }))
  }
  return entries
}
