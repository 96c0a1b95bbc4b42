/** A call is decided on before it goes anywhere: what limits, budgets and rules say is what clients hear, what providers get, and what receipts tell. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { hello, messagesPath } from '../acceptance/scene.ts'
import { eventually } from '../gateway.ts'
import { hang, openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
const scene = await openGoverned({
  script: (request) => {
    const asked = request.json()
    const last = (asked.messages as readonly JsonObject[] | undefined)?.at(-1)
    const words = String(last?.content ?? 'fine')
    if (words.startsWith('hang')) return [hang()]
    return openai.speak(words.startsWith('say ') ? words.slice(4) : `You said: ${words}`, { usage: { input: 100, output: 50 } })(request)
  },
  settings: { chains: { cheap: { targets: ['up/gpt-4o-nano'] }, both: { targets: ['up/gpt-4o', model] } } },
})

const sent = (): JsonObject => scene.upstream.requests.at(-1)!.json()
const rule = (fields: JsonObject): JsonObject => ({ id: 'rule', when: 'true', ...fields })
const policy = (rules: readonly JsonObject[], fields: JsonObject = {}): JsonObject => ({
  version: '1',
  name: 'house',
  scope: 'all',
  mode: 'enforce',
  rules: [...rules],
  ...fields,
})

describe('a limit', () => {
  test('(routing 44) lets as many calls through as it says, tells what is left, and then says when to come back, in the client’s own envelope', async () => {
    const { key } = await scene.keyWith({ name: 'limited' })
    await scene.governedBy('limits/few', { scope: 'all', each: ['key'], measure: 'requests', amount: 2, window: '1h' }, async () => {
      const first = await scene.say(model, {}, { key })
      assert.equal(first.status, 200)
      assert.equal(first.headers['x-ratelimit-limit-requests'], '2')
      assert.equal(first.headers['x-ratelimit-remaining-requests'], '1')
      assert.equal((await scene.say(model, {}, { key })).status, 200)
      const asked = scene.upstream.requests.length
      const refused = await scene.say(model, {}, { key })
      assert.deepEqual([refused.status, refused.code()], [429, 'rate_limit_exceeded'])
      assert.ok(Number(refused.headers['retry-after']) > 0)
      const onMessages = await scene.say(model, {}, { key, path: messagesPath })
      assert.deepEqual([onMessages.status, onMessages.code()], [429, 'rate_limit_error'])
      assert.equal(scene.upstream.requests.length, asked, 'nobody was asked')
      assert.equal((await scene.receiptOf(refused)).error, 'limit_reached')
    })
  })

  test('(routing 41) of zero suspends, and says that coming back does not help', async () => {
    const { key, id } = await scene.keyWith({ name: 'suspended' })
    await scene.governedBy('limits/none', { scope: `key:${id}`, measure: 'requests', amount: 0, window: '1m' }, async () => {
      const refused = await scene.say(model, {}, { key })
      assert.deepEqual([refused.status, refused.headers['x-should-retry']], [429, 'false'])
      assert.deepEqual([refused.headers['x-ratelimit-limit-requests'], refused.headers['x-ratelimit-reset-requests']], ['0', undefined])
      assert.equal((await scene.say(model)).status, 200)
    })
  })

  test('(routing 40) by a label holds for those who send none, all together', async () => {
    const { key } = await scene.keyWith({ name: 'unlabelled' })
    await scene.governedBy('limits/teams', { scope: 'all', each: ['label:team'], measure: 'requests', amount: 1, window: '1h' }, async () => {
      const labelled = { omni_metadata: { team: 'red' } }
      assert.deepEqual([(await scene.say(model, labelled, { key })).status, (await scene.say(model, labelled, { key })).status], [200, 429])
      assert.deepEqual([(await scene.say(model, {}, { key })).status, (await scene.say(model, {})).status], [200, 429])
    })
  })

  test('with a line lets calls wait for their turn', async () => {
    const { key, id } = await scene.keyWith({ name: 'waiting' })
    await scene.governedBy(
      'limits/slow',
      { scope: `key:${id}`, measure: 'requests', amount: 5, burst: 1, window: '1s', queue: { calls: 2, time: '3s' } },
      async () => {
        const told = await Promise.all(Array.from({ length: 5 }, () => scene.say(model, {}, { key })))
        assert.deepEqual(
          told.map(({ status }) => status).toSorted((one, other) => one - other),
          [200, 200, 200, 429, 429],
        )
      },
    )
  })
})

describe('a budget', () => {
  test('that is used up is 402 on every API, with what ran out; its receipts tell what was set aside and charged', async () => {
    const { key, id } = await scene.keyWith({ name: 'poor' })
    // 100 tokens in and 50 out of gpt-4o-mini are 45,000 nano-dollars.
    await scene.governedBy('budgets/poor', { scope: `key:${id}`, amount_usd: '0.0001', period: 'day' }, async () => {
      const first = await scene.say(model, { max_tokens: 50 }, { key })
      assert.equal(first.status, 200, first.text)
      const receipt = await scene.receiptOf(first)
      assert.equal(receipt.budget_settled, receipt.total_cost)
      assert.ok(Number(receipt.budget_reserved) > 0)
      assert.match(String(receipt.budgets), /^budget:poor\b.*@\d+$/)
      assert.equal((await scene.say(model, { max_tokens: 50 }, { key })).status, 200)
      const refused = await scene.say(model, { max_tokens: 50 }, { key })
      assert.deepEqual([refused.status, refused.code()], [402, 'insufficient_quota'])
      assert.match(refused.text, /`poor` has \$0\.00001 left, and this call may cost up to \$0\.00\d+\. .*next day/)
      assert.equal((await scene.receiptOf(refused)).refused_by, 'budget:poor too small')
      const onMessages = await scene.say(model, { max_tokens: 50 }, { key, path: messagesPath })
      assert.deepEqual([onMessages.status, onMessages.code()], [402, 'billing_error'])
    })
  })

  test('[C50] pays for an answer that a rule kept from the client, and for the prompt of a client that left before the first word', async () => {
    const { key, id } = await scene.keyWith({ name: 'leaver' })
    await scene.governedBy('budgets/leaver', { scope: `key:${id}`, amount_usd: '1', period: 'day' }, async () => {
      const document = policy([rule({ when: 'words.codes > 0', on: 'answer', outcome: 'BLOCK' })], {
        detectors: [{ name: 'codes', kind: 'words', words: ['swordfish'] }],
      })
      await scene.governedBy('policies/house', document, async () => {
        const blocked = await scene.say(model, { messages: [{ role: 'user', content: 'say swordfish' }] }, { key })
        assert.equal(blocked.status, 403)
        const receipt = await scene.receiptOf(blocked)
        assert.equal(receipt.budget_settled, 45_000)
        assert.match(String(receipt.refused_by), /^house\/rule@/)
        assert.match(String(receipt.policy_rules), /^house\/rule@/)
      })
      const leaving = new AbortController()
      const from = scene.upstream.requests.length
      const left = scene.say(model, { messages: [{ role: 'user', content: `hang ${'x'.repeat(4000)}` }] }, { key, signal: leaving.signal }).catch(() => {})
      await scene.upstream.request(from)
      leaving.abort()
      await left
      const paid = await eventually(async () => {
        const { data } = (await scene.admin('GET', `reports?key_id=${id}&outcome=client_closed`)).json() as unknown as { readonly data: readonly JsonObject[] }
        return data[0]
      })
      assert.ok(Number(paid.budget_settled) > 100_000, `${paid.budget_settled}`)
    })
  })

  test('lets nothing pass whose price nobody knows, unless it says so', async () => {
    const { key, id } = await scene.keyWith({ name: 'unpriced' })
    const budget = { scope: `key:${id}`, amount_usd: '1', period: 'total' }
    await scene.governedBy('budgets/known', budget, async () => {
      const refused = await scene.say('up/nobody-knows-this-one', {}, { key })
      assert.deepEqual([refused.status, refused.code()], [402, 'insufficient_quota'])
      assert.match(refused.text, /the budget `known` counts cost/)
      assert.equal((await scene.receiptOf(refused)).refused_by, 'budget:known unpriced')
      await scene.put('budgets/known', { ...budget, unpriced: 'allow' })
      assert.equal((await scene.say('up/nobody-knows-this-one', {}, { key })).status, 200)
    })
  })

  test('[C49] (routing 42, 43) is charged on every API, also where an alias or a chain led to the model, and nothing for what the gateway says itself', async () => {
    const { key, id } = await scene.keyWith({ name: 'everywhere' })
    await scene.governedBy('budgets/all', { scope: `key:${id}`, amount_usd: '100', period: 'total', unpriced: 'allow' }, async () => {
      const asked = [
        await scene.say(model, {}, { key }),
        await scene.say(model, {}, { key, path: messagesPath }),
        await scene.say('both', {}, { key }),
        await scene.ask({ path: '/v1/responses', key, body: { model, input: 'hello' } }),
        await scene.ask({ path: `/v1beta/models/${model}:generateContent`, key, body: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] } }),
      ]
      for (const told of asked) {
        assert.equal(told.status, 200, told.text)
        const receipt = await scene.receiptOf(told)
        assert.ok(Number(receipt.budget_settled) > 0)
        assert.equal(receipt.budget_settled, receipt.total_cost)
      }
      const own = await scene.say('omni-runtime/smoke', {}, { key })
      assert.equal((await scene.receiptOf(own)).budget_settled, 0)
    })
  })
})

describe('a rule', () => {
  test('that blocks answers 403, asks nobody, and stands on the receipt with its version', async () => {
    await scene.governedBy(
      'policies/house',
      policy([rule({ id: 'no-mini', when: 'target.model == "gpt-4o-mini"', outcome: 'BLOCK', tags: ['models'] })]),
      async () => {
        const asked = scene.upstream.requests.length
        const refused = await scene.say(model)
        assert.deepEqual([refused.status, refused.code(), refused.headers['x-omega-policy-outcome']], [403, 'policy_blocked', 'BLOCK'])
        assert.equal(scene.upstream.requests.length, asked)
        const receipt = await scene.receiptOf(refused)
        assert.match(String(receipt.policy_rules), /^house\/no-mini@/)
        assert.deepEqual(receipt.policy_tags, ['models'])
        assert.equal((await scene.say('up/gpt-4o')).status, 200)
      },
    )
  })

  test('about where calls go holds for the second target too: it is left out, and not asked after a failure', async () => {
    await scene.governedBy('policies/house', policy([rule({ when: 'target.model == "gpt-4o-mini"', outcome: 'BLOCK' })]), async () => {
      assert.equal((await scene.say('both')).status, 200)
      assert.equal(sent().model, 'gpt-4o')
    })
  })

  test('in shadow blocks nothing, and says that it would have', async () => {
    await scene.governedBy('policies/house', policy([rule({ outcome: 'BLOCK' })], { mode: 'shadow' }), async () => {
      const told = await scene.say(model)
      assert.equal(told.status, 200)
      assert.match(String((await scene.receiptOf(told)).policy_rules), /^~house\/rule@/)
    })
  })

  test('takes personal data out of what the provider gets, and puts it back into the answer, whole and streamed', async () => {
    const words = [{ role: 'user', content: 'write to jane.doe@example.com today' }]
    await scene.governedBy(
      'policies/house',
      policy([rule({ when: 'pii.count > 0', then: { redact: [{ what: 'pii.email', how: 'placeholder', restores: true }] } })]),
      async () => {
        const told = await scene.say(model, { messages: words })
        assert.ok(!JSON.stringify(sent()).includes('jane.doe'), JSON.stringify(sent()))
        assert.match(told.text, /You said: write to jane\.doe@example\.com today/)
        const receipt = await scene.receiptOf(told)
        assert.deepEqual([receipt.redactions, receipt.context_delta], [1, 'redacted'])
        const streamed = await scene.say(model, { messages: words, stream: true })
        assert.ok(!JSON.stringify(sent()).includes('jane.doe'))
        assert.match(textOf(streamed.text), /jane\.doe@example\.com/)
      },
    )
  })

  test('caps the answer, leaves out tools, trims the history with calls and results together, and sends to another chain', async () => {
    const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } })
    const history = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'a'.repeat(4000) },
      { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'found' },
      ...hello,
    ]
    const then = { max_tokens: 20, strip_tools: ['shell'], trim_history: 100, chain: 'cheap' }
    await scene.governedBy('policies/house', policy([rule({ then })]), async () => {
      const told = await scene.say(model, { messages: history, tools: [tool('look'), tool('shell')], max_tokens: 500 })
      assert.equal(told.status, 200, told.text)
      const { messages, tools, max_tokens: most, model: asked } = sent()
      assert.deepEqual(
        (messages as readonly JsonObject[]).map(({ role }) => role),
        ['system', 'user'],
      )
      assert.deepEqual([(tools as readonly unknown[]).length, most, asked], [1, 20, 'gpt-4o-nano'])
      const receipt = await scene.receiptOf(told)
      assert.deepEqual([receipt.trimmed_turns, receipt.context_delta, receipt.route], [3, 'trimmed', 'cheap'])
      assert.match(String(receipt.route_policy), /^house\/rule@/)
    })
  })

  test('(routing 23) over answers stops a stream before the forbidden word is told, however it was cut', async () => {
    const document = policy([rule({ when: 'words.codes > 0', on: 'answer', outcome: 'BLOCK' })], {
      detectors: [{ name: 'codes', kind: 'words', words: ['swordfish'] }],
    })
    await scene.governedBy('policies/house', document, async () => {
      const told = await scene.say(model, {
        messages: [{ role: 'user', content: `say ${'many words come before it, '.repeat(100)}and swordfish is it` }],
        stream: true,
      })
      assert.ok(textOf(told.text).startsWith('many words'))
      assert.ok(!textOf(told.text).includes('swordfish'))
      assert.match(told.text, /policy_blocked/)
      assert.ok(!told.text.includes('[DONE]'))
      assert.equal((await scene.receiptOf(told)).stream_outcome, 'policy_cut')
      assert.equal((await scene.say(model, { messages: [{ role: 'user', content: 'say swordfish' }] })).status, 403)
      assert.equal((await scene.say(model, { messages: [{ role: 'user', content: 'say goldfish' }] })).status, 200)
    })
  })

  test('(routing 76) that wants a person holds the call: approved once it runs once, by who did not ask', async () => {
    await scene.governedBy('policies/house', policy([rule({ when: 'request.max_tokens > 1000', outcome: 'REVIEW' })]), async () => {
      const asking = { max_tokens: 2000 }
      const held = await scene.say(model, asking)
      assert.deepEqual([held.status, held.code(), held.headers['x-omega-policy-outcome']], [403, 'review_required', 'REVIEW'])
      const { review_id: review } = await scene.receiptOf(held)
      assert.equal((await scene.say(model, asking)).status, 403)
      const approved = await scene.admin('POST', `reviews/${String(review)}/approve`, { uses: 1 })
      assert.equal(approved.status, 200, approved.text)
      assert.equal((await scene.say(model, { max_tokens: 2001 })).status, 403, 'another payload is another review')
      assert.equal((await scene.say(model, asking)).status, 200)
      assert.equal((await scene.say(model, asking)).status, 403, 'it was approved once')
    })
  })
})

/** What a stream of Chat Completions said. */
function textOf(stream: string): string {
  return [...stream.matchAll(/^data: (\{.*\})$/gm)]
    .map(([, data]) => JSON.parse(data!) as { readonly choices?: readonly { readonly delta?: { readonly content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta?.content ?? '')
    .join('')
}
