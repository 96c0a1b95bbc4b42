/** What a policy document would have done to calls that are past, told from their receipts. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { PolicyReplay } from '../../src/contract/policies.ts'
import { omni } from '../contract/shell.ts'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ script: openai.speak('Hello there.', { usage: { input: 100, output: 50 } }) })
const { admin } = scene

const rules: readonly JsonObject[] = [
  { id: 'mini', when: 'target.model == "gpt-4o-mini"', outcome: 'BLOCK' },
  { id: 'long', when: 'request.max_tokens > 100', then: { max_tokens: 100 } },
  { id: 'labelled', when: 'labels.team == "ml"', outcome: 'REVIEW', onError: 'allow' },
  { id: 'content', when: 'pii.count > 0 && request.stream', outcome: 'BLOCK' },
  { id: 'tools', when: '"shell" in request.tool_names || budget.ratio > 0.5', outcome: 'BLOCK' },
]
const document = { version: 1, name: 'trial', mode: 'shadow', rules: [...rules] }

const replay = async (body: object): Promise<PolicyReplay> => {
  const told = await admin('POST', 'policies/replay', body)
  assert.equal(told.status, 200, told.text)
  return told.json() as unknown as PolicyReplay
}

const { key } = await scene.keyWith({ name: 'one' })
const decisions: string[] = []
for (const [model, fields] of [
  ['up/gpt-4o-mini', {}],
  ['up/gpt-4o-mini', { max_tokens: 500 }],
  ['up/gpt-4o', { max_tokens: 500, omni_metadata: { team: 'ml' } }],
  ['up/gpt-4o', { omni_metadata: { team: 'web' } }],
] as const) {
  const told = await scene.say(model, fields, { key })
  assert.equal(told.status, 200, told.text)
  decisions.push(String(told.headers['x-omega-decision-id']))
  await scene.receiptOf(told)
}
assert.equal((await scene.say('up/nothing-known', {}, { key: 'wrong' })).status, 401)

test('each rule is told with the calls that it came true for and what they cost, as if it stood alone', async () => {
  const { rules: told, judged, complete, unreadable } = await replay({ document, since: '1h' })
  const row = (id: string) => told.find((one) => one.id === id)!
  assert.deepEqual([row('mini').effect, row('mini').matched.calls, row('mini').faults], ['BLOCK', 2, 0])
  assert.deepEqual([row('long').effect, row('long').matched.calls], ['EDIT', 2])
  assert.deepEqual([row('labelled').effect, row('labelled').matched.calls, row('labelled').faults], ['REVIEW', 1, 2])
  assert.deepEqual(row('mini').examples.toSorted(), decisions.slice(0, 2).toSorted())
  // 100 tokens in and 50 out of gpt-4o-mini, twice.
  assert.equal(row('mini').matched.cost_usd, '0.00009')
  assert.deepEqual([judged.calls, complete, unreadable], [4, true, 0])
})

test('the strictest rule says what would have become of a call', async () => {
  const { blocked, reviewed, edited } = await replay({ document })
  assert.deepEqual([blocked.calls, reviewed.calls, edited.calls], [2, 1, 0])
})

test('a rule over what no receipt holds is not replayed, and says over what', async () => {
  const { rules: told } = await replay({ document })
  assert.deepEqual(
    told.filter(({ replayable }) => !replayable).map(({ id, missing, matched }) => [id, missing, matched.calls]),
    [
      ['content', ['pii.count'], 0],
      ['tools', ['request.tool_names', 'budget.ratio'], 0],
    ],
  )
})

test('a document is replayed over the calls of its scope, and of its time', async () => {
  assert.equal((await replay({ document: { ...document, scope: 'team:ml' } })).judged.calls, 0)
  assert.equal((await replay({ document: { ...document, scope: 'tenant:default' } })).judged.calls, 4)
  assert.equal((await replay({ document: { ...document, tenant: 'other' } })).judged.calls, 0)
})

test('what cannot be read is refused, and nothing is stored by any of it', async () => {
  for (const body of [
    {},
    { document: {} },
    { document, since: 'ever' },
    { document, more: 1 },
    { document: { ...document, rules: [{ id: 'a', when: '(' }] } },
  ]) {
    const told = await admin('POST', 'policies/replay', body)
    assert.equal(told.status, 400, told.text)
  }
  assert.deepEqual((await admin('GET', 'policies')).json().data, [])
})

test('the command tells it as a table', async () => {
  const file = join(scene.dataDir, 'trial.json')
  writeFileSync(file, JSON.stringify(document))
  const { code, stdout, stderr } = await omni(scene, ['policy', 'replay', file, '--since', '1d'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /mini +BLOCK +2 +\$0\.00009/)
  assert.match(stdout, /content +BLOCK +not replayable +no receipt holds pii\.count/)
  assert.match(stdout, /in scope +4 /)
  assert.match(stdout, /blocked +2 /)
  const footnote = /\nA call that a rule could not judge stands in these sums as the rule’s `onError` has it\.\n$/
  assert.match(stdout, footnote)
  writeFileSync(file, JSON.stringify({ ...document, rules: rules.slice(0, 2) }))
  assert.doesNotMatch((await omni(scene, ['policy', 'replay', file])).stdout, /could not judge/, 'every call was judged')
})
