/** Models of Bedrock behind every surface: signed requests, binary streams, and failures that say what they are. */

import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { signedBySdk } from '../aws.ts'
import { heal, startGateway } from '../gateway.ts'
import { bedrock, reply, startUpstream, type Answer, type Received } from '../upstream/index.ts'
import { dataOf, readReceipt } from './scene.ts'

const keys = { id: 'AKIDOFTHISTEST', secret: 'wJalr/XUtnFEMI+K7MDENGbPxRfi', token: 'lent/Token+9f86d081884c7d65=' }
const apiKey = 'ABSK9f86d081884c7d659a2feaa0c55ad015'
const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const usage = { input: 105, output: 3, cached: 90, cacheWritten: 5 }
const saying = { reasoning: ['let ', 'me'], signature: 'c2ln', toolCalls: [{ id: 'tooluse_1', name: 'look', input: { at: 'left' } }], usage }

let script: (request: Received) => Answer = bedrock.speak('Hello World', { usage })
const upstream = await startUpstream((request) => script(request))
const pictures = await startUpstream(reply(200, Buffer.from('picture'), { 'content-type': 'image/png' }))
beforeEach(() => heal(gateway))
const gateway = await startGateway({
  env: { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_SESSION_TOKEN: keys.token, AWS_REGION: 'eu-central-1' },
  config: `
providers:
  bedrock: { baseUrl: "${upstream.url}" }
  keyed: { like: bedrock, baseUrl: "${upstream.url}", region: us-east-1, key: ${apiKey} }
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
media: { hosts: [127.0.0.1] }
`,
})
after(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all([upstream.stop(), pictures.stop()])
})

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const chat = (fields: object = {}) => post('/v1/chat/completions', { model: `bedrock/${model}`, messages: [{ role: 'user', content: 'hi' }], ...fields })
const messages = (fields: object = {}) =>
  post('/v1/messages', { model: `bedrock/${model}`, max_tokens: 50, messages: [{ role: 'user', content: 'hi' }], ...fields })
const last = (): Received => upstream.requests.at(-1)!

test('a request is signed as the SDK would sign it, whole and streamed', async () => {
  for (const stream of [false, true]) {
    const answer = await chat({ stream })
    assert.equal(answer.status, 200, await answer.text())
    const { path, body } = last()
    assert.equal(path, `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`)
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(last().header('x-amz-date')!)!.map(Number)
    const at = Date.UTC(year!, month! - 1, day, hour, minute, second)
    const theirs = await signedBySdk({ origin: upstream.url, path, body, keys, region: 'eu-central-1', at })
    for (const name of ['authorization', 'x-amz-security-token']) assert.equal(last().header(name), theirs[name])
    assert.ok(Math.abs(Date.now() - at) < 60_000)
  }
})

test('an API key is a bearer token', async () => {
  assert.equal((await chat({ model: `keyed/${model}` })).status, 200)
  assert.equal(last().header('authorization'), `Bearer ${apiKey}`)
  assert.equal(last().header('x-amz-date'), undefined)
})

test('an answer says its words, its model and its usage, with cached tokens counted in (case 153)', async () => {
  script = bedrock.speak('Hello World', { usage })
  const answer = (await (await chat()).json()) as JsonObject & { choices: { message: JsonObject; finish_reason: string }[]; usage: JsonObject }
  assert.equal(answer.choices[0]!.message.content, 'Hello World')
  assert.equal(answer.choices[0]!.finish_reason, 'stop')
  assert.equal(answer.model, model)
  assert.match(String(answer.id), /./)
  const { prompt_tokens, completion_tokens, total_tokens } = answer.usage
  assert.deepEqual([prompt_tokens, completion_tokens, total_tokens], [105, 3, 108])
})

test('a stream ends with its finish, and then tells what it cost (case 78)', async () => {
  script = bedrock.speak('Hello World', { usage })
  const chunks = dataOf(await (await chat({ stream: true, stream_options: { include_usage: true } })).text()) as (JsonObject & { choices: JsonObject[] })[]
  const [finish, cost, done] = chunks.slice(-3) as unknown[]
  assert.equal((finish as { choices: JsonObject[] }).choices[0]!.finish_reason, 'stop')
  assert.equal((cost as { usage: JsonObject }).usage.prompt_tokens, 105)
  assert.equal(done, '[DONE]')
  assert.equal(chunks[0]!.model, model)
})

test('thought, proof and calls reach a client of Messages, and go back as they came (cases 139, 146)', async () => {
  script = bedrock.speak('I look.', saying)
  const tools = [{ name: 'look', input_schema: { type: 'object' } }]
  for (const stream of [false, true]) {
    const answer = await messages({ tools, stream })
    const text = await answer.text()
    const content = stream ? undefined : (JSON.parse(text) as { content: JsonObject[] }).content
    if (content === undefined)
      for (const word of ['thinking_delta', '"signature":"c2ln"', 'input_json_delta', '"stop_reason":"tool_use"']) assert.ok(text.includes(word), word)
    else {
      assert.deepEqual(content, [
        { type: 'thinking', thinking: 'let me', signature: 'c2ln' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'tooluse_1', name: 'look', input: { at: 'left' } },
      ])
      const result = { type: 'tool_result', tool_use_id: 'tooluse_1', content: 'a door' }
      const turns = [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ]
      assert.equal((await messages({ tools, messages: turns })).status, 200)
      const sent = last().json() as { messages: { content: JsonObject[] }[] }
      assert.deepEqual(sent.messages[1]!.content, [
        { reasoningContent: { reasoningText: { text: 'let me', signature: 'c2ln' } } },
        { text: 'I look.' },
        { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: 'left' } } },
      ])
    }
  }
})

test('the receipt says which wire was spoken, what it cost and what the vendor calls the request', async () => {
  script = bedrock.speak('Hello World', { usage })
  const answer = await chat()
  const receipt = await readReceipt(gateway, answer.headers.get('x-omega-decision-id'))
  assert.deepEqual([receipt.provider, receipt.wire, receipt.prompt_tokens, receipt.cached_tokens], ['bedrock', 'bedrock-converse', 105, 90])
  assert.equal(receipt.upstream_request_id, '01234567-89ab-cdef-0123-456789abcdef')
})

test('an image that is named by URL is fetched, since the provider takes bytes alone (case 114)', async () => {
  script = bedrock.speak('A dot.')
  const image = { type: 'image_url', image_url: { url: `${pictures.url}/a.png` } }
  const answer = await chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }] })
  assert.equal(answer.status, 200, await answer.text())
  const { messages: said } = last().json() as { messages: { content: JsonObject[] }[] }
  assert.deepEqual(said[0]!.content[1], { image: { format: 'png', source: { bytes: Buffer.from('picture').toString('base64') } } })
})

test('an image in S3 is named where it is', async () => {
  const image = { type: 'image_url', image_url: { url: 's3://bucket/a.png' } }
  const answer = await chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }] })
  assert.equal(answer.status, 200, await answer.text())
  const { messages: said } = last().json() as { messages: { content: JsonObject[] }[] }
  assert.deepEqual(said[0]!.content[1], { image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png' } } } })
})

test('a stream that is cut inside a frame is truncated, and says no end (cases 79, 91)', async () => {
  const frames = bedrock.frames('Hello World')
  const cut = [...frames.slice(0, 3), frames[3]!.subarray(0, 20)]
  script = () => bedrock.streamOf(cut, { every: 20 })
  const chunks = dataOf(await (await chat({ stream: true })).text()) as (JsonObject & { error?: JsonObject })[]
  assert.equal(chunks.at(-1)!.error!.code, 'upstream_truncated')
})

test('an answer in JSON comes by a tool where the model can be held to nothing, and the client never sees it (case 128)', async () => {
  script = bedrock.speak('', { toolCalls: [{ id: 'tooluse_1', name: 'final_answer', input: { a: 1 } }] })
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: { a: { type: 'integer' } } } } }
  const answer = await chat({ model: 'bedrock/us.amazon.nova-lite-v1:0', response_format: format })
  const { choices } = (await answer.json()) as { choices: { message: JsonObject; finish_reason: string }[] }
  assert.deepEqual([choices[0]!.message.content, choices[0]!.finish_reason], ['{"a":1}', 'stop'])
  assert.deepEqual((last().json() as { toolConfig: JsonObject }).toolConfig.toolChoice, { tool: { name: 'final_answer' } })
})

test('an exception before the first word is the answer’s status (case 80)', async () => {
  script = () => bedrock.streamOf([bedrock.exceptionFrame('validationException')])
  const answer = await chat({ stream: true })
  assert.equal(answer.status, 400)
  assert.ok(!(await answer.text()).includes('scripted'))
})

test('an exception after the first word ends the stream with an error and no finish (case 81)', async () => {
  script = () => bedrock.streamOf([...bedrock.frames('Hello World').slice(0, 3), bedrock.exceptionFrame()], { every: 20 })
  const text = await (await chat({ stream: true })).text()
  assert.ok(text.includes('Hello'))
  const chunks = dataOf(text) as (JsonObject & { error?: JsonObject; choices?: JsonObject[] })[]
  assert.equal(chunks.at(-1)!.error!.code, 'rate_limit_exceeded')
  assert.ok(!chunks.some(({ choices }) => choices?.[0]?.finish_reason))
  assert.ok(!text.includes('[DONE]'))
})

test('a frame whose checksum is wrong is no answer (case 79)', async () => {
  const frames = bedrock.frames('Hello World')
  frames[0]![20]! ^= 1
  script = () => bedrock.streamOf(frames)
  const answer = await chat({ stream: true })
  assert.equal(answer.status, 502)
  assert.equal(((await answer.json()) as { error: JsonObject }).error.code, 'upstream_invalid_response')
})

test('a refusal of our keys is not the client’s 401 (case 194)', async () => {
  script = () => bedrock.error(403, 'AccessDeniedException')
  const answer = await chat()
  assert.equal(answer.status, 502)
  assert.equal(((await answer.json()) as { error: JsonObject }).error.code, 'upstream_auth_error')
})

test('tokens are counted by the provider, on a request that is signed for what it says (case 210)', async () => {
  script = bedrock.speak('', { usage })
  const answer = await post('/v1/messages/count_tokens', { model: `bedrock/${model}`, messages: [{ role: 'user', content: 'hi' }] })
  assert.deepEqual(await answer.json(), { input_tokens: 105 })
  assert.deepEqual(last().json(), { input: { converse: { messages: [{ role: 'user', content: [{ text: 'hi' }] }] } } })
  assert.match(last().header('authorization')!, /^AWS4-HMAC-SHA256 Credential=AKIDOFTHISTEST\//)
})

test('and estimated where it says that it cannot, as of a model that has a region before its name (case 210)', async () => {
  script = () => bedrock.error(400, 'ValidationException')
  const image = { type: 'image', source: { type: 'url', url: 'https://images.example/a.png' } }
  for (const content of ['hi', [image]]) {
    const answer = await post('/v1/messages/count_tokens', { model: `bedrock/us.${model}`, messages: [{ role: 'user', content }] })
    assert.deepEqual([answer.status, answer.headers.get('x-omni-usage-source')], [200, 'estimated'], await answer.text())
  }
})

test('neither keys nor tokens are ever shown', async () => {
  const shown = await fetch(`${gateway.url}/_omni/config`, { headers: { authorization: `Bearer ${gateway.adminKey}` } }).then((answer) => answer.text())
  assert.match(shown, /"keyed"/, 'the settings are what is looked at')
  for (const secret of [keys.secret, keys.token, apiKey]) for (const text of [shown, gateway.stdout(), gateway.stderr()]) assert.ok(!text.includes(secret))
})

test('[C28] [A18] a model whose name leads out of its path, or cannot be written in one, is known to nobody and asked of nobody', async () => {
  const before = upstream.requests.length
  for (const name of ['.', '..', 'a\ud800', 'a\r\nX: y', 'a\u0000']) {
    for (const path of ['/v1/chat/completions', '/v1/embeddings']) {
      const body = path.endsWith('embeddings') ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] }
      const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
      const answer = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ model: `bedrock/${name}`, ...body }) })
      assert.ok([400, 404].includes(answer.status), `${answer.status} for ${JSON.stringify(name)} on ${path}`)
    }
  }
  assert.equal(upstream.requests.length, before)
})
