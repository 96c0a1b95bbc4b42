/** Section 5 of the contract: two JSON lines for each call, field by field, and nothing else on stdout. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { messages, openai } from '../upstream/index.ts'
import { openScene, question, readReceipt } from './scene.ts'

const scene = await openScene()
const chat = { model: 'openai/gpt-4o', ...question }
type Line = Readonly<Record<string, unknown>>

/** Both lines of a call, in order. */
async function linesOf(gateway: Gateway, id: string | null): Promise<readonly Line[]> {
  const find = () => gateway.log().filter(({ request_id }) => request_id === id)
  return eventually(() => (find().length >= 2 ? find() : undefined))
}

const requestFields = 'time level msg request_id method path status response_bytes gateway_latency'
const inferenceFields =
  'time level msg request_id routed_provider requested_model routed_model model_version input_hash prompt_tokens completion_tokens total_tokens provider_latency gateway_latency fallback_occurred metadata'

describe('the two lines of a call', () => {
  test('have exactly the fields of the contract, in its order, and agree with the receipt', async () => {
    scene.chat.play(openai.error(400, 'x', null), openai.speak('ok', { model: 'gpt-4o-2024-08-06', usage: { input: 20, output: 9 } }))
    await scene.post('/v1/chat/completions', chat)
    const answer = await scene.post('/v1/chat/completions', { ...chat, omni_metadata: { team: 'blue' } })
    const text = await answer.text()
    const [call, inference, ...more] = await linesOf(scene.gateway, answer.headers.get('x-request-id'))
    assert.equal(more.length, 0)
    assert.equal(Object.keys(call!).join(' '), requestFields)
    assert.equal(Object.keys(inference!).join(' '), inferenceFields)
    const receipt = await scene.receiptOf(answer)
    const { time, response_bytes: bytes, gateway_latency: latency, ...request } = call!
    assert.deepEqual(request, { level: 'INFO', msg: 'request', request_id: receipt.request_id, method: 'POST', path: '/v1/chat/completions', status: 200 })
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(Number(bytes) >= Buffer.byteLength(text))
    assert.equal(latency, receipt.duration)
    const { time: _, ...rest } = inference!
    assert.deepEqual(rest, {
      level: 'INFO',
      msg: 'inference',
      request_id: receipt.request_id,
      routed_provider: 'openai',
      requested_model: 'openai/gpt-4o',
      routed_model: 'gpt-4o',
      model_version: 'gpt-4o-2024-08-06',
      input_hash: receipt.input_hash,
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      provider_latency: receipt.provider_duration,
      gateway_latency: receipt.duration,
      fallback_occurred: false,
      metadata: '{"team":"blue"}',
    })
  })

  test('tell times in nanoseconds, the provider’s within the whole', async () => {
    scene.chat.play([{ do: 'wait', ms: 200 }, ...openai.reply('ok')])
    const answer = await scene.post('/v1/chat/completions', chat)
    const [, inference] = await linesOf(scene.gateway, answer.headers.get('x-request-id'))
    const [provider, whole] = [Number(inference!.provider_latency), Number(inference!.gateway_latency)]
    assert.ok(Number.isInteger(provider) && Number.isInteger(whole))
    assert.ok(provider >= 190e6 && provider <= whole && whole < 2e9, `${provider} ${whole}`)
  })

  test('say that another target answered', async () => {
    scene.chat.play(openai.error(401))
    scene.claude.play(messages.speak('ok'))
    const answer = await scene.post('/v1/chat/completions', { ...chat, extra: { fallbacks: ['anthropic/claude-sonnet-4-5'] } })
    const [, inference] = await linesOf(scene.gateway, answer.headers.get('x-request-id'))
    assert.deepEqual([inference!.fallback_occurred, inference!.routed_provider], [true, 'anthropic'])
  })

  test('are there for a refusal too, with null for what never was', async () => {
    const answer = await scene.post('/v1/messages?beta=true', { ...chat, model: 'groq/x', max_tokens: 9 })
    const [call, inference] = await linesOf(scene.gateway, answer.headers.get('x-request-id'))
    assert.deepEqual(
      [call!.status, call!.path, inference!.routed_provider, inference!.provider_latency, inference!.requested_model],
      [404, '/v1/messages', null, null, 'unknown'],
    )
  })

  test('are all that stdout holds, and hold no key, prompt or answer', async () => {
    scene.chat.play(openai.speak('canary-answer'))
    await scene.post('/v1/chat/completions', { model: 'openai/gpt-4o', user: 'canary-user', messages: [{ role: 'user', content: 'canary-prompt' }] })
    const out = await eventually(() => (scene.gateway.log().length > 0 ? scene.gateway.stdout() : undefined))
    // A credential was refused above; between the tests of a file health is reset, as an operator does it.
    const known = new Set<unknown>(['request', 'inference', 'left alone', 'trusted again', 'health was reset'])
    for (const { msg } of scene.gateway.log()) assert.ok(known.has(msg), String(msg))
    for (const text of ['canary', scene.gateway.key, scene.gateway.adminKey, 'secret-of']) assert.ok(!`${out}${scene.gateway.stderr()}`.includes(text), text)
    assert.match(scene.gateway.stderr(), /^Omni Gateway/)
  })
})

describe('the hash of the input', () => {
  const hashOf = async (gateway: Gateway, body: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'omni-runtime/smoke', ...body }),
    })
    const [, inference] = await linesOf(gateway, answer.headers.get('x-request-id'))
    const receipt = await readReceipt(gateway, answer.headers.get('x-omega-decision-id'))
    assert.equal(inference!.input_hash, receipt.input_hash)
    return inference!.input_hash
  }
  const other = { messages: [{ role: 'user', content: 'another' }] }

  test('is keyed by the installation: 64 digits, the same for the same messages, here alone', async () => {
    const first = await hashOf(scene.gateway, question)
    assert.match(String(first), /^[\da-f]{64}$/)
    assert.equal(await hashOf(scene.gateway, { ...question, temperature: 0.5 }), first)
    assert.notEqual(await hashOf(scene.gateway, other), first)
    const plain = createHash('sha256').update(JSON.stringify(question.messages)).digest('hex')
    assert.notEqual(first, plain)
    await using second = await startGateway()
    assert.notEqual(await hashOf(second, question), first)
  })

  test('is the same on two installations with `sha256`, and null with `none`', async () => {
    await using first = await startGateway({ env: { OMNI_INPUT_HASH: 'sha256' } })
    await using second = await startGateway({ config: 'log: { inputHash: sha256 }\n' })
    const hash = await hashOf(first, question)
    assert.match(String(hash), /^[\da-f]{64}$/)
    assert.equal(await hashOf(second, question), hash)
    assert.notEqual(await hashOf(second, other), hash)
    await using none = await startGateway({ env: { OMNI_INPUT_HASH: 'none' } })
    assert.equal(await hashOf(none, question), null)
  })
})

test('`OMNI_LOG_LEVEL=warn` leaves the lines out', async () => {
  await using gateway = await startGateway({ env: { OMNI_LOG_LEVEL: 'warn' } })
  const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'omni-runtime/smoke', ...question }),
  })
  await readReceipt(gateway, answer.headers.get('x-omega-decision-id'))
  assert.equal(gateway.stdout(), '')
})
