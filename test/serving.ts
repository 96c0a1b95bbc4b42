/** The life of a call in this process: served by the gateway's own code, from its configuration to the closed receipt, with a network that the caller plays. */

import { createHmac, createSecretKey, hash } from 'node:crypto'
import { builtIn } from '../src/catalog/table.ts'
import { loadSettings } from '../src/config/load.ts'
import { buildSnapshot } from '../src/control/publish.ts'
import type { Failure } from '../src/canonical/failure.ts'
import type { Client, Headers } from '../src/gateway/client.ts'
import type { Gateway } from '../src/gateway/gateway.ts'
import { identifyClient } from '../src/gateway/identify.ts'
import { serve } from '../src/gateway/serve.ts'
import type { Snapshot } from '../src/gateway/snapshot.ts'
import { epochName, epochStart } from '../src/receipts/epoch.ts'
import type { ReceiptRecord } from '../src/receipts/signals.ts'
import { Health } from '../src/routing/health.ts'
import { surfaces } from '../src/surfaces/index.ts'
import type { Transport } from '../src/upstream/exchange.ts'
import { LocalTransport } from '../src/upstream/local.ts'
import { ungoverned } from './ungoverned.ts'

/** A secret that is nobody's: what stands in examples is refused. It is the client's key, and may be a provider's. */
export const secret = hash('sha256', 'nobody')
export const authorization = `Bearer ${secret}`

/** When the client's key was made, and the epoch of pseudonyms begins. */
const at = Date.UTC(2026, 10, 21, 10)
const key = createSecretKey(Buffer.alloc(32, 7))
const hashKey = (token: string): string => createHmac('sha256', key).update(token).digest('hex')

export interface Asked {
  /** The surface of chat that is asked, by the name of its wire. */
  readonly wire: string
  readonly headers: Headers
  readonly body: Buffer | string
  /** The model where it stands in the path. */
  readonly named?: string
  readonly streams?: boolean
  /** Whether the client hangs up at the first word. */
  readonly leaves?: boolean
  /** Why the gateway ends the call at the first word, where it does. */
  readonly interruption?: Failure
}

/** Of a text of `omni.yaml`. All ids and hashes are the same each time, but for those that a receipt makes itself. */
export function snapshotOf(config: string): Snapshot {
  const { settings } = loadSettings({ env: {}, file: 'omni.yaml', readFile: () => config })
  const health = new Health({ ...settings.health, queueSize: settings.queue.size })
  const asker = {
    id: 'key_0199e2b88a1c7f04b5d6e7f8a9b0c1d2',
    name: 'shop',
    prefix: '',
    hash: hashKey(secret),
    createdAt: at,
    mayRoute: false,
    tenant: 'default',
    terms: '{}',
    version: 1,
    before: undefined,
    revokedAt: undefined,
  }
  return buildSnapshot({ settings, keys: [asker], objects: [], secrets: [], adminHash: '', hashKey, version: '5f0c9d418e2b7a36', health, catalogue: builtIn })
}

/** Resolves with the receipt of the call. */
export function serveHere(snapshot: Snapshot, network: Transport, asked: Asked): Promise<ReceiptRecord> {
  const surface = surfaces.find(
    ({ name, operation, asks }) => name === asked.wire && operation === 'chat' && (asks === undefined || (asks === 'stream') === (asked.streams === true)),
  )!
  return new Promise((resolve) => void serve(surface, clientOf(asked), gatewayOf(snapshot, network, resolve)))
}

function gatewayOf(snapshot: Snapshot, network: Transport, settle: Gateway['settle']): Gateway {
  return {
    snapshot,
    isDraining: false,
    identify: identifyClient,
    hasRoomFor: () => true,
    network,
    local: new LocalTransport(),
    media: undefined,
    memory: { keeps: false, find: async () => [], load: async () => undefined, remove: async () => false, note: () => {}, keep: () => {} },
    spoolFolder: '.',
    instance: 'ins_0199e2b87f3c7a6d9d1e4b5a6c7d8e9f',
    version: '1.0.0',
    build: '9d41c07be5a2f863',
    hashInput: (pieces) => hashKey(pieces.join('')),
    epochOf: () => ({ name: epochName(epochStart(at)), key }),
    ...ungoverned,
    intend: async () => {},
    note: () => {},
    settle,
  }
}

/** Takes all that it is given, unless it leaves. */
function clientOf({ headers, body, named = '', leaves = false, interruption }: Asked): Client {
  let hasBegun = false
  let isGone = false
  let leave = (): void => {}
  return {
    headers,
    method: 'POST',
    path: '/',
    address: '127.0.0.1',
    named,
    query: 'alt=sse',
    bytesSent: 0,
    get hasBegun() {
      return hasBegun
    },
    get isGone() {
      return isGone
    },
    get interruption() {
      return hasBegun ? interruption : undefined
    },
    onGone: (listener) => void (leave = listener),
    read: async () => Buffer.from(body),
    stream: () => ({ next: async () => undefined, stop: () => {} }),
    begin: () => void (hasBegun = true),
    write: () => {
      isGone = leaves
      if (leaves || interruption) leave()
      return !leaves
    },
    drained: async () => {},
    end: () => {},
    destroy: () => {},
  }
}
