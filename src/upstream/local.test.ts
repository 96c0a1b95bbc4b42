/** The built-in provider answers in the grammar of Chat Completions, and its failing models break exactly as their names say. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isObject, type JsonObject } from '../base/json.ts'
import { Failure, type Reason } from '../canonical/failure.ts'
import { fold } from '../canonical/fold.ts'
import { SseCutter } from '../base/sse.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import type { Exchange, UpstreamRequest } from './exchange.ts'
import { planAnswer } from './local-answer.ts'
import { LocalTransport } from './local.ts'

const local = new LocalTransport()
const hello = { messages: [{ role: 'user', content: 'hello' }] }
const look = {
  type: 'function',
  function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' }, far: { type: 'boolean' } }, required: ['at'] } },
}

function post(body: JsonObject, deadlines: Partial<UpstreamRequest['deadlines']> = {}, onCancel: (cancel: () => void) => void = () => {}): Promise<Exchange> {
  const patient = { connect: 50, firstByteStreamed: 200, firstByteWhole: 200, firstWord: 200, idle: 200, progress: 200, total: 2000 }
  return local.post(
    { origin: '', path: '/chat/completions', headers: {}, body: JSON.stringify({ ...hello, ...body }), deadlines: { ...patient, ...deadlines } },
    body.stream === true,
    onCancel,
  )
}

async function readAll(exchange: Exchange): Promise<string> {
  let text = ''
  for (let piece = await exchange.next(); piece !== undefined; piece = await exchange.next()) text += piece.toString()
  return text
}

const answer = async (body: JsonObject): Promise<string> => readAll(await post({ model: 'smoke', ...body }))

/** What the answer means, as the wire of the provider reads it: whole, or put together from its stream. */
async function meaning(body: JsonObject) {
  const text = await answer(body)
  if (body.stream !== true) return openaiChat.readResponse(JSON.parse(text) as JsonObject)
  const reader = openaiChat.eventReader()
  return fold([...new SseCutter(1 << 20).push(Buffer.from(text)).flatMap((message) => reader.read(message)), ...reader.end()])
}

async function reasonOf(promise: Promise<unknown>): Promise<Reason | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof Failure ? error.reason : undefined
}

describe('the model smoke', () => {
  test('says the same whole and streamed, with usage where it is asked for', async () => {
    const requests: readonly JsonObject[] = [{}, { tools: [look], tool_choice: 'required' }, { response_format: { type: 'json_object' } }]
    for (const request of requests) {
      const whole = await meaning(request)
      const streamed = await meaning({ ...request, stream: true, stream_options: { include_usage: true } })
      assert.deepEqual(
        streamed.choices.map(({ finish }) => finish),
        whole.choices.map(({ finish }) => finish),
      )
      assert.deepEqual([streamed.usage.input, streamed.model], [whole.usage.input, 'smoke'])
      const said = (blocks: readonly unknown[]) => blocks.map((block) => ({ ...(block as JsonObject), id: '' }))
      assert.deepEqual(said(streamed.choices[0]!.blocks), said(whole.choices[0]!.blocks))
    }
    assert.match(await answer({ stream: true }), /data: \[DONE\]\n\n$/)
    assert.doesNotMatch(await answer({ stream: true }), /"usage"/)
  })

  test('calls a tool when it must, when it is named, or when the last message says so, and never when it may not', async () => {
    const called = async (body: JsonObject) => (await meaning({ tools: [look], ...body })).choices[0]!.blocks.filter(({ type }) => type === 'tool-call').length
    const asked = { messages: [{ role: 'user', content: [{ type: 'text', text: 'please call look' }] }] }
    assert.equal(await called({}), 0)
    assert.equal(await called(asked), 1)
    assert.equal(await called({ tool_choice: 'required' }), 1)
    assert.equal(await called({ tool_choice: { type: 'function', function: { name: 'look' } } }), 1)
    assert.equal(await called({ ...asked, tool_choice: 'none' }), 0)
    assert.equal(await called({ tool_choice: 'required', messages: [{ role: 'tool', tool_call_id: 'c', content: 'call look' }] }), 0)
  })

  test('fills in what a schema requires, and nothing else', async () => {
    const properties = {
      name: { type: 'string' },
      kind: { enum: ['b', 'a'] },
      fixed: { const: 7 },
      size: { type: 'integer', minimum: 3 },
      list: { type: 'array', items: { type: ['number', 'null'] }, minItems: 2 },
      empty: { type: 'array' },
      inner: { properties: { yes: { type: 'boolean' } }, required: ['yes'] },
      odd: { $ref: '#/nowhere' },
      more: { type: 'string' },
    }
    const schema = { type: 'object', properties, required: ['name', 'kind', 'fixed', 'size', 'list', 'empty', 'inner', 'odd', 'missing', 'constructor'] }
    const [block] = (await meaning({ response_format: { type: 'json_schema', json_schema: { name: 's', schema } } })).choices[0]!.blocks
    assert.deepEqual(JSON.parse((block as { text: string }).text), {
      name: 'text',
      kind: 'b',
      fixed: 7,
      size: 3,
      list: [1],
      empty: [],
      inner: { yes: true },
      odd: null,
      missing: null,
      constructor: null,
    })
  })

  test('takes no longer for a schema that requires the same name many times at every depth', () => {
    let schema: JsonObject = { type: 'string' }
    for (let depth = 0; depth < 14; depth += 1) schema = { type: 'object', properties: { a: schema }, required: Array.from({ length: 12 }, () => 'a') }
    const begun = performance.now()
    const { steps } = planAnswer('/chat/completions', { model: 'smoke', ...hello, response_format: { type: 'json_schema', json_schema: { schema } } })
    assert.ok(performance.now() - begun < 1000)
    assert.equal(steps.length, 1)
  })

  test('answers whatever a body holds', () => {
    for (const odd of [null, [], 'x', 7, {}, [null], { a: null }]) {
      for (const field of ['messages', 'tools', 'tool_choice', 'response_format', 'stream_options', 'stream']) {
        assert.equal(planAnswer('/chat/completions', { model: 'smoke', [field]: odd } as JsonObject).status, 200, `${field}: ${JSON.stringify(odd)}`)
      }
    }
  })
})

describe('the failing models', () => {
  test('refuse with the status that their name says, in the vendor’s envelope', async () => {
    for (const status of [400, 401, 429, 500, 503, 529]) {
      const exchange = await post({ model: `fail-${status}` })
      assert.deepEqual([exchange.status, exchange.headers['retry-after']], [status, status === 429 || status === 503 ? '1' : undefined])
      const { error } = JSON.parse(await readAll(exchange)) as { error: JsonObject }
      assert.ok(isObject(error) && typeof error.message === 'string')
    }
    for (const model of ['fail-200', 'fail-999', 'nobody', 'undefined']) assert.equal((await post({ model })).status, 404, model)
  })

  test('break off, fall silent, or say what is no JSON', async () => {
    for (const stream of [false, true]) {
      assert.equal(await reasonOf(post({ model: 'fail-cut', stream }).then(readAll)), 'upstream_truncated')
      assert.equal(await reasonOf(post({ model: 'fail-stall', stream }).then(readAll)), 'upstream_timeout')
      assert.equal(await reasonOf(post({ model: 'fail-timeout', stream })), 'upstream_timeout')
      assert.equal(await post({ model: 'fail-empty', stream }).then(readAll), '')
      assert.match(await post({ model: 'fail-broken', stream }).then(readAll), /\{"broken":\n*$/)
    }
  })

  test('are slow where they say so, and answer in the end', async () => {
    const begun = performance.now()
    assert.match(await readAll(await post({ model: 'fail-slow' }, { firstByteWhole: 5000, idle: 5000, progress: 5000, total: 60_000 })), /Hello/)
    assert.ok(performance.now() - begun >= 3000)
  })

  test('end with the total limit, as every provider’s answer does', async () => {
    assert.equal(await reasonOf(post({ model: 'fail-slow' }, { firstByteWhole: 5000, total: 50 })), 'upstream_timeout')
    const exchange = await post({ model: 'fail-stall', stream: true }, { idle: 60_000, progress: 60_000, total: 100 })
    assert.equal(await reasonOf(readAll(exchange)), 'upstream_timeout')
  })
})

describe('giving up', () => {
  test('before the answer begins is at once', async () => {
    const begun = performance.now()
    assert.equal(await reasonOf(post({ model: 'fail-timeout' }, { firstByteWhole: 60_000 }, (cancel) => void setTimeout(cancel, 20))), 'client_closed')
    assert.ok(performance.now() - begun < 2000)
  })

  test('in a silence is at once, and whoever waits is told why', async () => {
    const exchange = await post({ model: 'fail-stall', stream: true }, { idle: 60_000 })
    setTimeout(() => exchange.abort(new Failure('shutting_down', 'We stop.')), 20)
    assert.equal(await reasonOf(readAll(exchange)), 'shutting_down')
    assert.equal(await reasonOf(exchange.next()), 'shutting_down')
  })

  test('between two pieces is noticed before the next wait', async () => {
    const exchange = await post({ model: 'fail-stall', stream: true }, { idle: 60_000 })
    const before = planAnswer('/chat/completions', { ...hello, model: 'fail-stall', stream: true }).steps.findIndex(({ afterMs }) => afterMs > 0)
    for (let step = 0; step < before; step += 1) await exchange.next()
    exchange.abort()
    assert.equal(await reasonOf(exchange.next()), 'client_closed')
  })
})
