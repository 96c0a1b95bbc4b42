/** The real gateway in front of scripted providers, one for each wire, for tests that see it as its clients do. One scene serves a whole file of tests. */

import assert from 'node:assert/strict'
import { after, beforeEach } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually, heal, startGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import { messages, openai, startUpstream, type Answer, type Received, type Upstream } from '../upstream/index.ts'

/** What a provider answers to one request. */
export type Line = Answer | ((request: Received) => Answer | Promise<Answer>)

/** A scripted provider whose script is changed from test to test. */
export interface Stage {
  readonly upstream: Upstream
  /** From now on the n-th request gets the n-th line, and the last line all that follow. Forgets what was asked before. */
  play(...lines: readonly Line[]): void
  /** The requests since `play`, oldest first. */
  asked(): readonly Received[]
  /** Waits for the n-th request since `play`. */
  request(index: number): Promise<Received>
}

export async function openStage(first: Line): Promise<Stage> {
  let lines: readonly Line[] = [first]
  let from = 0
  const upstream = await startUpstream((request, turn) => {
    const line = lines[Math.min(turn - from, lines.length - 1)] ?? []
    return typeof line === 'function' ? line(request) : line
  })
  return {
    upstream,
    play: (...next) => {
      lines = next
      from = upstream.requests.length
    },
    asked: () => upstream.requests.slice(from),
    request: (index) => upstream.request(from + index),
  }
}

export type Receipt = Readonly<Record<string, unknown>>

export interface Scene {
  readonly gateway: Gateway
  /** Speaks Chat Completions and is called `openai`. */
  readonly chat: Stage
  /** Speaks Messages and is called `anthropic`. */
  readonly claude: Stage
  /** Posts JSON with the first key. Headers of undefined are left out. */
  post(path: string, body: unknown, headers?: { readonly [name: string]: string | undefined }): Promise<Response>
  get(path: string, headers?: { readonly [name: string]: string | undefined }): Promise<Response>
  /** The receipt that an answer names, as the operator reads it. */
  receiptOf(answer: { readonly headers: Headers }): Promise<Receipt>
}

export interface SceneOptions extends Omit<GatewayOptions, 'config'> {
  /** More of `omni.yaml`, put behind the providers; it may use the stages' addresses. */
  readonly config?: (stages: { readonly chat: string; readonly claude: string }) => string
  /** More entries of `providers`, each a line of two spaces and an entry. */
  readonly providers?: (stages: { readonly chat: string; readonly claude: string }) => string
}

/** The secrets that the gateway has to its providers: no client may ever see them. */
const secrets = { chat: 'secret-of-chat-9f86d081884c7d65', claude: 'secret-of-claude-9f86d081884c7d65' } as const

/** Retries follow at once here, and breakers stay closed: what they do in earnest is tested by itself. */
const hurried = 'retry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\n'

/** Opens it now and closes it after the file's last test. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const chat = await openStage(openai.speak('Hello World'))
  const claude = await openStage(messages.speak('Hello World'))
  const at = { chat: chat.upstream.url, claude: claude.upstream.url }
  const providers = [
    `  openai: { key: ${secrets.chat}, baseUrl: "${at.chat}/v1" }`,
    `  anthropic: { key: ${secrets.claude}, baseUrl: "${at.claude}" }`,
    options.providers?.(at) ?? '',
  ]
  const gateway = await startGateway({ ...options, config: `providers:\n${providers.join('\n')}\n${options.config?.(at) ?? hurried}` })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await Promise.all([chat.upstream.stop(), claude.upstream.stop()])
  })
  beforeEach(() => heal(gateway))
  const ask = (method: string, path: string, headers: { readonly [name: string]: string | undefined }, body?: string) =>
    fetch(`${gateway.url}${path}`, { method, headers: given({ authorization: `Bearer ${gateway.key}`, ...headers }), ...(body !== undefined && { body }) })
  return {
    gateway,
    chat,
    claude,
    post: (path, body, headers = {}) => ask('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    get: (path, headers = {}) => ask('GET', path, headers),
    receiptOf: (answer) => readReceipt(gateway, answer.headers.get('x-omega-decision-id')),
  }
}

const given = (headers: { readonly [name: string]: string | undefined }): [string, string][] =>
  Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)

/** Receipts are stored a moment after the answer. */
export async function readReceipt({ url, adminKey }: Gateway, id: string | null): Promise<Receipt> {
  assert.match(id ?? '', /^dec_[\da-f]{32}$/)
  return eventually(async () => {
    const answer = await fetch(`${url}/_omni/reports/${id}`, { headers: { authorization: `Bearer ${adminKey}` } })
    return answer.ok ? ((await answer.json()) as Receipt) : undefined
  })
}

/** The JSON of each `data:` line, and the words that are no JSON (`[DONE]`) as they are. */
export function dataOf(text: string): readonly (JsonObject | string)[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => (data!.startsWith('{') ? (JSON.parse(data!) as JsonObject) : data!))
}

/** One user's question on the wire of each surface. */
export const question = { messages: [{ role: 'user', content: 'hi' }] } as const
