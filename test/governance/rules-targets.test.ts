/** What rules say of a target holds wherever a call goes: for the second target after a failure as for the first. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const chain = { targets: ['up/gpt-4o', 'up/gpt-4o-mini'], retries: 0 }
const scene = await openGoverned({
  script: (request) => (request.json().model === 'gpt-4o' ? openai.error(500) : openai.speak('Forbidden word: plutonium.')(request)),
  settings: { chains: { both: chain, small: { targets: ['up/gpt-4o-mini'] } } },
})
const { put, remove, say, upstream } = scene

const secondOnly = 'target.model == "gpt-4o-mini"'
const mail = { messages: [{ role: 'user', content: 'write to ada@example.org' }] }

/** `others` are rules beside it. */
async function under(rule: JsonObject, run: () => Promise<void>, { others = [], ...fields }: JsonObject = {}): Promise<void> {
  await put('policies/house', { version: 1, name: 'house', rules: [{ id: 'rule', ...rule }, ...(others as JsonObject[])], ...fields })
  try {
    await run()
  } finally {
    await remove('policies/house')
  }
}

const asked = (): readonly string[] => upstream.requests.map((request) => String(request.json().model))

test('without rules the second target answers when the first fails', async () => {
  const told = await say('both', mail)
  assert.equal(told.status, 200, told.text)
  assert.equal(asked().at(-1), 'gpt-4o-mini')
})

test('[C49] a rule that blocks the second target alone keeps a call from it that the first one failed', async () => {
  await under({ when: secondOnly, outcome: 'BLOCK' }, async () => {
    const before = asked().length
    assert.notEqual((await say('both', mail)).status, 200)
    assert.deepEqual(new Set(asked().slice(before)), new Set(['gpt-4o']))
  })
})

test('[C49] a rule that names the second target as an object does holds for it in a chain', async () => {
  await under({ when: { model: 'gpt-4o-mini' }, outcome: 'BLOCK' }, async () => {
    const before = asked().length
    assert.notEqual((await say('both', mail)).status, 200)
    assert.deepEqual(new Set(asked().slice(before)), new Set(['gpt-4o']))
    assert.equal((await say('up/gpt-4o-mini', mail)).status, 403)
  })
})

test('[C49] a rule that changes calls to the second target alone keeps one from it that was not changed so', async () => {
  await under({ when: `${secondOnly} && pii.email > 0`, then: { redact: ['pii.email'] } }, async () => {
    const before = asked().length
    assert.notEqual((await say('both', mail)).status, 200)
    assert.deepEqual(new Set(asked().slice(before)), new Set(['gpt-4o']))
    assert.equal((await say('both')).status, 200, 'there is nothing to change in it')
    assert.equal((await say('up/gpt-4o-mini', mail)).status, 200)
    assert.doesNotMatch(JSON.stringify(upstream.requests.at(-1)!.json()), /ada@example/)
  })
})

test('[C49] a rule over answers of the second target alone holds for what it answers after the first one failed', async () => {
  const detectors = [{ kind: 'words', name: 'secret', words: ['plutonium'] }]
  await under(
    { when: `${secondOnly} && words.secret > 0`, on: 'answer', outcome: 'BLOCK' },
    async () => {
      const told = await say('both', mail)
      assert.deepEqual([told.status, told.code()], [403, 'policy_blocked'], told.text)
    },
    { detectors },
  )
})

test('[C49] a rule holds for the chain that another rule sends a call to', async () => {
  const sending = { id: 'sending', when: 'request.model == "up/gpt-4o"', then: { chain: 'small' } }
  await under(
    { when: secondOnly, outcome: 'BLOCK' },
    async () => {
      const before = asked().length
      const told = await say('up/gpt-4o', mail)
      assert.deepEqual([told.status, told.code(), asked().slice(before)], [403, 'policy_blocked', []], told.text)
    },
    { others: [sending] },
  )
  await under(sending, async () => assert.equal((await say('up/gpt-4o', mail)).status, 200))
})
