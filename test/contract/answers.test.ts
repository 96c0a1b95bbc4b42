/** Section 3 of the contract: what every answer tells beside the vendor's own, on success, on refusal and on a stream. */

import assert from 'node:assert/strict'
import { request, type IncomingMessage } from 'node:http'
import { describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { messages, openai } from '../upstream/index.ts'
import { dataOf, openScene, question, type Receipt } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `  priced: { like: openai, baseUrl: "${chat}/priced", prices: openai }`,
  config: () =>
    'retry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\nplatformFeePercent: 10\nchains: { loud: { targets: [openai/gpt-4o], providerMessages: true }, strict: { targets: [anthropic/claude-sonnet-4-5], strict: true } }\n',
})
const chat = { model: 'openai/gpt-4o', ...question }
const priced = { ...chat, model: 'priced/gpt-4o' }
const message = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 9, ...question }
const usage = { input: 1000, output: 100, cached: 400 }
/** gpt-4o: 2.50, 1.25 and 10 dollars for a million tokens in, from the cache, and out; ten percent on top. */
const cost = { own: 600 * 2500 + 400 * 1250 + 100 * 10_000, fee: 300_000, total: 3_300_000, availability: 'known' }
const dollars = '0.0033'

const always = ['x-request-id', 'request-id', 'x-omega-decision-id', 'x-omega-policy-outcome', 'x-omega-latency-ms', 'x-omni-attempts'] as const

function checkAlways(headers: Headers): void {
  for (const name of always) assert.ok(headers.has(name), name)
  assert.match(headers.get('x-omega-decision-id')!, /^dec_[\da-f]{12}7[\da-f]{19}$/)
  assert.match(headers.get('x-omega-latency-ms')!, /^\d+\.\d\d$/)
  assert.equal(headers.get('cache-control'), 'no-store')
}

/** `fetch` hides trailers. */
async function streamWithTrailers(body: object): Promise<{ readonly answer: IncomingMessage; readonly said: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' }
  request(`${scene.gateway.url}/v1/chat/completions`, { method: 'POST', headers }, resolve).on('error', reject).end(JSON.stringify(body))
  const answer = await promise
  return { answer, said: await text(answer) }
}

describe('an answer tells', () => {
  test('who answered, at which attempt, and where the receipt is', async () => {
    scene.chat.play(openai.error(500), openai.speak('ok'))
    const answer = await scene.post('/v1/chat/completions', chat)
    checkAlways(answer.headers)
    const told = (name: string) => answer.headers.get(name)
    assert.deepEqual(
      [told('x-omega-policy-outcome'), told('x-omni-provider'), told('x-omni-model'), told('x-omni-attempts')],
      ['ALLOW', 'openai', 'gpt-4o', '2'],
    )
    assert.deepEqual([told('x-omni-dropped'), told('x-should-retry')], [null, null])
    const receipt = await scene.receiptOf(answer)
    assert.equal(receipt.request_id, told('x-request-id'))
    assert.ok(Number(told('x-omega-latency-ms')) <= Number(receipt.overhead) / 1e6 + 1)
  })

  test('what the target could not be told, on the wire that lacks a word for it', async () => {
    scene.claude.play(messages.speak('ok'))
    scene.chat.play(openai.speak('ok'))
    const lossy = { seed: 7, presence_penalty: 1 }
    const answer = await scene.post('/v1/chat/completions', { ...message, ...lossy })
    assert.deepEqual(answer.headers.get('x-omni-dropped')?.split(', ').toSorted(), ['presence_penalty', 'seed'])
    assert.deepEqual((await scene.receiptOf(answer)).notices, ['unknown_cost', 'fields_dropped'])
    assert.equal((await scene.post('/v1/chat/completions', { ...chat, ...lossy })).headers.has('x-omni-dropped'), false)
  })

  test('that a tool which only another vendor runs was left out; in strict mode, that and every lost hint is refused by name (cases 34, 177)', async () => {
    scene.claude.play(messages.speak('ok'))
    const tools = [{ type: 'web_search_preview' }]
    const left = await scene.post('/v1/chat/completions', { ...message, tools })
    assert.deepEqual([left.status, left.headers.get('x-omni-dropped'), scene.claude.asked()[0]!.json().tools], [200, 'hosted_tool', undefined])
    for (const [fields, param] of [
      [{ tools }, 'tools'],
      [{ seed: 7 }, 'seed'],
    ] as const) {
      const refused = await scene.post('/v1/chat/completions', { ...message, ...fields, omni_route: 'strict' })
      assert.deepEqual([refused.status, ((await refused.json()) as { error: { param: string } }).error.param], [400, param])
    }
    assert.equal(scene.claude.asked().length, 1)
  })

  test('nothing that a provider put into its headers', async () => {
    const noisy = {
      'set-cookie': 'a=b',
      'x-omega-decision-id': 'dec_forged',
      server: 'scripted',
      'openai-organization': 'acme',
      'access-control-allow-origin': '*',
    }
    scene.chat.play([...openai.stream('ok', { headers: noisy })])
    const answer = await scene.post('/v1/chat/completions', { ...chat, stream: true })
    for (const name of ['set-cookie', 'server', 'openai-organization', 'access-control-allow-origin']) assert.equal(answer.headers.has(name), false, name)
    assert.notEqual(answer.headers.get('x-omega-decision-id'), 'dec_forged')
    await answer.text()
  })
})

describe('a refusal tells', () => {
  const refusals: readonly (readonly [says: string, path: string, body: unknown, status: number, attempts: string])[] = [
    ['a wrong body', '/v1/chat/completions', { ...chat, messages: 'hi' }, 400, '0'],
    ['a name that leads nowhere', '/v1/chat/completions', { ...chat, model: 'groq/x' }, 404, '0'],
    ['a wrong body of Messages', '/v1/messages', { ...message, max_tokens: 'many' }, 400, '0'],
    ['a refusal of the provider', '/v1/chat/completions', chat, 400, '1'],
  ]
  for (const [says, path, body, status, attempts] of refusals) {
    test(`the same of ${says}, in the client's envelope`, async () => {
      scene.chat.play(openai.error(400))
      const answer = await scene.post(path, body)
      assert.equal(answer.status, status)
      checkAlways(answer.headers)
      assert.deepEqual([answer.headers.get('x-omni-attempts'), answer.headers.get('x-should-retry')], [attempts, 'false'])
      const said = (await answer.json()) as { type?: string; error: object; request_id?: string }
      if (path === '/v1/messages')
        assert.deepEqual([said.type, said.request_id, Object.keys(said.error)], ['error', answer.headers.get('request-id'), ['type', 'message']])
      else assert.deepEqual(Object.keys(said.error), ['message', 'type', 'param', 'code'])
    })
  }

  test('even of somebody without a key, whose receipt is not kept', async () => {
    const answer = await scene.post('/v1/chat/completions', chat, { authorization: undefined })
    assert.equal(answer.status, 401)
    checkAlways(answer.headers)
    assert.equal(answer.headers.get('x-omega-policy-outcome'), 'BLOCK')
  })

  test('when to come back where that can help, in seconds and exactly, and no `x-should-retry`', async () => {
    scene.chat.play(openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after-ms': '1500' }))
    const { headers, status } = await scene.post('/v1/chat/completions', chat)
    assert.deepEqual([status, headers.get('retry-after'), headers.get('retry-after-ms'), headers.get('x-should-retry')], [429, '2', '1500', null])
  })

  test('the provider’s own words only where a chain allows them', async () => {
    const words = async (asked: object) =>
      ((await (await scene.post('/v1/chat/completions', { ...chat, ...asked })).json()) as { error: { message: string } }).error.message
    scene.chat.play(openai.error(400))
    assert.doesNotMatch(await words({}), /scripted/)
    assert.match(await words({ omni_route: 'loud' }), /The provider said: scripted invalid_request_error/)
  })
})

describe('the cost', () => {
  const costsOf = ({ cost: own, platform_fee: fee, total_cost: total, cost_availability: availability }: Receipt) => ({ own, fee, total, availability })

  test('of a whole answer is in a header, and to the nano-dollar in the receipt', async () => {
    scene.chat.play(openai.speak('ok', { usage }))
    const answer = await scene.post('/v1/chat/completions', priced)
    assert.equal(answer.headers.get('x-omega-cost-usd'), dollars)
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual(costsOf(receipt), cost)
    assert.match(String(receipt.price_version), /\d/)
  })

  test('of a stream is an upper estimate in the header and the truth in the trailer, which is what the whole answer costs (case 161)', async () => {
    scene.chat.play(openai.speak('ok', { usage }))
    const { answer, said } = await streamWithTrailers({ ...priced, max_tokens: 1000, stream: true })
    assert.equal(dataOf(said).at(-1), '[DONE]')
    assert.ok(Number(answer.headers['x-omega-cost-usd']) > Number(dollars))
    assert.equal(answer.headers.trailer, 'x-omega-cost-usd')
    assert.equal(answer.trailers['x-omega-cost-usd'], dollars)
    assert.deepEqual(costsOf(await scene.receiptOf({ headers: new Headers({ 'x-omega-decision-id': String(answer.headers['x-omega-decision-id']) }) })), cost)
  })

  test('without a price is absent and null, never 0, and the call is answered (case 163)', async () => {
    scene.chat.play(openai.speak('ok', { usage }))
    for (const asked of [chat, { ...priced, model: 'priced/nobody-knows' }]) {
      const answer = await scene.post('/v1/chat/completions', asked)
      assert.deepEqual([answer.status, answer.headers.has('x-omega-cost-usd')], [200, false])
      const receipt = await scene.receiptOf(answer)
      assert.deepEqual([receipt.cost, receipt.total_cost, receipt.cost_availability], [null, null, 'unknown_price'])
    }
    const { answer } = await streamWithTrailers({ ...chat, stream: true })
    assert.deepEqual([answer.headers['x-omega-cost-usd'], answer.trailers['x-omega-cost-usd']], [undefined, undefined])
  })

  test('of a fallback is one, at the price of who answered (case 160)', async () => {
    scene.chat.play((asked) => (asked.json().model === 'gpt-4.1' ? openai.error(500) : openai.reply('ok', { usage })))
    const answer = await scene.post('/v1/chat/completions', { ...priced, model: 'priced/gpt-4.1', extra: { fallbacks: ['priced/gpt-4o'] } })
    assert.equal(answer.headers.get('x-omega-cost-usd'), dollars)
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual([receipt.resolved_model, receipt.total_cost, receipt.fallback, receipt.outcome], ['gpt-4o', cost.total, true, 'completed'])
  })
})
