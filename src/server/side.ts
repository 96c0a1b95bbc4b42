/** Everything that is served beside the model surfaces: health, metrics, models, and the way to the control API. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Failure } from '../canonical/failure.ts'
import type { Viewer } from '../control/route.ts'
import type { Headers } from '../gateway/client.ts'
import { identify, identifyClient } from '../gateway/identify.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import { admit, type Keyring } from './access.ts'
import { checkViewer } from './addresses.ts'
import type { Door } from './door.ts'
import { plainHeaders, type Side } from './http.ts'
import { askerOf, readerOf, writeModel, writeModels, type Reader } from './models.ts'
import type { Readiness } from './readiness.ts'
import type { Route } from './routes.ts'

export interface SideWorld extends Pick<Door, 'addressOf' | 'throttle'> {
  readonly snapshot: () => Snapshot
  readonly keyring: Keyring
  /** Who is on the way to the control API; each entry lives as long as its request. */
  readonly viewers: WeakMap<IncomingMessage, Viewer>
  readonly readiness: () => Promise<Readiness>
  readonly metrics: () => { readonly type: string; readonly text: string }
  /** Hands a request to the control API's own router. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

const welcome = `Omni Gateway is running.

  POST /v1/chat/completions   OpenAI Chat Completions
  POST /v1/responses          OpenAI Responses
  POST /v1/messages           Anthropic Messages
  GET  /v1/models             what can be called
  GET  /_omni/reports         receipts
`

export function serveBeside(world: SideWorld): Side {
  return async (request, response, { route, rest }) => {
    const snapshot = world.snapshot()
    const viewer = await letIn(request, route, world)
    switch (route.serving.kind) {
      case 'health':
        return sendJson(response, 200, { status: 'ok' })
      case 'readiness': {
        const { isReady, body } = await world.readiness()
        return sendJson(response, isReady ? 200 : 503, body)
      }
      case 'metrics': {
        const { type, text } = world.metrics()
        return send(response, 200, type, text)
      }
      case 'models':
        return sendJson(response, 200, writeModels(reader(request, snapshot), askerOf(route.path, request.headers)))
      case 'model':
        return sendJson(response, 200, writeModel(rest, reader(request, snapshot), askerOf(route.path, request.headers)))
      case 'hello':
        return send(response, 200, 'text/plain; charset=utf-8', '')
      case 'welcome':
        return send(response, 200, 'text/plain; charset=utf-8', welcome)
      case 'upgrade':
        response.setHeader('upgrade', 'websocket')
        throw new Failure('upgrade_required', 'This path is served by POST, and to clients that speak WebSocket.')
      case 'control':
        if (viewer !== undefined) world.viewers.set(request, viewer)
        return world.control(request, response)
      case 'surface':
      case 'kept':
        throw new Failure('internal_error', 'A model surface is not served here.')
    }
  }
}

/** Undefined where nobody needs to be known. Rejects with `Failure` where they may not use the route, or not from where they are. */
async function letIn(request: IncomingMessage, route: Route, { snapshot, keyring, addressOf, throttle }: SideWorld): Promise<Viewer | undefined> {
  const known = snapshot()
  const { headers } = request
  try {
    const viewer = await admit(route, headers, known, keyring)
    if (viewer === undefined) return undefined
    if (viewer.role === 'client') identifyClient({ headers: headers as Headers, address: addressOf(request) }, known)
    if (known.edges !== undefined) checkViewer(viewer, { edges: known.edges, route, from: addressOf(request) })
    return viewer
  } catch (error) {
    throw throttle.judge(error, { address: addressOf(request) })
  }
}

const reader = ({ headers }: IncomingMessage, snapshot: Snapshot): Reader => readerOf(snapshot, identify(headers as Headers, snapshot))

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...plainHeaders, 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
