/** The baseline: forwards every request to one origin on `node:http` and undici's `dispatch`, and does nothing else. `node bench/bare-proxy.ts <port> <origin>` */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool, type Dispatcher } from 'undici'

const [port = '0', origin = ''] = process.argv.slice(2)
const pool = new Pool(origin, { connections: 8000, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0, connect: { noDelay: true } })
const perConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host'])

function withoutConnection(headers: NodeJS.Dict<string | string[]>): { [name: string]: string | string[] } {
  const kept: { [name: string]: string | string[] } = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && !perConnection.has(name)) kept[name] = value
  }
  return kept
}

/** Writes what comes back, and stops the upstream while the client does not read. */
function forward(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('close', () => response.writableFinished || controller.abort(new Error('the client left')))
      response.on('drain', () => controller.resume())
    },
    onResponseStart(_controller, status, headers) {
      response.writeHead(status, withoutConnection(headers))
    },
    onResponseData(controller, chunk) {
      if (!response.write(chunk)) controller.pause()
    },
    onResponseEnd() {
      response.end()
    },
    onResponseError() {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    },
  }
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const { method = 'GET', url = '/' } = request
    pool.dispatch({ path: url, method, headers: withoutConnection(request.headers), body }, forward(response))
  })
}

createServer({ noDelay: true }, serve).listen(Number(port), '127.0.0.1')
