/** Documents: what is wrong with them, and what their lists, zones and objects come to. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, document, found, judge, problemsOf, rule } from '../../test/governance/documents.ts'
import type { Facts } from './facts.ts'
import { allowed } from './sum-up.ts'

test('two documents may have lists of one name: each rule reads its own', () => {
  const detectors = [{ kind: 'words', name: 'rivals', words: ['globex'] }] as const
  const rules = [rule('stop', 'words.rivals > 0', { outcome: 'BLOCK', edits: {} })]
  const both = [document(rules, { name: 'one', detectors }), document(rules, { name: 'two', detectors })]
  const detected = { 'one/words.rivals': found(), 'two/words.rivals': found({ word: 1 }) }
  assert.equal(judge(both, { ...call, detected }).by, 'two/stop@1')
  const redacting = document([rule('mask', 'true', { edits: { redact: [{ what: 'words.rivals', how: 'mask', restores: false }] } })], { detectors })
  assert.deepEqual(judge([redacting]).edits.redact, [{ what: 'guard/words.rivals', how: 'mask', restores: false }])
})

test('of lists that deny, only what is denied counts and is taken out', () => {
  const detectors = [{ kind: 'domains', name: 'rivals', deny: ['globex.com'] }] as const
  const redact = [{ what: 'domains.rivals', how: 'mask', restores: false }] as const
  const rules = [document([rule('stop', 'domains.rivals > 0', { edits: { redact } })], { detectors })]
  assert.equal(judge(rules, { ...call, detected: { 'guard/domains.rivals': found({ url: 2 }) } }), allowed)
  const { edits } = judge(rules, { ...call, detected: { 'guard/domains.rivals': found({ url: 2, denied: 1 }) } })
  assert.deepEqual(edits.redact, [{ ...redact[0], what: 'guard/domains.rivals.denied' }])
})

test('words that are too many are told when the document is loaded', () => {
  const words = Array.from({ length: 10_000 }, (_, at) => String(at).padEnd(256, 'x'))
  assert.match(problemsOf([], { detectors: [{ kind: 'words', name: 'long', words }] })[0]!, /^detectors\[0\]\.words: /)
})

test('the time is that of the document’s zone', () => {
  const at = (timeZone: string) =>
    judge([document([rule('when', 'time.hour == 23 && time.weekday == 6 && time.date == "2026-11-21"', { tags: ['it is'] })], { timeZone })]).tags
  assert.deepEqual(at('Asia/Tokyo'), ['it is'])
  assert.deepEqual(at('UTC'), [])
})

test('what is wrong with a document is told with its place', () => {
  const many = Array.from({ length: 501 }, (_, at) => rule(`r${at}`, 'true'))
  assert.deepEqual(problemsOf([rule('a', 'true'), rule('a', 'true')]), ['rules[1].id: There is another rule of this id.'])
  assert.deepEqual(problemsOf([rule('a', 'nope > 1')]), ['rules[0].when: There is no such fact: nope.'])
  assert.deepEqual(problemsOf([rule('a', { topic: 'law' })]), ['rules[0].when: There is no such fact: topics.'])
  assert.match(problemsOf([rule('a', { riskLevel: 'huge' })])[0]!, /^rules\[0\]\.when: `riskLevel` takes/)
  assert.match(problemsOf([rule('a', { constructor: 1 })])[0]!, /^rules\[0\]\.when: There is no `constructor` here/)
  assert.match(problemsOf([rule('a', {})])[0]!, /says nothing/)
  assert.match(problemsOf([rule('a', 'true', { outcome: 'BLOCK', edits: { maxTokens: 1 } })])[0]!, /^rules\[0\]\.then: /)
  assert.match(problemsOf([rule('a', 'true', { on: 'answer', edits: { maxTokens: 1 } })])[0]!, /^rules\[0\]\.then: /)
  assert.match(problemsOf([rule('a', 'true', { on: 'answer', outcome: 'REVIEW' })])[0]!, /^rules\[0\]\.outcome: /)
  assert.match(problemsOf([rule('a', 'true', { edits: { redact: [{ what: 'none.x', how: 'mask', restores: false }] } })])[0]!, /No detector finds `none.x`/)
  assert.match(problemsOf([], { timeZone: 'Mars/Olympus' })[0]!, /^time_zone: /)
  const service = { kind: 'outside', name: 'judge', service: 'x', sample: 1, onFailure: 'fault' } as const
  assert.match(problemsOf([rule('a', 'outside.judge.count > 0', { on: 'both' })], { detectors: [service] })[0]!, /^rules\[0\]\.on: /)
  assert.deepEqual(problemsOf([rule('a', 'outside.judge.score > 0.5 && "hate" in outside.judge.kinds')], { detectors: [service] }), [])
  assert.match(problemsOf(many)[0]!, /^rules: A document has 500/)
  const twice = { kind: 'words', name: 'a', words: ['x'] } as const
  assert.match(problemsOf([], { detectors: [twice, twice] })[0]!, /^detectors\[1\]\.name: /)
})

test('[C49] what no detector finds is taken out by none: a kind that is written wrong is told with the one that was meant', () => {
  const detectors = [
    { kind: 'words', name: 'rivals', words: ['globex'] },
    { kind: 'domains', name: 'known', deny: ['globex.com'] },
    { kind: 'outside', name: 'judge', service: 'x', sample: 1, onFailure: 'fault' },
  ] as const
  const redacting = (...whats: readonly string[]) =>
    problemsOf([rule('a', 'true', { edits: { redact: whats.map((what) => ({ what, how: 'mask', restores: false })) } })], { detectors })
  assert.deepEqual(redacting('pii.email', 'pii.mail'), ['rules[0].then.redact[1]: No detector finds `pii.mail`. Did you mean `pii.email`?'])
  assert.deepEqual(redacting('secrets.opnai_key'), ['rules[0].then.redact[0]: No detector finds `secrets.opnai_key`. Did you mean `secrets.openai_key`?'])
  assert.deepEqual(redacting('words.rival'), ['rules[0].then.redact[0]: No detector finds `words.rival`. Did you mean `words.rivals`?'])
  for (const what of ['pii.', 'pii.email.x', 'words.rivals.words', 'size', 'size.characters', 'language', 'urls.denied', 'domains.known.none', ''])
    assert.equal(redacting(what).length, 1, what)
  assert.deepEqual(redacting('pii', 'pii.*', 'secrets', 'injection', 'urls', 'urls.url', 'words.rivals', 'words.rivals.*', 'domains.known.denied'), [])
  assert.deepEqual(redacting('outside.judge', 'outside.judge.hate'), [], 'what a service finds only it knows')
})

test('a slip in an expression is told with what stands in CEL instead', () => {
  const slips = {
    'is_priced and team == "ml"': 'It cannot be read: “and” is written `&&`.',
    'team == "this and that" OR is_priced': 'It cannot be read: “or” is written `||`.',
    'not is_priced': 'It cannot be read: “not” is written `!`.',
    'team is "ml"': 'It cannot be read: “is” is written `==`.',
    'team = "ml"': 'It cannot be read: “equals” is written `==`.',
    'is_priced & is_priced': 'It cannot be read: “and” is written `&&`.',
    'is_priced | is_priced': 'It cannot be read: “or” is written `||`.',
    'team == “ml”': 'It cannot be read: quotes are written `"`.',
    'team == "this and that': 'A text has no quote at its end.',
    '(is_priced': 'A bracket is not closed.',
    'cost_usd >': 'It ends too soon.',
    'is_priced #': 'Unexpected character: #.',
  }
  for (const [when, told] of Object.entries(slips)) assert.deepEqual(problemsOf([rule('a', when)]), [`rules[0].when: ${told}`])
})

test('the object form is CEL: all of its fields must be so', () => {
  const topics = [{ kind: 'topics', name: 'legal', words: ['court'] }] as const
  const wanted = { topic: 'legal', amountGreaterThan: 5, team: ['ml', 'web'], label: { env: 'prod' }, tool: 'shell' }
  const rules = [document([rule('object', wanted, { outcome: 'BLOCK' })], { detectors: topics })]
  const all: Facts = {
    ...call,
    cost: 6e9,
    labels: { env: 'prod' },
    shape: { ...call.shape!, tools: ['shell'] },
    detected: { 'guard/topics.legal': found({ word: 3 }) },
  }
  assert.equal(judge(rules, all).outcome, 'BLOCK')
  assert.equal(judge(rules, { ...all, cost: 5e9 }), allowed)
  assert.equal(judge(rules, { ...all, labels: null }), allowed)
  assert.equal(judge(rules, { ...all, shape: call.shape! }), allowed)
  assert.equal(judge(rules, { ...all, detected: { 'guard/topics.legal': found() } }), allowed)
})

test('[C49] `model` of the object form is the model that the call goes to, however it is named, or the name that was asked for', () => {
  const isMeant = (model: string | readonly string[], asked: string, target = 'gpt-4o', provider = 'East') => {
    const facts = { ...call, model: asked, target: { provider, model: target, region: undefined } }
    return judge([document([rule('object', { model }, { outcome: 'BLOCK' })])], facts).outcome === 'BLOCK'
  }
  for (const model of ['gpt-4o', 'GPT-4o', 'east/gpt-4o', 'EAST/GPT-4O', 'gpt-*', 'east/*', '*/gpt-4o', '*', ['other', 'gpt-4o']])
    for (const [asked, target] of [['gpt-4o'], ['East/gpt-4o'], ['fast'], ['a-chain', 'GPT-4o']] as const)
      assert.ok(isMeant(model, asked, target), `${String(model)} ${asked}`)
  for (const model of ['gpt-4', '4o', 'west/gpt-4o', 'gpt.4o', 'west/*', 'gpt-4o-*', '*-mini', 'g*o*'])
    for (const asked of ['gpt-4o', 'East/gpt-4o', 'fast']) assert.ok(!isMeant(model, asked), `${model} ${asked}`)
  assert.ok(isMeant('Fast', 'fast'), 'an alias that was asked for')
  assert.ok(isMeant('meta/llama-3', 'fast', 'meta/Llama-3'), 'a name with a `/` of its own')
  assert.ok(isMeant('east/meta/llama-3', 'fast', 'meta/Llama-3'))
})
