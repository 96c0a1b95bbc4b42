/** The stage of the acceptance tests: a real gateway before scripted providers, and asking it as a client does. */

import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { beforeEach } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually, heal, startGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import { holdRules } from './rules.ts'

export type Surface = 'chat' | 'messages' | 'gemini' | 'cohere'

/** Who is asked to play a provider, by the name of its connection: the wire it speaks, and where it is. */
export type Cast = { readonly [name: string]: { readonly like: 'openai' | 'anthropic'; readonly url: string; readonly extra?: JsonObject } }

export interface SceneOptions extends Omit<GatewayOptions, 'config'> {
  readonly cast?: Cast
  /** What stands in the configuration beside the providers. JSON is YAML. */
  readonly settings?: JsonObject
}

export interface Asking {
  readonly method?: string
  readonly path?: string
  /** A list of names and values in turn is sent as it stands, without a key. */
  readonly headers?: { readonly [name: string]: string } | readonly string[]
  /** null sends no key. */
  readonly key?: string | null
  /** Anything but text and bytes is written as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface Told {
  readonly surface: Surface
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly trailers: { readonly [name: string]: string | undefined }
  readonly text: string
  /** The connection broke off before the answer was whole. */
  readonly isCut: boolean
  /** Milliseconds from asking to the end. */
  readonly took: number
  json(): JsonObject
  /** The error's code on Chat Completions, its type on Messages. */
  code(): string | undefined
  param(): string | null | undefined
}

export interface Scene extends Gateway {
  readonly port: number
  /** Asks, and holds the answer to the rules that every answer keeps. */
  ask(asking: Asking): Promise<Told>
  /** `ask`, for an answer of a model: on Chat Completions, unless a path of Messages is given. */
  say(model: string, fields?: JsonObject, asking?: Asking): Promise<Told>
  /** The receipt of an answer, when it is stored. */
  receiptOf(told: Pick<Told, 'headers'>, key?: string): Promise<JsonObject>
}

export const chatPath = '/v1/chat/completions'
export const messagesPath = '/v1/messages'
export const hello: JsonObject[] = [{ role: 'user', content: 'hello' }]
export const quick = { connect: '1s', firstByteStreamed: '3s', firstByteWhole: '3s', firstWord: '3s', idle: '2s', total: '20s' } as const

/** The text of `omni.yaml` for these providers. */
export function configOf(cast: Cast = {}, settings: JsonObject = {}): string {
  const providers = Object.fromEntries(
    Object.entries(cast).map(([name, { like, url, extra }]) => [
      name,
      { like, baseUrl: like === 'openai' ? `${url}/v1` : url, key: `upstream-key-of-${name}-4f9a1c`, ...extra },
    ]),
  )
  return JSON.stringify({ providers, deadlines: { ...quick }, health: { failures: 1000 }, ...settings })
}

export async function openScene({ cast, settings, ...options }: SceneOptions = {}): Promise<Scene> {
  const gateway = await startGateway({ config: configOf(cast, settings), ...options })
  beforeEach(() => heal(gateway))
  const port = Number(new URL(gateway.url).port)
  const ask = async (asking: Asking): Promise<Told> => {
    const told = await askAt(port, { key: gateway.key, ...asking })
    holdRules(told, asking.method ?? 'POST')
    return told
  }
  const say = (model: string, fields: JsonObject = {}, asking: Asking = {}) => {
    const isMessages = surfaceOf(asking.path ?? chatPath) === 'messages'
    return ask({ ...asking, body: { model, ...(isMessages && { max_tokens: 64 }), messages: hello, ...fields } })
  }
  const receiptOf = async ({ headers }: Pick<Told, 'headers'>, key = gateway.adminKey) => {
    const path = `/_omni/reports/${String(headers['x-omega-decision-id'])}`
    const stored = await eventually(async () => [await ask({ method: 'GET', path, key })].find(({ status }) => status === 200))
    return stored.json()
  }
  return { ...gateway, port, ask, say, receiptOf }
}

const surfaceOf = (path: string): Surface => {
  if (/\/messages\b/.test(path)) return 'messages'
  if (path.startsWith('/v1beta/') || /:\w+(\?|$)/.test(path)) return 'gemini'
  return /^\/v2\/|\/rerank$/.test(path) ? 'cohere' : 'chat'
}

/** The data of each event of a stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html reads it. */
export function eventsOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/(?:\r\n|\r|\n){2}/)
    .map((event) => event.split(/\r\n|\r|\n/).flatMap((line) => /^data: ?(.*)$/s.exec(line)?.[1] ?? []))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
}

/** What the model said in a stream of Chat Completions. */
export function wordsOf(text: string): string {
  return eventsOf(text)
    .filter((data) => data.startsWith('{') && data.includes('"choices"'))
    .map((data) => (JSON.parse(data) as { choices: { delta?: { content?: string | null } }[] }).choices[0]?.delta?.content ?? '')
    .join('')
}

/** One request on a connection of its own; rejects only where nothing at all was answered. */
export function askAt(port: number, { method = 'POST', path = chatPath, headers = {}, key = null, body, signal }: Asking): Promise<Told> {
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
  const own = isList(headers)
    ? headers
    : {
        ...(bytes && { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
        ...(key && { authorization: `Bearer ${key}` }),
        ...headers,
      }
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers: own, agent: false, ...(signal && { signal }) }, (answer) => {
      const pieces: Buffer[] = []
      const end = () => {
        const text = Buffer.concat(pieces).toString('utf8')
        const { statusCode: status = 0, rawHeaders, trailers, complete } = answer
        resolve({
          surface: surfaceOf(path),
          status,
          headers: answer.headers,
          rawHeaders,
          trailers,
          text,
          isCut: !complete,
          took: performance.now() - from,
          ...readError(text),
        })
      }
      answer
        .on('data', (piece: Buffer) => pieces.push(piece))
        .on('error', () => {})
        .on('close', end)
    })
    asked.on('error', reject).end(bytes)
  })
}

function isList(headers: Asking['headers']): headers is readonly string[] {
  return Array.isArray(headers)
}

function readError(text: string): Pick<Told, 'json' | 'code' | 'param'> {
  const json = () => JSON.parse(text) as JsonObject
  const error = () => json().error as { code?: string; type?: string; param?: string | null } | undefined
  return { json, code: () => error()?.code ?? error()?.type, param: () => error()?.param }
}
