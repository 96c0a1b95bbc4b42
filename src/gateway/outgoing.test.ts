/** What goes to a target: on the client's own wire the client's bytes but for what had to change, on another the meaning, with every loss told. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import type { ChatEvent } from '../canonical/chat.ts'
import { fold } from '../canonical/fold.ts'
import type { Quirks } from '../wires/quirks.ts'
import { callOf, receiptOf, targetOf } from '../../test/calling.ts'
import { prepare } from './outgoing.ts'

const text = '{ "model" : "m",  "messages":[{"role":"user","content":"\\u00e9"}] , "seed":9007199254740993 }'
const plain: JsonObject = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

const sent = (body: string | JsonObject, model = 'm', quirks: Quirks = {}): string =>
  prepare(callOf(body), targetOf(model, { quirks: { 'openai-chat': quirks } }), false, receiptOf()).request.body.toString()

describe('on the client’s own wire', () => {
  test('the bytes go as they came where nothing has to change', () => {
    const call = callOf(text)
    const outgoing = prepare(call, targetOf('m'), false, receiptOf())
    assert.equal(outgoing.request.body, call.body.bytes)
    assert.deepEqual([outgoing.passesOn, outgoing.hidesUsage, outgoing.undo.length], [true, false, 0])
  })

  test('only the model’s name is another where the target has it under another', () => {
    assert.equal(sent(text, 'a"b/c'), text.replace('"m"', '"a\\"b/c"'))
    assert.equal(sent('{"messages":[{"role":"user","content":"x"}],"mod\\u0065l":"é"}', 'm'), '{"messages":[{"role":"user","content":"x"}],"mod\\u0065l":"m"}')
  })

  test('what is said to the gateway alone stays here, and every other byte goes on', () => {
    const ours = '"omni_route":"r","extra":{"fallbacks":["x"]},"omni_metadata":{"team":"a"},"debug":{"routing":true},"omni_provider":"p"'
    assert.equal(
      sent(`{${ours},"model":"m","messages":[],"seed":9007199254740993,${ours.replaceAll('":', '2":')}}`),
      `{"model":"m","messages":[],"seed":9007199254740993,${ours.replaceAll('":', '2":')}}`,
    )
  })

  test('what one vendor alone knows reaches it as it was said (case 169)', () => {
    const said = { ...plain, prompt_cache_key: 'k', store: true, safety_identifier: 's', metadata: { a: 'b' }, prediction: { type: 'content', content: 'x' } }
    assert.equal(sent(said), JSON.stringify(said))
  })

  test('usage of a stream is asked for where the client did not, and then hidden from it', () => {
    const call = callOf({ ...plain, stream: true })
    const { request, hidesUsage } = prepare(call, targetOf('m'), false, receiptOf())
    assert.deepEqual(JSON.parse(request.body.toString()), { ...plain, stream: true, stream_options: { include_usage: true } })
    assert.equal(hidesUsage, true)
    const asked = { ...plain, stream: true, stream_options: { include_usage: true } }
    assert.equal(prepare(callOf(asked), targetOf('m'), false, receiptOf()).hidesUsage, false)
    assert.equal(sent({ ...plain, stream: true }, 'm', { noStreamOptions: true }), JSON.stringify({ ...plain, stream: true }))
  })

  test('a provider’s ways bend the body, numbers past 2^53 and all', () => {
    const body = '{"model":"m","messages":[{"role":"developer","content":"x"}],"seed":9007199254740993,"user":"u","omni_route":"r"}'
    assert.equal(
      sent(body, 'other', { drop: ['user'], rename: { seed: 'random_seed' }, developerAsSystem: true }),
      '{"model":"other","messages":[{"role":"system","content":"x"}],"random_seed":9007199254740993}',
    )
  })

  test('what the provider’s ways leave out is told, and refused where nothing may be left out', () => {
    const target = targetOf('m', { quirks: { 'openai-chat': { drop: ['logprobs', 'verbosity'] } } })
    const receipt = receiptOf()
    prepare(callOf({ ...plain, logprobs: true, verbosity: 'low' }), target, false, receipt)
    assert.deepEqual(receipt.dropped, ['logprobs', 'unknown_field'])
    assert.throws(() => prepare(callOf({ ...plain, logprobs: true }), target, true, receiptOf()), { reason: 'unsupported_parameter' })
  })

  test('the receipt says that nothing was translated', () => {
    const receipt = receiptOf()
    prepare(callOf(text), targetOf('m'), false, receipt)
    assert.deepEqual([receipt.record.wire, receipt.record.context_delta], ['openai-chat', 'unchanged'])
  })
})

describe('on another wire', () => {
  const messages = targetOf('claude', { speaks: { 'anthropic-messages': '/messages' } })

  test('the meaning is written, the answer is not passed on, and what cannot be said is told (case 175)', () => {
    const receipt = receiptOf()
    const { request, passesOn } = prepare(callOf({ ...plain, seed: 7, max_tokens: 5 }), messages, false, receipt)
    const body = JSON.parse(request.body.toString()) as JsonObject
    assert.deepEqual([body.model, body.max_tokens, 'seed' in body, passesOn], ['claude', 5, false, false])
    assert.deepEqual([receipt.dropped, receipt.record.wire, receipt.record.context_delta], [['seed'], 'anthropic-messages', 'translated'])
  })

  test('strictly, nothing is left out: the request is refused with the word', () => {
    assert.throws(() => prepare(callOf({ ...plain, seed: 7 }), messages, true, receiptOf()), { reason: 'unsupported_parameter', param: 'seed' })
  })

  test('what changes the shape of the answer is refused and never left out (cases 133, 173)', () => {
    assert.throws(() => prepare(callOf({ ...plain, n: 2 }), messages, false, receiptOf()), { reason: 'unsupported_parameter', param: 'n' })
  })

  test('a tool of plain text is offered as a function of one string, and its calls come back as plain text', () => {
    const tools = [{ type: 'custom', custom: { name: 'patch', description: 'Applies a patch.' } }]
    const { request, undo } = prepare(callOf({ ...plain, tools }), messages, false, receiptOf())
    const [tool] = (JSON.parse(request.body.toString()) as { tools: { name: string; input_schema: JsonObject }[] }).tools
    assert.deepEqual([tool!.name, tool!.input_schema.required], ['patch', ['input']])
    const events: ChatEvent[] = [
      { type: 'open', choice: 0, index: 0, block: { type: 'tool-call', id: 'a', name: 'patch', input: '' } },
      { type: 'delta', index: 0, text: '{"input":"*** Begin\\n' },
      { type: 'delta', index: 0, text: '*** End"}' },
      { type: 'close', index: 0 },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ]
    const [call] = fold([{ type: 'start', id: 'a', model: 'm' }, ...undo.reduce<readonly ChatEvent[]>((list, step) => step(list), events)]).choices[0]!.blocks
    assert.deepEqual(call, { type: 'tool-call', id: 'a', name: 'patch', input: '*** Begin\n*** End', custom: true })
  })

  test('a provider that speaks no wire for a model cannot be asked for it', () => {
    assert.throws(() => prepare(callOf(plain), targetOf('m', { speaks: {} }), false, receiptOf()), { reason: 'unsupported_operation' })
  })
})

describe('the address', () => {
  test('is the provider’s own, with its key and nothing of the client’s', () => {
    const call = callOf(plain, {
      headers: { authorization: 'Bearer good', 'x-api-key': 'good', cookie: 'c', 'x-omni-route': 'r', 'x-forwarded-for': '1.2.3.4', 'user-agent': 'curl/8' },
    })
    const { origin, path, headers } = prepare(call, targetOf('m'), false, receiptOf()).request
    assert.deepEqual([origin, path, headers.authorization], ['https://p.example', '/v1/chat/completions', 'Bearer s'])
    assert.equal(JSON.stringify(headers).includes('good'), false)
    for (const name of ['cookie', 'x-api-key', 'x-omni-route', 'x-forwarded-for']) assert.equal(name in headers, false, name)
    assert.equal(headers['user-agent'], 'omni-gateway')
  })

  test('[C28] a model’s name in a path is one segment, whatever it holds', () => {
    for (const [model, path] of [
      ['a/../b', 'a%2F..%2Fb'],
      ['a?b#c', 'a%3Fb%23c'],
      ['@evil.example', '%40evil.example'],
      ["$&$'", "%24%26%24'"],
    ] as const) {
      const target = targetOf(model, { speaks: { 'openai-chat': '/models/{model}:chat' } })
      assert.equal(prepare(callOf(plain), target, false, receiptOf()).request.path, `/v1/models/${path}:chat`)
    }
    const broken = targetOf('a\r\nb', { speaks: { 'openai-chat': '/models/{model}:chat' } })
    assert.throws(() => prepare(callOf(plain), broken, false, receiptOf()), { reason: 'model_not_found' })
  })
})
