/** Secrets that are said back: a provider puts our key, and a client its own, where names belong. Neither comes into a receipt, the log or the records. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesIn } from '../acceptance/canaries.ts'
import { messages, openai, reply, stream, type Answer, type Received } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const keys = [
  'secret-of-chat-9f86d081884c7d65',
  'secret-of-claude-9f86d081884c7d65',
  'ASIDE9F86D081884',
  'half.of-a-pair-5e884898da28047',
  'token-of-a-session-1b4f0e98',
]
const [chatKey = '', claudeKey = '', ...triple] = keys
const fixed = 'fixed-value-60303ae22b998861'
const token = 'a-token_of.no-known-shape-fd61a03af4f77d87'

const scene = await openScene({
  env: { OMNI_AUTH_TOKENS: token },
  providers: ({ chat }) => `
  bedrock: { key: "${triple.join(':')}", region: eu-central-1, baseUrl: "${chat}" }
  second: { like: openai, key: ${chatKey}, baseUrl: "${chat}/v1", headers: { x-fixed: "Bearer ${fixed}" } }`,
})
const ours = { authorization: `Bearer ${token}` }
const named = ['response_id', 'claimed_model', 'fingerprint', 'upstream_request_id'] as const

/** A provider that calls everything by one name. */
function callingAll(name: string): (request: Received) => Answer {
  const saying = { id: `id-${name}`, model: `ft:${name}` }
  const headers = { 'x-request-id': name, 'request-id': name, 'x-amzn-requestid': name }
  return (request) => {
    const asked = request.json()
    if (request.path.endsWith('/count_tokens')) return reply(200, { input_tokens: 7 }, headers)
    if (request.path.endsWith('/messages'))
      return asked.stream === true ? messages.stream('Hi', { ...saying, headers }) : reply(200, messages.body('Hi', saying), headers)
    if (request.path.endsWith('/embeddings')) return reply(200, { data: [{ index: 0, embedding: [1] }], ...saying, usage: { prompt_tokens: 1 } }, headers)
    if (request.path.endsWith('/converse')) return reply(400, { message: name }, headers)
    const frames = openai.frames('Hi', saying).map((frame) => frame.replace('fp_29330a9688', name))
    return asked.stream === true ? stream(frames, { headers }) : reply(200, { ...openai.body('Hi', saying), system_fingerprint: name }, headers)
  }
}

const max = { max_tokens: 50 }
type Row = readonly [about: string, key: string, path: string, body: object]
const calls = [false, true].flatMap((streams): Row[] => {
  const how = streams ? ', streamed' : ''
  const asked = { ...question, ...max, stream: streams }
  return [
    [`Chat Completions${how}`, chatKey, '/v1/chat/completions', { ...asked, model: 'openai/gpt-4o' }],
    [`Messages${how}`, claudeKey, '/v1/messages', { ...asked, model: 'anthropic/claude-sonnet-4' }],
    [`Messages translated${how}`, chatKey, '/v1/messages', { ...asked, model: 'openai/gpt-4o' }],
    [`Chat Completions with a fixed header${how}`, fixed, '/v1/chat/completions', { ...asked, model: 'second/gpt-4o' }],
  ]
})
const others: readonly Row[] = [
  ['a form', chatKey, '/v1/embeddings', { model: 'openai/text-embedding-3-small', input: 'a' }],
  ['a count', claudeKey, '/v1/messages/count_tokens', { model: 'anthropic/claude-sonnet-4', ...question }],
  ...triple.map((part, at): Row => [`part ${at + 1} of three`, part, '/v1/chat/completions', { model: 'bedrock/amazon.nova-lite-v1:0', ...question }]),
]

for (const [about, key, path, body] of [...calls, ...others])
  test(`[C33] a provider that says our key back tells the receipt nothing: ${about}`, async () => {
    const ask = async (name: string) => {
      for (const stage of [scene.chat, scene.claude]) stage.play(callingAll(name))
      const answer = await scene.post(path, body, ours)
      const said = await answer.text()
      return { said, receipt: await scene.receiptOf(answer), status: answer.status }
    }
    const honest = await ask('a-name-of-no-secret')
    const told = named.filter((name) => honest.receipt[name] !== null)
    assert.ok(told.includes('upstream_request_id'), 'names that hold no secret are told')
    const { said, receipt, status } = await ask(key)
    assert.deepEqual(
      told.map((name) => receipt[name]),
      told.map(() => null),
    )
    assert.ok(!JSON.stringify(receipt).includes(key))
    assert.deepEqual([receipt.outcome, status], [honest.receipt.outcome, honest.status])
    if (honest.said.includes('id-a-name')) assert.ok(said.includes(`id-${key}`), 'the client has the provider’s own bytes')
  })

test('[C33] a client that puts its own token where names belong tells the receipt nothing', async () => {
  scene.chat.play(openai.error(500), openai.speak('Hi'))
  const traceparent = `00-${token}-1`
  const body = { model: `openai/${token}`, omni_metadata: { team: token }, extra: { fallbacks: [`second/${token}`] }, ...question }
  const answer = await scene.post('/v1/chat/completions', body, { ...ours, 'x-request-id': token, traceparent })
  assert.equal(answer.status, 200)
  const receipt = await scene.receiptOf(answer)
  assert.ok(!JSON.stringify(receipt).includes(token))
  const attempts = receipt.attempts as readonly { readonly model: string }[]
  assert.deepEqual([receipt.requested_model, receipt.resolved_model, ...attempts.map(({ model }) => model)], Array(2 + attempts.length).fill('unknown'))
  assert.match(String(receipt.request_id), /^req_/)
  assert.equal(answer.headers.get('x-request-id'), receipt.request_id)
  const refused = await scene.post('/v1/nothing', {}, { ...ours, 'x-request-id': token })
  assert.match(refused.headers.get('x-request-id')!, /^req_/)
})

test('[C33] after all that, none of them is in the log or in any file but the operator’s own', async () => {
  await scene.gateway.stop()
  const found = (bytes: string) => [...keys, fixed, token].filter((secret) => bytes.includes(secret))
  assert.deepEqual(found(scene.gateway.stdout() + scene.gateway.stderr()), [])
  for (const { path, bytes } of filesIn(scene.gateway.dataDir)) if (!path.endsWith('/omni.yaml')) assert.deepEqual(found(bytes.toString('latin1')), [], path)
})
