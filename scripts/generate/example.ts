/** The example on the page of signals: the receipt of a call that the gateway serves here, with times and ids that do not change from day to day. */

import { createHmac, createSecretKey, hash } from 'node:crypto'
import { builtIn } from '../../src/catalog/table.ts'
import { loadSettings } from '../../src/config/load.ts'
import { buildSnapshot } from '../../src/control/publish.ts'
import type { Client } from '../../src/gateway/client.ts'
import type { Gateway } from '../../src/gateway/gateway.ts'
import { serve } from '../../src/gateway/serve.ts'
import type { Snapshot } from '../../src/gateway/snapshot.ts'
import { epochName, epochStart } from '../../src/receipts/epoch.ts'
import { writeRecord } from '../../src/receipts/line.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import type { AttemptRecord, proofSignals, ReceiptRecord } from '../../src/receipts/signals.ts'
import { Health } from '../../src/routing/health.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { playAnswers } from './example-answers.ts'

/** Nobody's: what stands in examples is refused as a secret. */
const secret = hash('sha256', 'nobody')

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
  authorization: `Bearer ${secret}`,
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

const key = createSecretKey(Buffer.alloc(32, 7))
const at = Date.UTC(2026, 10, 21, 10)
const hashKey = (token: string): string => createHmac('sha256', key).update(token).digest('hex')

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

type Example = ReceiptRecord & { readonly [proof in (typeof proofSignals)[number]['name']]: string | number }

export async function makeExample(): Promise<Example> {
  const record = pin(await serveOnce())
  const leaf = leafHash(`${salt} receipt ${writeRecord(record)}`).toString('hex')
  return { ...record, log: 'log_0199e2b87f3c7a6d9d1e4b5a6c7d8e9f', position: 1041, leaf_hash: leaf, checkpoint: 2000, signer: '4662633d' }
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

async function serveOnce(): Promise<ReceiptRecord> {
  const surface = surfaces.find(({ name, operation }) => name === 'openai-chat' && operation === 'chat')!
  return new Promise((resolve) => void serve(surface, clientOf(Buffer.from(JSON.stringify(body))), gatewayTo(resolve)))
}

function gatewayTo(settle: Gateway['settle']): Gateway {
  const network = playAnswers()
  return {
    snapshot: snapshotOf(),
    isDraining: false,
    hasRoomFor: () => true,
    network,
    local: network,
    media: undefined,
    memory: { keeps: false, find: async () => [], load: async () => undefined, remove: async () => false, note: () => {}, keep: () => {} },
    spoolFolder: '.',
    instance: 'ins_0199e2b87f3c7a6d9d1e4b5a6c7d8e9f',
    version: '1.0.0',
    build: '9d41c07be5a2f863',
    hashInput: (pieces) => hashKey(pieces.join('')),
    epochOf: () => ({ name: epochName(epochStart(at)), key }),
    intend: async () => {},
    note: () => {},
    settle,
  }
}

function snapshotOf(): Snapshot {
  const { settings } = loadSettings({ env: {}, file: 'example.yaml', readFile: () => config })
  const health = new Health({ ...settings.health, queueSize: settings.queue.size })
  const asker = {
    id: 'key_0199e2b88a1c7f04b5d6e7f8a9b0c1d2',
    name: 'shop',
    prefix: '',
    hash: hashKey(secret),
    createdAt: at,
    mayRoute: false,
    revokedAt: undefined,
  }
  return buildSnapshot({ settings, keys: [asker], secrets: new Map(), hashKey, version: '5f0c9d418e2b7a36', health, catalogue: builtIn })
}

/** Takes all that it is given. */
function clientOf(bytes: Buffer): Client {
  const place = { method: 'POST', path: '/v1/chat/completions', named: '', query: '' }
  let hasBegun = false
  return {
    ...place,
    headers,
    bytesSent: 0,
    get hasBegun() {
      return hasBegun
    },
    isGone: false,
    interruption: undefined,
    onGone: () => {},
    read: async () => bytes,
    stream: () => ({ next: async () => undefined, stop: () => {} }),
    begin: () => void (hasBegun = true),
    write: () => true,
    drained: async () => {},
    end: () => {},
    destroy: () => {},
  }
}
