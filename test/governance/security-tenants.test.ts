/** What one tenant says reaches nobody else, whatever breaks on the way: two hundred of them at once, each with words that are its own. */

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { openai } from '../upstream/index.ts'
import { head } from '../acceptance/raw.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { chatPath, hello, messagesPath } from '../acceptance/scene.ts'
import { ask, startProvider, type Errand } from '../swarm.ts'
import { openGoverned } from './scene.ts'

const tenants = 200
const calls = 100_000
const nonce = /nonce-\d+-\d+/g

/** What becomes of a call, in turn: most are answered. */
const ways = ['', '', '', '', '', '', 'break after', 'break before', 'refuse', 'leave'] as const

/** What the provider was asked that was not one tenant's alone. */
const mixed: string[] = []
let asked = 0

/** Says back what it was asked, a little later, on connections that all tenants share. */
const provider = await startProvider((request, socket) => {
  const [own = '', ...others] = new Set(request.match(nonce))
  if (own === '' || others.length > 0 || !request.includes('Bearer upstream-key-of-echo')) mixed.push(request)
  asked += 1
  setTimeout(() => answer(request, own, socket), asked % 5)
})
after(() => provider.stop())

const words = 'Your word is NONCE, and NONCE again.'
const whole = JSON.stringify(openai.body(words))
const frames = openai.frames(words)
const message = (status: number, body: string): string =>
  head(`HTTP/1.1 ${status} X`, 'content-type: application/json', `content-length: ${body.length}`) + body
const chunks = (own: string, pieces: readonly string[]): string =>
  pieces
    .map((piece) => piece.replaceAll('NONCE', own))
    .map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
    .join('')

function answer(request: string, own: string, socket: Socket): void {
  const breaks = () => void socket.resetAndDestroy()
  if (request.includes('break before')) return breaks()
  if (request.includes('refuse')) return void socket.write(message(400, `{"error":{"message":"${own} is refused","type":"invalid_request_error"}}`))
  const isBroken = request.includes('break after')
  if (!request.includes('"stream":true')) {
    const text = message(200, whole.replaceAll('NONCE', own))
    return void (isBroken ? socket.write(text.slice(0, -20), breaks) : socket.write(text))
  }
  socket.write(
    head('HTTP/1.1 200 OK', 'content-type: text/event-stream', `x-request-id: ${own}`, 'transfer-encoding: chunked') + chunks(own, frames.slice(0, 6)),
  )
  // In two pieces, for those who leave in between.
  setTimeout(() => (isBroken ? breaks() : socket.write(`${chunks(own, frames.slice(6))}0\r\n\r\n`)), 1)
}

const scene = await openGoverned({
  cast: { echo: { like: 'openai', url: `http://127.0.0.1:${provider.port}` } },
  settings: { retry: { longestPause: '20ms' }, log: { level: 'warn' } },
})
const ids = Array.from({ length: tenants }, (_, at) => `tenant-${at}`)
const keys: string[] = []
for (const id of ids) {
  await scene.put(`tenants/${id}`, {})
  keys.push((await scene.keyWith({ tenant: id })).key)
}

/** By what was to become of them: calls whose answer came whole with its own word in it, came without, and was lost with its connection. */
const heard = new Map<string, { own: number; none: number; lost: number }>(ways.map((way) => [way, { own: 0, none: 0, lost: 0 }]))
const foreign: string[] = []
let turn = 0

function nextCall(): Errand | undefined {
  if (turn === calls) return undefined
  const own = turn++
  const [tenant, way] = [(own * 7919) % tenants, ways[own % ways.length]!]
  const word = `nonce-${tenant}-${own}`
  const messages = [{ role: 'user', content: `${word} ${way}` }]
  const body = JSON.stringify({ model: 'echo/gpt-4o', max_tokens: 64, stream: Math.floor(own / 10) % 2 === 0, messages })
  const path = Math.floor(own / 20) % 3 === 0 ? messagesPath : chatPath
  const lines = [`Host: 127.0.0.1:${scene.port}`, `Authorization: Bearer ${keys[tenant]}`, 'Content-Type: application/json', `Content-Length: ${body.length}`]
  const hear = (text: string | undefined): void => {
    const found = text?.match(nonce) ?? []
    if (found.some((one) => one !== word)) foreign.push(`${word} heard ${text}`)
    const count = heard.get(way)!
    if (text === undefined) count.lost += 1
    else count[found.length > 0 ? 'own' : 'none'] += 1
  }
  return { text: head(`POST ${path} HTTP/1.1`, ...lines) + body, hear, ...(way === 'leave' && { leavesAfter: Math.floor(own / 10) % 8 }) }
}

describe('two hundred tenants', () => {
  test(`[C57] hear no word of one another in ${calls} calls that break, are left and share connections`, { timeout: 280_000 }, async () => {
    const swarm = (lanes: number, depth: number) => ask({ port: scene.port, lanes, depth, next: nextCall })
    // Most ask one thing after the other; some, as a proxy in front of us may, several at once.
    await Promise.all([swarm(48, 1), swarm(8, 4)])
    assert.deepEqual([foreign.slice(0, 3), mixed.slice(0, 3)], [[], []])
    const count = (way: (typeof ways)[number]) => heard.get(way)!
    // Who left took others along that asked on the same connection; nobody else went without an answer.
    assert.deepEqual([count('').none, count('').own + count('').lost], [0, calls * 0.6])
    assert.ok(count('').own > calls * 0.4, JSON.stringify([...heard]))
    assert.ok(count('break after').own > calls * 0.03, 'what was said before a stream broke off was heard')
    assert.deepEqual([count('refuse').own, count('break before').own], [0, 0], 'what a provider says of an error is not passed on')
    assert.ok(provider.connections() < asked / 2, `${asked} calls came on ${provider.connections()} connections`)
  })

  test('[C55] that ask the same are answered each by the provider, and so are two keys of one tenant', async () => {
    const before = scene.upstream.requests.length
    const { key } = await scene.keyWith({ tenant: ids[0]! })
    for (const own of [keys[0]!, keys[1]!, key, key])
      assert.equal((await scene.say('up/gpt-4o', { messages: hello, temperature: 0, seed: 1 }, { key: own })).status, 200)
    assert.equal(scene.upstream.requests.length - before, 4)
  })

  test('[C14] [C59] see the receipts of none but their own keys', async () => {
    const told = await scene.say('up/gpt-4o', {}, { key: keys[5]! })
    const receipt = await scene.receiptOf(told)
    const as = (key: string, path: string) => scene.ask({ method: 'GET', path: `/_omni/reports${path}`, key })
    const [theirs, missing] = [await as(keys[6]!, `/${String(receipt.id)}`), await as(keys[6]!, '/dec_01990000000070008000000000000000')]
    assert.deepEqual([theirs.status, theirs.text], [404, missing.text])
    assert.equal((await as(keys[5]!, `/${String(receipt.id)}`)).status, 200)
    assert.doesNotMatch((await as(keys[6]!, '?limit=200')).text, new RegExp(String(receipt.id)))
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
