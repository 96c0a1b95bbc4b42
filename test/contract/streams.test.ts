/** Streams as they are on the wire: what is passed on byte for byte, what is mended, and what the receipt says of each end. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually } from '../gateway.ts'
import { chunk, finish, hang, messages, openai, openStream, raw, split, stream, type Answer } from '../upstream/index.ts'
import { dataOf, openScene, question } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `  cloud: { like: azure, key: secret-of-cloud-9f86d081884c7d65, baseUrl: "${chat}/openai" }
  priced: { like: openai, key: secret-of-priced-9f86d081884c7d65, baseUrl: "${chat}/v1", prices: openai }`,
})
const chat = { model: 'openai/gpt-4o', stream: true, ...question }
const message = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 99, stream: true, ...question }

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const piece = (delta: JsonObject, finish: string | null = null) =>
  sse({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })
const start = piece({ role: 'assistant', content: '' })
const usage = sse({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 },
})
const done = 'data: [DONE]\n\n'

async function read(path: string, body: object, headers: { readonly [name: string]: string } = {}) {
  const answer = await scene.post(path, body, headers)
  return { answer, text: await answer.text() }
}
const ask = (body: object) => read('/v1/chat/completions', body)
const say = (body: object) => read('/v1/messages', body)

describe('on the same wire', () => {
  const strange = [
    start,
    ': OPENROUTER PROCESSING\n\n',
    sse({
      id: 'c',
      choices: [{ index: 0, delta: { content: 'é', reasoning_details: [{ type: 'x' }], new_field: 1.0 }, logprobs: { content: [] } }],
      provider: 'acme',
      usage: null,
    }),
    'event: message\r\ndata: {"id":"c","choices":[{"index":0,"delta":{"content":"\\ud83c\\udfd4 caf\u00e9"},"finish_reason":null}]}\r\n\r\n',
    piece({}, 'stop'),
    sse({ id: 'c', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cost: 0.1 } }),
    done,
  ]

  test('a stream of Chat Completions keeps its bytes, also what the gateway has no word for (cases 69, 89)', async () => {
    scene.chat.play(stream(strange))
    assert.equal((await ask({ ...chat, stream_options: { include_usage: true } })).text, strange.join(''))
  })

  test('a stream of Messages keeps its bytes, unknown events and blocks with them (case 104)', async () => {
    const frames = messages.frames('Grüezi 🏔', { reasoning: ['hm'], toolCalls: [{ id: 'toolu_1', name: 'look', input: { at: 'é' } }] })
    const unknown = 'event: later_event\ndata: {"type":"later_event","index":0,"nonce":"a1"}\n\n'
    const told = [...frames.slice(0, 2), unknown, ...frames.slice(2)]
    scene.claude.play(stream(told))
    assert.equal((await say(message)).text, told.join(''))
  })

  test('however it is cut into packets (case 83)', async () => {
    scene.chat.play(split(1, stream(strange)))
    assert.equal((await ask({ ...chat, stream_options: { include_usage: true } })).text, strange.join(''))
  })

  test('a whole answer of Messages keeps its bytes, and so does the request', async () => {
    const body = ` ${JSON.stringify({ ...messages.body('ok'), later: { deep: [1.0] } }).replace('"ok"', '"o\\u006b"')}\n`
    scene.claude.play([raw(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)])
    const asked =
      '{"max_tokens": 9,"model":"claude-sonnet-4-5", "messages":[{"role":"user","content":[{"type":"text","text":"h\\u0069","cache_control":{"type":"ephemeral","ttl":"1h"}}]}],"later":{"a":1.0}}'
    const answer = await fetch(`${scene.gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': scene.gateway.key, 'content-type': 'application/json', 'x-omni-provider': 'anthropic' },
      body: asked,
    })
    assert.equal(await answer.text(), body)
    assert.equal(scene.claude.asked()[0]!.body.toString(), asked)
  })
})

describe('a stream of a provider that strays', () => {
  test('may begin with a chunk that has no choices (case 85)', async () => {
    const first = sse({ id: '', object: '', created: 0, model: '', choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] })
    scene.chat.play(stream([first, start, piece({ content: 'fine' }), piece({}, 'stop'), done]))
    const asked = { ...chat, model: 'cloud/gpt-4o' }
    const { text } = await ask(asked)
    assert.match(text, /prompt_filter_results[^]*fine[^]*\[DONE\]/)
    assert.match((await say({ ...asked, max_tokens: 9 })).text, /fine[^]*message_stop/)
  })

  test('says once why it ended, though the provider says it twice (case 87)', async () => {
    scene.chat.play(stream([start, piece({ content: 'a' }), piece({}, 'stop'), piece({}, 'stop'), usage, done]))
    const { text } = await ask(chat)
    assert.equal(text.match(/"finish_reason":"stop"/g)?.length, 1)
    const { text: said } = await say({ ...chat, max_tokens: 9 })
    assert.equal(said.match(/"stop_reason":"end_turn"/g)?.length, 1)
  })

  test('is cut where one of several choices has not finished (cases 86, 91)', async () => {
    const second = (delta: JsonObject, finish: string | null = null) => piece(delta, finish).replace('"index":0', '"index":1')
    const told = [start, second({ role: 'assistant', content: 'b' }), piece({ content: 'a' }), piece({}, 'stop'), piece({}, 'stop')]
    scene.chat.play(stream([...told, done]), stream([...told, second({}, 'stop'), done]))
    const { text } = await ask({ ...chat, n: 2 })
    assert.match(text, /"code":"upstream_truncated"\}\}\n\n$/)
    assert.ok(!text.includes('[DONE]'))
    assert.ok((await ask({ ...chat, n: 2 })).text.endsWith(done))
  })

  test('that says in its middle that it was too much ends with that, and the processor rests (case 191)', async () => {
    const error = 'data: {"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}\n\n'
    scene.chat.play([openStream(), raw(chunk(openai.frames('Hello')[1]!)), raw(chunk(error)), hang()])
    const answer = await scene.post('/v1/chat/completions', { model: 'openai/gpt-4o', stream: true, ...question })
    const text = await answer.text()
    assert.match(text, /"code":"rate_limit_exceeded"/)
    assert.doesNotMatch(text, /\[DONE\]|finish_reason":"/)
    const ticks = async () =>
      Number(
        (await readFile(`/proc/${scene.gateway.pid}/stat`, 'latin1'))
          .split(') ')[1]!
          .split(' ')
          .slice(11, 13)
          .reduce((sum, one) => sum + Number(one), 0),
      )
    const before = await ticks()
    await setTimeout(1000)
    // Hundredths of a second: a loop that is busy would have used nearly all of them.
    assert.ok((await ticks()) - before < 50)
    assert.equal(scene.chat.asked().length, 1)
  })

  test('with one broken chunk among good ones ends with an error, never in silence (case 93)', async () => {
    scene.chat.play(stream([start, piece({ content: 'a' }), 'data: {"id":"c","choices":[{"ind\n\n', piece({ content: 'b' }), piece({}, 'stop'), done]))
    const { answer, text } = await ask(chat)
    assert.match(text, /"code":"upstream_invalid_response"\}\}\n\n$/)
    assert.ok(!text.includes('[DONE]') && !text.includes('"finish_reason":"stop"'))
    assert.equal((await scene.receiptOf(answer)).outcome, 'truncated')
  })

  test('that tells usage after the finish has it in one `message_delta` (case 101)', async () => {
    scene.chat.play(stream([start, piece({ content: 'a' }), piece({}, 'stop'), usage, done]))
    const { text } = await say({ ...chat, max_tokens: 9 })
    const deltas = dataOf(text).filter((frame) => typeof frame === 'object' && frame.type === 'message_delta') as JsonObject[]
    assert.deepEqual(
      deltas.map(({ usage: told }) => [(told as JsonObject).input_tokens, (told as JsonObject).output_tokens]),
      [[11, 4]],
    )
  })

  test('that answers a stream’s request with a whole answer is streamed all the same, and the other way round', async () => {
    scene.chat.play(openai.reply('all at once'))
    const { text } = await ask(chat)
    assert.match(text, /all at once[^]*\[DONE\]\n\n$/)
    scene.chat.play(openai.stream('in pieces'))
    const answer = await scene.post('/v1/chat/completions', { ...chat, stream: false })
    assert.match(await answer.text(), /"object":"chat.completion"[^]*"content":"in pieces"/)
  })
})

describe('(routing 17) (routing 18) a stream that is told in another way means the same', () => {
  const told = [start, piece({ content: 'one' }), piece({ content: ' two' }), piece({}, 'stop'), usage]
  const ways: readonly (readonly [says: string, body: string])[] = [
    ['as the vendor tells it', [...told, done].join('')],
    ['without `[DONE]`', told.join('')],
    ['without its last blank line', [...told, done].join('').trimEnd()],
    ['with CR LF, comments and ids', [...told, done].map((frame) => `: ping\r\nid: 7\r\n${frame.replaceAll('\n', '\r\n')}`).join('')],
  ]
  for (const [says, body] of ways) {
    test(`${says}: the same words and end on both surfaces`, async () => {
      scene.chat.play(stream([body]))
      const passed = await ask({ ...chat, stream_options: { include_usage: true } })
      const words = dataOf(passed.text.replaceAll('\r', '')).map((data) =>
        typeof data === 'string' ? data : ((data.choices as JsonObject[])[0]?.delta as JsonObject)?.content,
      )
      assert.deepEqual(
        words.filter((word) => word !== '' && word !== undefined),
        ['one', ' two', '[DONE]'],
      )
      assert.match(
        (await say({ ...chat, max_tokens: 9 })).text,
        /"text":"one"[^]*"text":" two"[^]*"stop_reason":"end_turn"[^]*"output_tokens":4[^]*message_stop/,
      )
      assert.deepEqual([(await scene.receiptOf(passed.answer)).outcome, (await scene.receiptOf(passed.answer)).completion_tokens], ['completed', 4])
    })
  }

  test('calls whose arguments come in splinters, and in turns, are whole and apart on Messages', async () => {
    const call = (index: number, fields: JsonObject) => piece({ tool_calls: [{ index, ...fields }] })
    const splinters = (index: number, text: string) => text.split('').map((letter) => call(index, { function: { arguments: letter } }))
    const [first, second] = ['{"at":"é, \\"x\\""}', '{"to":[1,{"y":2}]}']
    const [left, right] = [splinters(0, first), splinters(1, second)]
    const turns = Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [left[at] ?? '', right[at] ?? '']).flat()
    const opened = [
      call(0, { id: 'call_a', type: 'function', function: { name: 'look', arguments: '' } }),
      call(1, { id: 'call_b', type: 'function', function: { name: 'go', arguments: '' } }),
    ]
    scene.chat.play(stream([start, ...opened, ...turns.filter((frame) => frame !== ''), piece({}, 'tool_calls'), usage, done]))
    const blocks = new Map<unknown, { name: unknown; input: string }>()
    for (const data of dataOf((await say({ ...chat, max_tokens: 9 })).text)) {
      if (typeof data === 'string') continue
      const { type, index, content_block: block, delta } = data as { type: string; index?: number; content_block?: JsonObject; delta?: JsonObject }
      if (type === 'content_block_start') blocks.set(index, { name: block!.name, input: '' })
      else if (type === 'content_block_delta') blocks.get(index)!.input += String(delta!.partial_json)
    }
    assert.deepEqual(
      [...blocks.values()],
      [
        { name: 'look', input: first },
        { name: 'go', input: second },
      ],
    )
  })
})

describe('the receipt of a stream', () => {
  const receiptAfter = async (answer: Answer) => {
    scene.chat.play(answer)
    const { text, answer: got } = await ask({ ...chat, model: 'priced/gpt-4o' })
    return { receipt: await scene.receiptOf(got), text }
  }

  test('that was finished is complete, with the provider’s own counts', async () => {
    const { receipt } = await receiptAfter(stream([start, piece({ content: 'a' }), piece({}, 'stop'), usage, done]))
    const { outcome, status, finish: why, prompt_tokens, completion_tokens, usage_source, stream: streamed } = receipt
    assert.deepEqual([outcome, status, why, prompt_tokens, completion_tokens, usage_source, streamed], ['completed', 200, 'stop', 11, 4, 'reported', true])
  })

  test('that broke off is a failure with estimated counts that are paid for, though its status was 200 (case 90) (routing 14)', async () => {
    const { receipt, text } = await receiptAfter([
      openStream(),
      ...[start, piece({ content: 'one two three four' })].map((frame) => raw(chunk(frame))),
      finish(),
    ])
    assert.match(text, /"error":/)
    const { outcome, status, error, error_origin, finish: why, usage_source, notices } = receipt
    assert.deepEqual([outcome, status, error, error_origin, why, usage_source], ['truncated', 200, 'upstream_truncated', 'target', null, 'estimated'])
    assert.ok(Number(receipt.completion_tokens) > 0 && Number(receipt.cost) > 0)
    assert.ok((notices as string[]).includes('incomplete'))
    assert.equal(scene.chat.asked().length, 1, 'nobody goes on with the words of another')
  })

  test('whose client asked for no usage has the provider’s, which the gateway asks for and the client does not see (routing 21)', async () => {
    const { receipt, text } = await receiptAfter(stream([start, piece({ content: 'a' }), piece({}, 'stop'), usage, done]))
    assert.deepEqual(scene.chat.asked()[0]!.json().stream_options, { include_usage: true })
    assert.doesNotMatch(text, /prompt_tokens/)
    assert.deepEqual([receipt.usage_source, receipt.completion_tokens], ['reported', 4])
  })

  test('whose provider tells none all the same is estimated and says so, and is never nothing (routing 21)', async () => {
    const { receipt } = await receiptAfter(stream([start, piece({ content: 'one two three' }), piece({}, 'stop'), done]))
    assert.deepEqual([receipt.outcome, receipt.usage_source], ['completed', 'estimated'])
    assert.ok(Number(receipt.prompt_tokens) > 0 && Number(receipt.completion_tokens) > 0 && Number(receipt.cost) > 0)
    assert.ok((receipt.notices as string[]).includes('estimated_usage'))
  })

  test('whose client left is there once, with what was known (case 159)', async () => {
    scene.chat.play([openStream(), ...[start, piece({ content: 'one two three four' })].map((frame) => raw(chunk(frame))), hang()])
    const abort = new AbortController()
    const headers = { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json', 'x-request-id': 'left-in-the-middle' }
    const answer = await fetch(`${scene.gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(chat), signal: abort.signal })
    await answer.body!.getReader().read()
    abort.abort()
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual(
      [receipt.outcome, receipt.error, receipt.usage_source, receipt.request_id],
      ['client_closed', 'client_closed', 'estimated', 'left-in-the-middle'],
    )
    assert.ok(Number(receipt.completion_tokens) > 0)
    await eventually(() => scene.gateway.log().some(({ request_id: id, msg }) => id === 'left-in-the-middle' && msg === 'inference'))
    assert.equal(scene.gateway.log().filter(({ request_id: id, msg }) => id === 'left-in-the-middle' && msg === 'inference').length, 1)
  })

  test('says the same as that of the whole answer (case 161)', async () => {
    scene.chat.play(openai.speak('ok', { usage: { input: 20, output: 9, cached: 5, cacheWritten: 3, reasoning: 4 } }))
    const [streamed, whole] = [await scene.receiptOf((await ask(chat)).answer), await scene.receiptOf((await ask({ ...chat, stream: false })).answer)]
    for (const name of [
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'cached_tokens',
      'cache_write_tokens',
      'reasoning_tokens',
      'finish',
      'usage_source',
    ]) {
      assert.equal(streamed[name], whole[name], name)
    }
    assert.deepEqual([whole.prompt_tokens, whole.completion_tokens, whole.cached_tokens, whole.cache_write_tokens, whole.reasoning_tokens], [20, 9, 5, 3, 4])
  })
})
