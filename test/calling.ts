/** Calls as the gateway knows them, made without a server: a snapshot, a client that remembers what it was given, targets. */

import type { JsonObject } from '../src/base/json.ts'
import type { WireName } from '../src/canonical/chat.ts'
import { builtIn } from '../src/catalog/table.ts'
import { parseBody } from '../src/gateway/body.ts'
import { Call } from '../src/gateway/call.ts'
import type { Client, Headers } from '../src/gateway/client.ts'
import { readExtensions } from '../src/gateway/extensions.ts'
import type { CallLimits, Snapshot } from '../src/gateway/snapshot.ts'
import type { Provider } from '../src/providers/provider.ts'
import { Receipt } from '../src/receipts/receipt.ts'
import { routingTable } from './routing.ts'
import type { Connection, Target } from '../src/routing/target.ts'
import type { ChatSurface } from '../src/surfaces/surface.ts'
import { surfaces } from '../src/surfaces/index.ts'

export const limits: CallLimits = {
  body: 1 << 20,
  upload: 1 << 20,
  spool: 1 << 24,
  jsonDepth: 64,
  jsonKeys: 100_000,
  messages: 10,
  sseEvent: 4096,
  answer: 65_536,
  hold: 1000,
  keepAlive: 1000,
  abandoned: 'abort',
  attempts: 4,
  retryPause: 10,
  queueTime: 1000,
  keyConcurrency: 0,
  keyQueue: 0,
  attemptTime: 1000,
}

const caller = { keyId: 'key_1', method: 'key', mayRoute: true, holder: { tenant: 'default', key: 'key_1' } } as const

/** Knows the token `good`, and routes nothing. */
export function snapshotOf(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 'v',
    limits,
    metadataKeys: new Set(['team']),
    retries: 0,
    retryShare: 0.1,
    retryFloor: 10,
    strict: false,
    showsProviderMessages: false,
    platformFeePercent: 0,
    receipts: { isRequired: false, retention: 2_592_000_000, content: 'none' },
    anonymous: undefined,
    catalogue: builtIn,
    routing: routingTable(),
    identify: (token) => (token === 'good' ? caller : undefined),
    ...fields,
  }
}

/** Takes everything, and is never slow or gone. */
function clientOf(headers: Headers = {}): Client & { readonly said: string[] } {
  const said: string[] = []
  return {
    headers,
    said,
    method: 'POST',
    path: '/',
    named: '',
    query: '',
    address: '127.0.0.1',
    bytesSent: 0,
    hasBegun: false,
    isGone: false,
    interruption: undefined,
    onGone: () => {},
    read: () => Promise.resolve(Buffer.alloc(0)),
    stream: () => ({ next: () => Promise.resolve(undefined), stop: () => {} }),
    begin: (status, list) => void said.push(`${status} ${list.join('|')}`),
    write: (piece) => said.push(piece.toString()) > 0,
    drained: () => Promise.resolve(),
    end: (piece = '') => void said.push(piece.toString()),
    destroy: () => {},
  }
}

const surfaceOf = (name: WireName): ChatSurface => surfaces.find((surface) => surface.name === name && surface.operation === 'chat') as ChatSurface

/** A call with this body, as text or as an object. */
export function callOf(
  body: string | JsonObject,
  { surface = 'openai-chat', headers = {} }: { readonly surface?: WireName; readonly headers?: Headers } = {},
): Call {
  const snapshot = snapshotOf()
  const parsed = parseBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), snapshot.limits)
  return new Call({
    surface: surfaceOf(surface),
    client: clientOf(headers),
    caller,
    snapshot,
    body: parsed,
    extensions: readExtensions(parsed.object, headers, { snapshot, caller }),
  })
}

export function targetOf(model = 'm', fields: Partial<Provider> = {}): Target {
  const provider: Provider = {
    id: 'p',
    name: 'P',
    docs: '',
    prefixes: ['p'],
    substrate: 'direct',
    auth: { scheme: 'bearer', env: [] },
    speaks: { 'openai-chat': '/chat/completions' },
    ...fields,
  }
  const deadlines = { connect: 100, firstByteStreamed: 100, firstByteWhole: 100, firstWord: 100, idle: 100, progress: 100, total: 1000 }
  const connection: Connection = {
    name: 'p',
    provider,
    origin: 'https://p.example',
    host: 'p.example',
    basePath: '/v1',
    secret: 's',
    models: [],
    deadlines,
    isCustom: false,
  }
  return { connection, model }
}

export const receiptOf = (): Receipt =>
  new Receipt({
    instance: 'i',
    version: '1',
    build: '0'.repeat(16),
    config: '1'.repeat(16),
    requestId: 'req_12345678',
    traceId: null,
    client: 'other',
    surface: 'openai-chat',
    operation: 'chat',
  })
