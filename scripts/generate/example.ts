/** The example on the page of signals: the receipt of a call that the gateway serves here, with times and ids that do not change from day to day. */

import { writeRecord } from '../../src/receipts/line.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import type { AttemptRecord, proofSignals, ReceiptRecord } from '../../src/receipts/signals.ts'
import { authorization, secret, serveHere, snapshotOf } from '../../test/serving.ts'
import { playAnswers } from './example-answers.ts'

const config = `
platformFeePercent: 2
metadata: { keys: [team] }
retry: { perTarget: 0 }
receipts: { content: link }
providers:
  east: { like: bedrock, region: eu-central-1, key: ${secret} }
  openai: { key: ${secret} }
  small: { like: openai, baseUrl: "https://models.example.org/v1", key: ${secret} }
chains:
  support: { targets: [{ model: small/tiny, lacks: [tools] }, east/us.anthropic.claude-sonnet-4-5-20250929-v1:0, openai/gpt-4o] }
`

const headers = {
  authorization,
  'content-type': 'application/json',
  'user-agent': 'OpenAI/JS 6.9.0',
  'x-request-id': 'order-7-question-1',
  'idempotency-key': 'order-7',
  'x-omni-user-id': 'user-7',
  'x-omni-session-id': 'session-7',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}

const body = {
  model: 'support',
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: 400,
  temperature: 0.2,
  n: 1,
  seed: 7,
  messages: [
    { role: 'system', content: 'You help customers of a shop. '.repeat(160) },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello! What can I do for you?' },
    { role: 'user', content: 'Where is my order?' },
  ],
  tools: [{ type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: { order: { type: 'integer' } } } } }],
  response_format: { type: 'text' },
  omni_metadata: { team: 'red' },
}

const at = Date.UTC(2026, 10, 21, 10)

/** What differs each time a call is served, in nanoseconds; what is null stays so. */
const durations: Partial<ReceiptRecord> = {
  duration: 1_284_310_000,
  overhead: 1_310_000,
  provider_duration: 1_283_000_000,
  retry_pauses: 0,
  queued: 0,
  parsed_after: 240_000,
  sent_after: 610_000,
  connected_after: 97_400_000,
  first_byte_after: 402_700_000,
  first_token_after: 431_500_000,
  max_gap: 61_200_000,
}
const attemptTimes = [
  { at: 1, ms: 84 },
  { at: 85, ms: 347 },
]

/** Where it stands in a log of its own; the salt is all that the leaf hash takes beside the record. */
export const salt = 'VJ0q1vZ3S6u0fYw5o2m8aA'

type Example = ReceiptRecord & { readonly [proof in (typeof proofSignals)[number]['name']]: string | number | boolean }

export async function makeExample(): Promise<Example> {
  const record = pin(await serveHere(snapshotOf(config), playAnswers(), { wire: 'openai-chat', headers, body: JSON.stringify(body) }))
  const leaf = leafHash(`${salt} receipt ${writeRecord(record)}`).toString('hex')
  return { ...record, log: 'log_0199e2b87f3c7a6d9d1e4b5a6c7d8e9f', position: 1041, leaf_hash: leaf, checkpoint: 2000, signer: '4662633d', intact: true }
}

function pin(record: ReceiptRecord): ReceiptRecord {
  const kept = Object.fromEntries(Object.entries(durations).filter(([name]) => record[name as keyof ReceiptRecord] !== null))
  return {
    ...record,
    ...kept,
    id: 'dec_0199e2b9c0407d5e8a3b1c2d3e4f5a6b',
    created_at: at,
    expires_at: at + (record.expires_at - record.created_at),
    attempts: record.attempts.map((attempt, place) => ({ ...(attempt as AttemptRecord), ...attemptTimes[place] })),
  }
}
