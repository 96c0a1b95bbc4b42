/**
 * The bare proxy, and of what `everything` promises the least that somebody has to do: the key is hashed, the question and the answer are read, the prompt
 * is looked through twice, six counters are taken from, and an intent, a receipt with its hash, two log lines and a row of the index are written, in
 * batches. It checks nothing, decides nothing, and fails at the first fault: how much room there is below ours. `node bench/least.ts <port> <origin> <folder>`
 */

import { hash, randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Pool, type Dispatcher } from 'undici'
import { departTogether } from '../src/server/departures.ts'

interface Asked {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
}

interface Answered {
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number }
  readonly choices: readonly { readonly finish_reason: string }[]
}

const perConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'authorization'])
const lookedFor = [/sk-[A-Za-z0-9]{16}|AKIA[A-Z0-9]{16}|-----BEGIN/, /[\w.+-]@[\w-]+\.\w|\d[\d -]{11,18}\d|[A-Z]{2}\d{2}[A-Z0-9]{11}/]

if (isMainThread) serveAll()
else indexAll()

function serveAll(): void {
  const [port = '0', origin = '', folder = ''] = process.argv.slice(2)
  const pool = new Pool(origin, { connections: 8000, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0, connect: { noDelay: true } })
  const { intend, keep } = openSinks(folder)
  const counters = new Map<string, number>()

  const meet = (request: IncomingMessage, body: Buffer): Met => {
    const asked = JSON.parse(body.toString()) as Asked
    const key = hash('sha256', request.headers.authorization ?? '')
    const found = lookedFor.map((pattern) => asked.messages.some(({ content }) => pattern.test(content)))
    for (let at = 0; at < 6; at += 1) counters.set(`${key} ${at}`, (counters.get(`${key} ${at}`) ?? 0) + 1)
    return { id: randomUUID(), at: performance.now(), model: asked.model, key, input: hash('sha256', body), found }
  }
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const { method = 'GET', url = '/', headers } = request
      if (method === 'GET') return response.end()
      const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
      const met = meet(request, body)
      intend(met, () => void pool.dispatch({ path: url, method, headers: kept(headers), body }, forward(response, met, keep)))
    })
  }
  createServer({ noDelay: true }, serve).listen(Number(port), '127.0.0.1')
}

interface Met {
  readonly id: string
  readonly at: number
  readonly model: string
  readonly key: string
  readonly input: string
  readonly found: readonly boolean[]
}

/** Intents are written at the end of a turn, before their calls go on; the rest twenty times a second. */
function openSinks(folder: string) {
  const index = new Worker(new URL(import.meta.url), { workerData: join(folder, 'least.db') })
  const [intents, receipts] = [openSync(join(folder, 'intents'), 'a'), openSync(join(folder, 'receipts'), 'a')]
  let waiting: object[] = []
  let ready: { readonly line: string; readonly go: () => void }[] = []

  const writeIntents = (): void => {
    const going = ready
    ready = []
    writeSync(intents, going.map(({ line }) => line).join('\n'))
    for (const { go } of going) go()
  }
  const flush = (): void => {
    const lines = waiting.map((receipt) => JSON.stringify(receipt))
    waiting = []
    writeSync(receipts, lines.map((line) => `${hash('sha256', line)} ${line}\n`).join(''))
    process.stdout.write(lines.map((line) => `{"msg":"request",${line.slice(1, 300)}"}\n{"msg":"inference",${line.slice(1, 400)}"}\n`).join(''))
    index.postMessage(lines.join('\n'))
  }
  return {
    intend: (met: Met, go: () => void): void => {
      if (ready.push({ line: JSON.stringify(met), go }) === 1) setImmediate(writeIntents)
    },
    keep: (receipt: object): void => {
      if (waiting.push(receipt) === 1) setTimeout(flush, 50)
    },
  }
}

function kept(headers: NodeJS.Dict<string | string[]>): { [name: string]: string | string[] } {
  const left: { [name: string]: string | string[] } = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && !perConnection.has(name)) left[name] = value
  }
  return left
}

function forward(response: ServerResponse, met: Met, keep: (receipt: object) => void): Dispatcher.DispatchHandler {
  const pieces: Buffer[] = []
  let said: { [name: string]: string | string[] } = {}
  return {
    onRequestStart() {},
    onResponseStart(_controller, _status, headers) {
      said = kept(headers)
    },
    onResponseData(_controller, chunk) {
      pieces.push(chunk)
    },
    onResponseEnd() {
      const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
      const { usage, choices } = JSON.parse(body.toString()) as Answered
      const receipt = { ...met, ...usage, reason: choices[0]!.finish_reason, ...filling, end: performance.now() }
      response.writeHead(200, { ...said, 'x-request-id': met.id })
      departTogether({ depart: () => response.end(body) })
      keep(receipt)
    },
    onResponseError(_controller, error) {
      throw error
    },
  }
}

/** As many signals as a receipt of ours has that are not null. */
const filling = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`signal_${at}`, at % 3 === 0 ? at : `value ${at}`]))

function indexAll(): void {
  const database = new DatabaseSync(workerData as string)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE receipts (id TEXT PRIMARY KEY, at REAL, model TEXT, key TEXT, cost INTEGER)')
  database.exec('CREATE INDEX at ON receipts (at); CREATE INDEX model ON receipts (model, at)')
  const add = database.prepare('INSERT INTO receipts VALUES (?, ?, ?, ?, ?)')
  parentPort!.on('message', (lines: string) => {
    database.exec('BEGIN')
    for (const line of lines.split('\n')) {
      const { id, at, model, key, prompt_tokens: cost } = JSON.parse(line) as { id: string; at: number; model: string; key: string; prompt_tokens: number }
      add.run(id, at, model, key, cost)
    }
    database.exec('COMMIT')
  })
}
