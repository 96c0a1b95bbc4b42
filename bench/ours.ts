/** Ours, assembled without sinks: the whole life of a call, but no key is asked for, no receipt is kept and no log is written. */

import { builtIn } from '../src/catalog/table.ts'
import { loadSettings } from '../src/config/load.ts'
import { buildSnapshot } from '../src/control/publish.ts'
import type { Gateway } from '../src/gateway/gateway.ts'
import { ungoverned } from '../test/ungoverned.ts'
import { identifyClient } from '../src/gateway/identify.ts'
import { Health } from '../src/routing/health.ts'
import { createHttp } from '../src/server/http.ts'
import { Roster } from '../src/base/roster.ts'
import { HttpTransport } from '../src/upstream/http.ts'
import { LocalTransport } from '../src/upstream/local.ts'

const { settings } = loadSettings({ env: process.env })
const health = new Health({ ...settings.health, queueSize: settings.queue.size })
const snapshot = buildSnapshot({
  settings,
  keys: [],
  objects: [],
  secrets: [],
  adminHash: '',
  hashKey: (token) => token,
  version: 'bench',
  health,
  catalogue: builtIn,
})
const gateway: Gateway = {
  snapshot,
  isDraining: false,
  identify: identifyClient,
  hasRoomFor: () => true,
  network: new HttpTransport({ ...settings.upstream, streamBuffer: settings.limits.streamBuffer }),
  media: undefined,
  local: new LocalTransport(),
  memory: { keeps: false, find: async () => [], load: async () => undefined, remove: async () => false, note: () => {}, keep: () => {} },
  spoolFolder: '.',
  instance: 'bench',
  version: 'bench',
  build: 'bench',
  hashInput: () => null,
  epochOf: () => undefined,
  ...ungoverned,
  intend: async () => {},
  note: () => {},
  settle: () => {},
}
const listening = {
  gateway,
  hosts: new Set(['127.0.0.1']),
  addressOf: () => '127.0.0.1',
  refused: () => {},
  limits: settings.http,
  tls: undefined,
  // The bench asks for nothing but readiness beside the model surfaces.
  side: (_request: unknown, response: { end(): void }) => response.end(),
  served: () => {},
  upgrades: { wants: () => false, take: async () => {} },
}

createHttp(listening, new Roster()).listen(settings.port, settings.host)
