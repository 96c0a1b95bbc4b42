/** An answer that a provider keeps, asked for again when the provider fails: the client never gets a page, another's text, or half an answer that looks whole. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openai, reply, reset, responses, stream, wait, type Answer } from '../upstream/index.ts'
import { keeper } from './keeper.ts'
import { openScene } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `  native: { like: openai, wires: [openai-responses], key: k, baseUrl: "${chat}/v1" }`,
})
const kept = keeper()
scene.chat.play(kept.line)
const { id } = (await (await scene.post('/v1/responses', { model: 'native/m', input: 'hello' })).json()) as { readonly id: string }
const path = `/v1/responses/${id}`
const frames = responses.frames('Hello World', { id })

async function codeOf(answer: Response): Promise<readonly [number, string]> {
  const { error } = (await answer.json()) as { readonly error: JsonObject }
  assert.doesNotMatch(String(error.message), /scripted/)
  return [answer.status, String(error.code)]
}

test('[A40] [A42] what is no answer is a failure, and nothing of it is passed on', async () => {
  const odd: readonly (readonly [Answer, string])[] = [
    [reply(200, '<html>scripted', { 'content-type': 'text/html' }), 'upstream_invalid_response'],
    [reply(200, ''), 'upstream_invalid_response'],
    [reply(200, { error: { message: 'scripted', type: 'server_error' } }), 'upstream_error'],
  ]
  for (const [line, code] of odd) {
    scene.chat.play(line)
    assert.deepEqual(await codeOf(await scene.get(path)), [502, code])
  }
})

test('[A38] [A39] a stream that ends before the answer does ends in an error', async () => {
  for (const line of [
    stream(frames.slice(0, 4)),
    [...stream(frames.slice(0, 4)).slice(0, -1), wait(20), reset()],
    stream([...frames.slice(0, -1), frames.at(-1)!.slice(0, 60)]),
  ]) {
    scene.chat.play(line)
    const text = await (await scene.get(`${path}?stream=true`)).text()
    assert.match(text, /event: error\ndata: \{"type":"error","code":"upstream_(truncated|invalid_response)"[^\n]*\n\n$/)
    assert.doesNotMatch(text, /"type":"response\.completed"/)
  }
})

test('[A41] an error before the first event is a status, and one behind it an event of ours', async () => {
  scene.chat.play(stream([responses.errorFrame()]))
  assert.deepEqual(await codeOf(await scene.get(`${path}?stream=true`)), [502, 'upstream_error'])
  scene.chat.play(stream([...frames.slice(0, 3), responses.errorFrame()]))
  const text = await (await scene.get(`${path}?stream=true`)).text()
  assert.match(text, /"code":"upstream_error"[^\n]*\n\n$/)
  assert.doesNotMatch(text, /scripted server_error/)
})

test('[B07] when to come back is handed on, and that it does not help, too', async () => {
  scene.chat.play(openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after': '30' }))
  const limited = await scene.get(path)
  assert.deepEqual([limited.headers.get('retry-after'), limited.headers.get('x-should-retry')], ['30', null])
  assert.deepEqual(await codeOf(limited), [429, 'rate_limit_exceeded'])
  scene.chat.play(openai.error(401, 'invalid_request_error', 'invalid_api_key'))
  const refused = await scene.get(path)
  assert.deepEqual([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')], [null, 'false'])
  assert.deepEqual(await codeOf(refused), [502, 'upstream_auth_error'])
})

test('a stream that is whole goes on byte for byte, from wherever it was asked for', async () => {
  for (const from of [0, 3]) {
    scene.chat.play(stream(frames.slice(from)))
    assert.equal(await (await scene.get(`${path}?stream=true&starting_after=${from}`)).text(), frames.slice(from).join(''))
  }
})

test('what the provider did not delete is not said to be deleted', async () => {
  const remove = () => fetch(`${scene.gateway.url}${path}`, { method: 'DELETE', headers: { authorization: `Bearer ${scene.gateway.key}` } })
  for (const line of [reply(200, { id, object: 'response', deleted: false }), reply(200, '<html>scripted', { 'content-type': 'text/html' })]) {
    scene.chat.play(line)
    assert.equal((await remove()).status, 502)
  }
  scene.chat.play(kept.line)
  assert.equal((await remove()).status, 200)
  assert.equal((await scene.get(path)).status, 404)
})

test('an id that is no id is noted nowhere: nobody is asked for it', async () => {
  for (const odd of ['..', '.', 'a text with spaces']) {
    scene.chat.play(reply(200, responses.body('Hello', { id: odd })))
    assert.equal((await scene.post('/v1/responses', { model: 'native/m', input: 'hello' })).status, 200)
    const answer = await scene.post('/v1/responses', { model: 'native/m', input: 'on', previous_response_id: odd })
    assert.deepEqual(await codeOf(answer), [400, 'previous_response_not_found'])
    assert.equal(scene.chat.asked().length, 1)
  }
})
