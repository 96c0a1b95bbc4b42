/** The small forms live the life of every call: its keys, limits, names, envelopes, extensions and receipts. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { hang, openai, reply, type Received } from '../upstream/index.ts'
import { cohereEmbed, embeddings } from '../upstream/forms.ts'
import { eventually } from '../gateway.ts'
import { openScene } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `
  cohere: { key: k-cohere-5e884898da2804, baseUrl: "${chat}/cohere" }
  bedrock: { key: k-bedrock-5e884898da280, region: eu-central-1, baseUrl: "${chat}/bedrock" }`,
  config: () => `
limits: { body: 64KiB, answer: 4KiB }
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
aliases: { vectors: openai/text-embedding-3-small }
chains:
  strict: { targets: [cohere/embed-v4.0], strict: true }`,
})
const { chat, gateway } = scene
const vendors = (request: Received) => (request.path.startsWith('/cohere/') ? cohereEmbed(request) : embeddings(request))
const ask = (body: JsonObject, path = '/v1/embeddings', headers = {}) => scene.post(path, { input: 'a', ...body }, headers)
const errorOf = async (answer: Response) => ((await answer.json()) as { error: { code: string; param: string | null } }).error

describe('a request', () => {
  test('goes on as it came but for the model’s name and what is ours', async () => {
    chat.play(vendors)
    const answer = await ask({ model: 'vectors', input: [[1, 2], [3]], omni_metadata: { team: 'a' }, extra: {}, own_field: 1.0, user: 'u' })
    assert.equal(answer.status, 200)
    assert.equal(chat.asked()[0]!.body.toString(), '{"input":[[1,2],[3]],"model":"text-embedding-3-small","own_field":1,"user":"u"}')
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual([receipt.metadata, receipt.route_reason, receipt.dropped], [{ team: 'a' }, 'alias', []])
    assert.match(String(receipt.input_hash), /^[\da-f]{64}$/)
  })

  test('loses on another dialect what that has no word for, and says so; strict mode refuses it', async () => {
    chat.play(vendors)
    const body = { own_field: 1, user: 'u', omni_metadata: { team: 'a' } }
    const answer = await ask({ model: 'cohere/embed-v4.0', ...body })
    assert.equal(answer.headers.get('x-omni-dropped'), 'unknown_field, user')
    assert.equal((await errorOf(await ask({ model: 'strict', ...body }))).code, 'unsupported_parameter')
    assert.equal((await ask({ model: 'strict', omni_metadata: { team: 'a' } })).status, 200)
  })

  test('is refused by name where the answer would be another thing', async () => {
    chat.play(vendors)
    const asked = { model: 'openai/text-embedding-3-small', texts: ['a'], input_type: 'search_query' }
    for (const fields of [{ embedding_types: ['int8'] }, { images: ['data:image/png;base64,AA=='] }]) {
      const answer = await scene.post('/v2/embed', { ...asked, ...fields })
      const said = (await answer.json()) as { message: string; id: string }
      assert.equal(answer.status, 400)
      assert.match(said.message, new RegExp(Object.keys(fields)[0]!))
      assert.equal(said.id, answer.headers.get('x-request-id'))
    }
    assert.equal(chat.asked().length, 0)
  })

  test('is told to nobody but the provider: neither the log nor the receipt has a word of it, whatever becomes of it', async () => {
    const secret = 'a-very-secret-text'
    const receipts: unknown[] = []
    for (const answer of [vendors, openai.error(400), reply(200, 'no json')]) {
      chat.play(answer)
      for (const model of ['vectors', 'cohere/embed-v4.0']) receipts.push(await scene.receiptOf(await ask({ model, input: secret, user: secret })))
      assert.ok(chat.asked().every(({ body }) => body.toString().includes(secret)))
    }
    assert.equal(receipts.length, 6)
    assert.ok(!JSON.stringify(receipts).includes(secret))
    assert.ok(!`${gateway.stdout()}${gateway.stderr()}`.includes(secret))
  })

  test('that is wrong, too large or without a key never leaves the gateway', async () => {
    chat.play(vendors)
    const model = 'openai/text-embedding-3-small'
    const wrong = await ask({ model, input: 7 })
    assert.deepEqual([wrong.status, (await errorOf(wrong)).param], [400, 'input'])
    assert.equal((await ask({ model, input: 'x'.repeat(70_000) })).status, 413)
    const many = await ask({ model: 'bedrock/amazon.titan-embed-text-v2:0', input: Array.from({ length: 2049 }, () => 'a') })
    assert.deepEqual([many.status, (await errorOf(many)).code], [400, 'too_many_items'])
    assert.equal((await ask({ model }, '/v1/embeddings', { authorization: 'Bearer wrong' })).status, 401)
    assert.equal((await scene.get('/v1/embeddings')).status, 405)
    const google = await scene.post('/v1beta/models/anthropic/claude-sonnet-4-5:embedContent', { content: { parts: [{ text: 'a' }] } })
    assert.deepEqual([google.status, ((await google.json()) as { error: { status: string } }).error.status], [400, 'INVALID_ARGUMENT'])
    assert.equal(chat.asked().length, 0)
  })
})

describe('an answer', () => {
  test('tells its attempts where that was asked for, also where it is passed on', async () => {
    chat.play(openai.error(500), vendors)
    const answer = await ask({ model: 'vectors', debug: { routing: true } })
    const { extra, id } = (await answer.json()) as { extra: { routing: { attempts: { reason: string }[] } }; id: string }
    assert.deepEqual(
      extra.routing.attempts.map(({ reason }) => reason),
      ['upstream_error', 'answered'],
    )
    assert.equal(id, answer.headers.get('x-request-id'))
  })

  test('of a provider that refuses becomes a refusal in the client’s envelope, in our words', async () => {
    chat.play(openai.error(400, 'invalid_request_error', 'secret_of_theirs'))
    const refused = await ask({ model: 'vectors' })
    assert.deepEqual([refused.status, (await errorOf(refused)).code], [400, 'upstream_refused_request'])
    chat.play(reply(400, { message: 'a secret of theirs' }))
    const cohere = await scene.post('/v2/embed', { model: 'cohere/embed-v4.0', texts: ['a'], input_type: 'search_query' })
    assert.equal(cohere.status, 400)
    assert.doesNotMatch(await cohere.text(), /secret/)
  })

  test('that is longer than the limit, all its parts together, is none', async () => {
    chat.play(vendors)
    const input = Array.from({ length: 96 * 3 }, () => 'a')
    const answer = await ask({ model: 'cohere/embed-v4.0', input })
    assert.deepEqual([answer.status, (await errorOf(answer)).code], [502, 'upstream_invalid_response'])
  })

  test('that nobody waits for any more is given up, with each of its requests', async () => {
    chat.play([hang()])
    const leaving = new AbortController()
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` }
    const body = JSON.stringify({ model: 'cohere/embed-v4.0', input: Array.from({ length: 96 * 3 }, () => 'a') })
    const left = assert.rejects(fetch(`${gateway.url}/v1/embeddings`, { method: 'POST', headers, body, signal: leaving.signal }))
    await eventually(() => chat.asked().length === 3)
    leaving.abort()
    await left
    assert.deepEqual(await Promise.all(chat.asked().map(({ ended }) => ended)), ['left', 'left', 'left'])
  })
})
