/** Responses by WebSocket, as Codex speaks it: recorded messages of a real one, and what else comes over such a connection. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import OpenAI from 'openai'
import { ResponsesWS } from 'openai/resources/responses/ws'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually, heal } from '../gateway.ts'
import { chunk, hang, messages, openStream, raw, repeat, reply, stream, wait } from '../upstream/index.ts'
import { answer, framesOf, keeper, message } from './keeper.ts'
import { native, withNative } from './asker.ts'
import { connect, refusal } from './line.ts'
import { openScene } from './scene.ts'

/** What a real Codex sent, beside the checkout where there is one. */
const recorded = new URL('../../../shared/recorded/clients/', import.meta.url)
const scene = await openScene({ ...withNative, config: () => 'aliases: { gpt-5.5: native/gpt-5.5, other: anthropic/claude-sonnet-4-5 }\n' })
const { gateway } = scene

const create = (fields: JsonObject = {}): JsonObject => ({ type: 'response.create', model: native, input: 'one', store: false, ...fields })
const responseOf = (events: readonly JsonObject[]): JsonObject => events.at(-1)!.response as JsonObject
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'exec_command', arguments: '{"cmd":"ls"}', status: 'completed' }

function recording(index: number): { readonly headers: Record<string, string>; readonly body: JsonObject } {
  return JSON.parse(readFileSync(new URL(`codex-websocket-${index}.json`, recorded), 'utf8')) as { headers: Record<string, string>; body: JsonObject }
}

describe('the recorded messages of Codex', { skip: existsSync(recorded) ? false : 'The recordings of clients are not here.' }, () => {
  const { 'user-agent': agent, 'openai-beta': beta, originator } = existsSync(recorded) ? recording(1).headers : {}
  const headers = { authorization: `Bearer ${gateway.key}`, 'user-agent': agent!, 'openai-beta': beta!, originator: originator! }

  for (const model of ['gpt-5.5', 'other']) {
    test(`are answered from ${model}, each turn with all that was said before it`, async () => {
      const stage = model === 'other' ? scene.claude : scene.chat
      const told = answer('resp_a', { store: false, output: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' }, call] })
      if (model === 'other')
        stage.play(messages.speak([], { toolCalls: [{ id: 'call_1', name: 'exec_command', input: { cmd: 'ls' } }] }), messages.speak('done'))
      else stage.play(stream(framesOf(told)), stream(framesOf(answer('resp_b', { store: false, output: [message('msg_b', 'done')] }))))
      const line = await connect(scene, { headers })
      line.send({ ...recording(2).body, model })
      const warm = responseOf(await line.answer())
      assert.deepEqual([warm.status, warm.output, stage.asked().length], ['completed', [], 0], 'nobody is asked for a warm-up')
      line.send({ ...recording(3).body, model })
      const first = responseOf(await line.answer())
      const items = (first.output as JsonObject[]).filter(({ type }) => type === 'function_call')
      assert.equal(items[0]!.name, 'exec_command')
      line.send({ ...recording(4).body, model, previous_response_id: first.id!, input: [{ type: 'function_call_output', call_id: 'call_1', output: 'hi-42' }] })
      assert.match(JSON.stringify(responseOf(await line.answer()).output), /done/)
      const [, second] = stage.asked().map((request) => request.json())
      const said = JSON.stringify(second)
      for (const word of ['TOOLTEST run printf', 'exec_command', 'call_1', 'hi-42']) assert.ok(said.includes(word), word)
      if (model !== 'other') {
        assert.deepEqual(
          (second!.input as JsonObject[]).map(({ type }) => type),
          [...Array(4).fill('message'), 'reasoning', 'function_call', 'function_call_output'],
        )
        assert.deepEqual([second!.previous_response_id, second!.generate, second!.type, second!.stream], [undefined, undefined, undefined, true])
        assert.equal(stage.asked()[1]!.header('openai-beta'), undefined)
      }
      line.socket.close()
    })
  }

  test('leave a receipt each, of Codex', async () => {
    scene.chat.play(stream(framesOf(answer('resp_r', { output: [message('msg_r', 'hi')] }))))
    const line = await connect(scene, { headers })
    line.send(recording(2).body)
    await line.answer()
    line.send(recording(3).body)
    await line.answer()
    const told = [
      ['codex', 'openai-responses', 200, 'native'],
      ['codex', 'openai-responses', 200, null],
    ]
    await eventually(async () => {
      const list = await fetch(`${gateway.url}/_omni/reports?limit=2`, { headers: { authorization: `Bearer ${gateway.adminKey}` } })
      const { data } = (await list.json()) as { data: { client: string; surface: string; status: number; provider: string | null }[] }
      return JSON.stringify(data.map(({ client, surface, status, provider }) => [client, surface, status, provider])) === JSON.stringify(told)
    })
    line.socket.close()
  })
})

describe('a connection', () => {
  test('is what the vendor’s own package makes, and hears the events of the stream', async () => {
    scene.chat.play(keeper().line)
    const client = new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1` })
    const socket = new ResponsesWS(client)
    const types: string[] = []
    socket.on('event', ({ type }) => types.push(type))
    const done = new Promise((resolve) => socket.on('response.completed', resolve))
    socket.on('error', (error) => assert.fail(String(error)))
    await new Promise<void>((resolve) => socket.socket.on('open', resolve))
    socket.send({ type: 'response.create', model: native, input: 'hi' })
    await done
    assert.deepEqual([types[0], types.at(-1)], ['response.created', 'response.completed'])
    assert.ok(types.includes('response.output_text.delta'))
    socket.close()
  })

  test('gives one answer at a time, and tells whoever asks for a second', async () => {
    const frames = framesOf(answer('resp_slow', { output: [message('msg_1', 'slow')] }))
    scene.chat.play([
      openStream(),
      ...frames.slice(0, 3).map((frame) => raw(chunk(frame))),
      wait(300),
      ...frames.slice(3).map((frame) => raw(chunk(frame))),
      raw(chunk('')),
    ])
    const line = await connect(scene)
    line.send(create())
    await scene.chat.request(0)
    line.send(create())
    const refused = (await line.answer()).at(-1)!
    assert.deepEqual([refused.type, refused.status, (refused.error as JsonObject).code], ['error', 409, 'conflict'])
    assert.equal(responseOf(await line.answer()).id, 'resp_slow')
    line.socket.close()
  })

  test('lives on after what it could not answer', async () => {
    scene.chat.play(reply(429, { error: { message: 'slow down', type: 'rate_limit_error' } }, { 'retry-after': '30' }))
    const line = await connect(scene)
    const errorOf = async (said: JsonObject | string) => {
      line.send(said)
      const { type, status, error } = (await line.answer()).at(-1)!
      return [type, status, (error as JsonObject).code]
    }
    assert.deepEqual(await errorOf('{'), ['error', 400, 'invalid_json'])
    assert.deepEqual(await errorOf({ type: 'response.steer' }), ['error', 400, 'invalid_value'])
    assert.deepEqual(await errorOf(create({ background: true })), ['error', 400, 'unsupported_parameter'])
    assert.deepEqual(await errorOf(create({ stream_id: 'a' })), ['error', 400, 'unsupported_parameter'])
    assert.deepEqual(await errorOf(create({ previous_response_id: 'resp_unknown' })), ['error', 400, 'previous_response_not_found'])
    assert.deepEqual(await errorOf(create({ model: 'groq/nothing' })), ['error', 404, 'model_not_found'])
    assert.deepEqual(await errorOf(create()), ['error', 429, 'rate_limit_exceeded'])
    await heal(scene.gateway)
    scene.chat.play(keeper().line)
    line.send(create())
    assert.equal(responseOf(await line.answer()).status, 'completed')
    line.socket.close()
  })

  test('remembers for its own client alone', async () => {
    scene.chat.play(keeper().line)
    const [one, other] = [await connect(scene), await connect(scene)]
    one.send(create())
    const { id } = responseOf(await one.answer())
    other.send(create({ previous_response_id: id! }))
    assert.equal(((await other.answer()).at(-1)!.error as JsonObject).code, 'previous_response_not_found')
    one.send(create({ previous_response_id: id!, input: 'two' }))
    assert.equal(responseOf(await one.answer()).status, 'completed')
    one.socket.close()
    other.socket.close()
  })

  test('that is lost stops its provider', async () => {
    const [first, ...rest] = framesOf(answer('resp_lost', { output: [message('msg_1', 'lost')] }))
    scene.chat.play([openStream(), raw(chunk(first!)), ...rest.slice(0, 3).map((frame) => raw(chunk(frame))), hang()])
    const line = await connect(scene)
    line.send(create())
    const request = await scene.chat.request(0)
    await once(line.socket, 'message')
    line.socket.terminate()
    assert.equal(await request.ended, 'left')
  })

  test('whose client does not read pauses the provider', async () => {
    const delta = `event: response.output_text.delta\ndata: ${JSON.stringify({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'x'.repeat(60_000), logprobs: [] })}\n\n`
    const begin = framesOf(answer('resp_big', { output: [message('msg_1', 'big')] })).slice(0, 3)
    scene.chat.play([openStream(), ...begin.map((frame) => raw(chunk(frame))), repeat(chunk(delta), 2000)])
    const line = await connect(scene)
    line.send(create())
    await once(line.socket, 'message')
    line.socket.pause()
    const request = await scene.chat.request(0)
    let before = -1
    const sent = await eventually(async () => {
      const now = request.sent()
      if (now === before) return now
      before = now
      await new Promise((resolve) => setTimeout(resolve, 300))
      return undefined
    })
    assert.ok(sent < 60_000_000, `${sent} bytes were taken from the provider`)
    line.socket.terminate()
    assert.equal(await request.ended, 'left')
  })

  test('ends where its bytes are no text, or too many', async () => {
    const binary = await connect(scene)
    binary.socket.send(Buffer.of(1, 2, 3), { binary: true })
    assert.equal(await binary.closed, 1003)
    const small = await openScene({ config: () => 'limits: { body: 4KiB }\n' })
    const long = await connect(small)
    long.socket.on('error', () => {})
    long.send(create({ input: 'x'.repeat(8000) }))
    assert.equal(await long.closed, 1009)
  })

  test('ends when its client has asked nothing for too long, or is more than are allowed', async () => {
    const few = await openScene({ config: () => 'responses: { sockets: 1, socketIdle: 1s }\n' })
    const line = await connect(few)
    const full = await refusal(few, '/v1/responses', { headers: { authorization: `Bearer ${few.gateway.key}` } })
    assert.deepEqual(full, [503, 'overloaded'])
    assert.equal(await line.closed, 1001)
    const gone = await connect(few, { autoPong: false, headers: { authorization: `Bearer ${few.gateway.key}` } })
    assert.equal(await gone.closed, 1006, 'whoever answers no ping is not there any more')
    await eventually(() =>
      connect(few).then(
        (again) => (again.socket.close(), true),
        () => false,
      ),
    )
  })
})

test('when the gateway stops, an answer in flight comes to its end, and connections close as going away', async () => {
  const ending = await openScene(withNative)
  const frames = framesOf(answer('resp_last', { output: [message('msg_1', 'last')] }))
  ending.chat.play([
    openStream(),
    ...frames.slice(0, 3).map((frame) => raw(chunk(frame))),
    wait(500),
    ...frames.slice(3).map((frame) => raw(chunk(frame))),
    raw(chunk('')),
  ])
  const [idle, busy] = [await connect(ending), await connect(ending)]
  busy.send(create())
  await ending.chat.request(0)
  const stopped = ending.gateway.stop()
  assert.equal(await idle.closed, 1001)
  assert.equal(responseOf(await busy.answer()).id, 'resp_last')
  assert.equal(await busy.closed, 1001)
  assert.equal(await stopped, 0)
})
