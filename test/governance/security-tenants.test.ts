/** What one tenant says reaches nobody else, whatever breaks on the way: two hundred of them at once, each with words that are its own. */

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { describe, test } from 'node:test'
import { holdAlive } from '../acceptance/rules.ts'
import { chatPath, hello, messagesPath } from '../acceptance/scene.ts'
import { openai, reset, type Answer, type Received } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const tenants = 200
const calls = Number(process.env.OMNI_TEST_CALLS ?? 20_000)
const nonce = /nonce-\d+-\d+/g

/** Says back what it was asked, and what becomes of the answer stands there too. */
function echo(request: Received): Answer {
  const asked = request.body.toString('utf8')
  const [own = 'nonce-0-0'] = asked.match(nonce) ?? []
  const whole = openai.speak(`Your word is ${own}, and ${own} again.`)(request)
  if (asked.includes('break after')) return [...whole.slice(0, -1), reset()]
  if (asked.includes('break before')) return [reset()]
  if (asked.includes('refuse')) return openai.error(400, 'invalid_request_error')
  return whole
}

const scene = await openGoverned({ script: echo, settings: { retry: { longestPause: '20ms' }, log: { level: 'warn' } } })
const ids = Array.from({ length: tenants }, (_, at) => `tenant-${at}`)
const keys: string[] = []
for (const id of ids) {
  await scene.put(`tenants/${id}`, {})
  keys.push((await scene.keyWith({ tenant: id })).key)
}

interface Heard {
  readonly text: string
  readonly status: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const ways = ['', '', '', '', '', '', 'break after', 'break before', 'refuse', 'leave'] as const

function callAs(tenant: number, turn: number): Promise<Heard> {
  const way = ways[turn % ways.length]!
  const isMessages = turn % 3 === 0
  const content = `nonce-${tenant}-${turn} ${way}`
  const body = JSON.stringify({ model: 'up/gpt-4o', max_tokens: 64, stream: turn % 2 === 0, messages: [{ role: 'user', content }] })
  const headers = { authorization: `Bearer ${keys[tenant]}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    let text = ''
    const asked = request({ host: '127.0.0.1', port: scene.port, method: 'POST', path: isMessages ? messagesPath : chatPath, headers, agent }, (answer) => {
      if (way === 'leave') return void asked.destroy()
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      answer.on('error', () => {}).on('close', () => resolve({ text: JSON.stringify(answer.headers) + text, status: answer.statusCode ?? 0 }))
    })
    asked.on('error', () => {}).on('close', () => resolve({ text, status: 0 }))
    asked.end(body)
    if (way === 'leave' && turn % 4 === 1) setTimeout(() => asked.destroy(), turn % 7)
  })
}

describe('two hundred tenants', () => {
  test(`[C57] hear no word of one another in ${calls} calls that break, are left and share connections`, { timeout: 300_000 }, async () => {
    let turn = 0
    let heard = 0
    const lane = async () => {
      while (turn < calls) {
        const own = turn++
        const tenant = (own * 7919) % tenants
        const { text } = await callAs(tenant, own)
        const words = text.match(nonce) ?? []
        assert.ok(
          words.every((word) => word === `nonce-${tenant}-${own}`),
          `tenant ${tenant} heard ${words.join(' ')}`,
        )
        heard += words.length > 0 ? 1 : 0
      }
    }
    await Promise.all(Array.from({ length: 64 }, lane))
    agent.destroy()
    assert.ok(heard > calls * 0.6, `${heard} heard their own`)
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
    const [foreign, missing] = [await as(keys[6]!, `/${String(receipt.id)}`), await as(keys[6]!, '/dec_01990000000070008000000000000000')]
    assert.deepEqual([foreign.status, foreign.text], [404, missing.text])
    assert.equal((await as(keys[5]!, `/${String(receipt.id)}`)).status, 200)
    assert.doesNotMatch((await as(keys[6]!, '?limit=200')).text, new RegExp(String(receipt.id)))
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
