/** Why a call was refused is told by the answer and the receipt alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
const scene = await openGoverned({ script: openai.speak('Hello there.', { usage: { input: 100, output: 50 } }) })

test('a budget that has nothing left says so, and one of zero that only the operator can help; the receipt tells the two apart', async () => {
  const { key, id } = await scene.keyWith({ name: 'broke' })
  const budget = { scope: `key:${id}`, amount_usd: '0.000045', period: 'day' }
  await scene.governedBy('budgets/broke', budget, async () => {
    assert.equal((await scene.say(model, { max_tokens: 50 }, { key })).status, 200)
    const spent = await scene.say(model, { max_tokens: 50 }, { key })
    assert.match(spent.text, /`broke` is used up\. .*next day/)
    assert.equal((await scene.receiptOf(spent)).refused_by, 'budget:broke spent')
    await scene.put('budgets/broke', { ...budget, amount_usd: '0' })
    const suspended = await scene.say(model, { max_tokens: 50 }, { key })
    assert.match(suspended.text, /suspended until the operator/)
    assert.doesNotMatch(suspended.text, /anew/)
    assert.deepEqual([(await scene.receiptOf(suspended)).refused_by, suspended.headers['retry-after']], ['budget:broke suspended', undefined])
  })
})

test('a limit of dollars refuses what nobody can count with 402, and says which limit it is and what helps', async () => {
  const { key, id } = await scene.keyWith({ name: 'uncounted' })
  await scene.governedBy('limits/dollars', { scope: `key:${id}`, measure: 'cost', amount_usd: '1.00', window: '1h' }, async () => {
    const refused = await scene.say('up/nobody-knows-this-one', {}, { key })
    assert.deepEqual([refused.status, refused.code()], [402, 'insufficient_quota'])
    assert.match(refused.text, /the limit `dollars` counts cost.*say its price/)
    assert.equal((await scene.receiptOf(refused)).refused_by, 'limit:dollars unpriced')
  })
})

test('a rule that could not be judged says so, and the receipt names the fact that it lacked', async () => {
  const rules = [
    { id: 'vip', when: 'labels.team == "vip"', outcome: 'BLOCK' },
    { id: 'dear', when: 'cost_usd > 5.0', outcome: 'BLOCK' },
  ]
  await scene.governedBy('policies/house', { version: '1', name: 'house', scope: 'all', mode: 'enforce', rules }, async () => {
    const unlabelled = await scene.say(model)
    assert.deepEqual([unlabelled.status, unlabelled.code()], [403, 'policy_blocked'])
    assert.match(unlabelled.text, /house\/vip@\d+` could not be judged/)
    assert.doesNotMatch(unlabelled.text, /labels/)
    assert.match(String((await scene.receiptOf(unlabelled)).refused_by), /^house\/vip@\d+ without labels\.team$/)
    const unpriced = await scene.say('up/nobody-knows-this-one', { omni_metadata: { team: 'red' } })
    assert.match(String((await scene.receiptOf(unpriced)).refused_by), /^house\/dear@\d+ without cost_usd$/)
    const judged = await scene.say(model, { omni_metadata: { team: 'vip' } })
    assert.match(judged.text, /does not allow this call/)
    assert.match(String((await scene.receiptOf(judged)).refused_by), /^house\/vip@\d+$/)
  })
})

test('an answer that a rule kept back failed, or broke off where it came as a stream, and `error` and `policy_outcome` say that it was blocked', async () => {
  const rules = [{ id: 'no-greeting', when: 'words.greeting > 0', on: 'answer', outcome: 'BLOCK' }]
  const detectors = [{ name: 'greeting', kind: 'words', words: ['Hello'] }]
  await scene.governedBy('policies/house', { version: '1', name: 'house', scope: 'all', mode: 'enforce', rules, detectors }, async () => {
    for (const [stream, ended] of [
      [false, 'failed'],
      [true, 'truncated'],
    ] as const) {
      const told = await scene.say(model, { stream })
      assert.equal(told.status, 403)
      const { outcome, error, policy_outcome: decided } = await scene.receiptOf(told)
      assert.deepEqual([outcome, error, decided], [ended, 'policy_blocked', 'BLOCK'])
    }
  })
})
