/** Rules: which are asked, in which order they count, and what follows where they cannot be judged. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asker, call, document, found, judge, rule } from '../../test/governance/documents.ts'
import type { DetectorTerms } from './detector.ts'
import type { PolicyDocument, PolicyRule } from './document.ts'
import type { Asker, Facts } from './facts.ts'
import { rulesFor } from './rules.ts'
import { allowed } from './sum-up.ts'

test('(routing 75) BLOCK beats REVIEW beats edits beats ALLOW, in whatever order they stand', () => {
  const allow = rule('allow', 'true', { tags: ['seen'] })
  const edit = rule('edit', 'true', { edits: { maxTokens: 100 } })
  const review = rule('review', 'true', { outcome: 'REVIEW', review: { wait: 5, expiresIn: 10 } })
  const block = rule('block', 'true', { outcome: 'BLOCK' })
  fc.assert(
    fc.property(fc.shuffledSubarray([allow, edit, review, block]), (rules) => {
      const { outcome, by, edits, review: terms } = judge([document(rules)])
      const strictest = [block, review].find((one) => rules.includes(one))
      assert.equal(outcome, strictest?.outcome ?? 'ALLOW')
      assert.equal(by, strictest && `guard/${strictest.id}@1`)
      assert.deepEqual(edits, outcome === 'BLOCK' || !rules.includes(edit) ? {} : { maxTokens: 100 })
      assert.deepEqual(terms, outcome === 'REVIEW' ? { wait: 5, expiresIn: 10 } : undefined)
    }),
  )
})

test('the trace names every rule that came true, and those in shadow by `~`', () => {
  const rules = [rule('first', 'true', { tags: ['a', 'b'] }), rule('second', 'tenant == "other"'), rule('third', 'true', { tags: ['b'] })]
  const shadow = document([rule('strict', 'true', { outcome: 'BLOCK', tags: ['c'] })], { name: 'trial', mode: 'shadow' }, 7)
  const verdict = judge([document(rules), shadow])
  assert.deepEqual(verdict.rules, ['guard/first@1', 'guard/third@1', '~trial/strict@7'])
  assert.deepEqual(verdict.tags, ['a', 'b'])
  assert.equal(verdict.outcome, 'ALLOW')
})

test('(routing 63) a rule that cannot be judged counts as its onError says, and is told', () => {
  const broken = (onError: PolicyRule['onError']) => document([rule('broken', 'labels.team == "x"', { onError, outcome: 'BLOCK', tags: ['t'] })])
  assert.deepEqual(
    (['deny', 'review', 'allow'] as const).map((onError) => {
      const { outcome, by, rules, faults, tags } = judge([broken(onError)])
      return [outcome, by, rules, faults, tags]
    }),
    [
      ['BLOCK', 'guard/broken@1', [], ['guard/broken@1'], []],
      ['REVIEW', 'guard/broken@1', [], ['guard/broken@1'], []],
      ['ALLOW', undefined, [], ['guard/broken@1'], []],
    ],
  )
  assert.equal(judge([broken('deny')], { ...call, labels: { team: 'y' } }), allowed)
})

test('(routing 63) in shadow a rule that cannot be judged does nothing, and is told', () => {
  const verdict = judge([document([rule('broken', 'labels.team == "x"', { outcome: 'BLOCK' })], { mode: 'shadow' })])
  assert.deepEqual([verdict.outcome, verdict.faults], ['ALLOW', ['~guard/broken@1']])
})

test('a detector that failed makes its rules impossible to judge', () => {
  const rules = [document([rule('pii', 'pii.count > 0', { outcome: 'BLOCK' })])]
  assert.equal(judge(rules, { ...call, detected: { pii: found() } }), allowed)
  assert.equal(judge(rules, { ...call, detected: { pii: found({ email: 1 }) } }).outcome, 'BLOCK')
  const unseen: readonly Partial<Facts>[] = [{}, { detected: {} }, { detected: { pii: { fault: 'timeout' } } }]
  for (const seen of unseen) {
    const { outcome, faults } = judge(rules, { ...call, ...seen })
    assert.deepEqual([outcome, faults], ['BLOCK', ['guard/pii@1']])
  }
})

test('of several edits the strictest of each counts', () => {
  const edits = (id: string, said: PolicyRule['edits']) => rule(id, 'true', { edits: said })
  const redact = { what: 'pii.email', how: 'mask', restores: false } as const
  const verdict = judge([
    document([
      edits('a', { maxTokens: 500, set: { temperature: 0, seed: 1 }, stripTools: ['shell'] }),
      edits('b', { maxTokens: 200, trimHistory: 1000, chain: 'cheap', set: { temperature: 1 }, redact: [redact] }),
      edits('c', { chain: 'dear', stripTools: ['search'], trimHistory: 2000 }),
    ]),
  ])
  assert.deepEqual(verdict.edits, {
    maxTokens: 200,
    set: { temperature: 0, seed: 1 },
    stripTools: ['shell', 'search'],
    trimHistory: 1000,
    chain: 'cheap',
    redact: [redact],
  })
  assert.equal(verdict.routedBy, 'guard/b@1')
  assert.deepEqual(judge([document([edits('some', { stripTools: ['a'] }), edits('all', { stripTools: [] })])]).edits, { stripTools: [] })
})

test('a document is about the calls of its scope, and a tenant’s about its own alone', () => {
  const rules = [rule('stop', 'true', { outcome: 'BLOCK' })]
  const concerns = (says: Partial<PolicyDocument>, who: Asker = asker) => rulesFor(who, [document(rules, says)]) !== undefined
  assert.deepEqual(
    (['all', 'tenant:acme', 'team:ml', 'key:key_1', 'tenant:other', 'team:web', 'agent:ml', 'user:key_1'] as const).map((scope) => concerns({ scope })),
    [true, true, true, true, false, false, false, false],
  )
  assert.equal(concerns({ tenant: 'acme', scope: 'all' }), true)
  assert.equal(concerns({ tenant: 'other', scope: 'all' }), false)
  assert.equal(concerns({ tenant: 'other', scope: 'team:ml' }), false)
})

test('nothing is to be computed where no rule may apply, and nothing but what those read that may', () => {
  const rules = rulesFor(asker, [
    document(
      [
        rule('a', 'request.model == "gpt-4o" && cost_usd > 1 && words.rivals > 0', { outcome: 'BLOCK' }),
        rule('b', 'request.model == "o3" && budget.ratio > 0.9 && request.tokens > 5', { outcome: 'BLOCK' }),
        rule('c', 'team == "other" && pii.count > 0 && request.messages > 1', { outcome: 'BLOCK' }),
        rule('d', 'request.stream', { edits: { redact: [{ what: 'secrets.*', how: 'mask', restores: false }] } }),
      ],
      { detectors: [{ kind: 'words', name: 'rivals', words: ['globex'] }] },
    ),
  ])!
  const reads = (changes: Partial<Facts>) => {
    const found = rules.candidates({ ...call, ...changes }, 'request')?.reads
    return (
      found &&
      Object.entries(found).flatMap(([name, needs]) =>
        needs === true ? [name] : Array.isArray(needs) ? (needs as DetectorTerms[]).map((one) => one.name) : [],
      )
    )
  }
  assert.deepEqual(reads({}), ['cost', 'guard/words.rivals'])
  assert.deepEqual(reads({ model: 'o3' }), ['tokens', 'budgets'])
  assert.deepEqual(reads({ model: 'o4', stream: true }), ['secrets'])
  assert.equal(reads({ model: 'o4' }), undefined)
  assert.equal(rules.candidates(call, 'answer'), undefined)
  assert.equal(rules.dependsOnTarget, true)
})

test('[C49] for a call that may go elsewhere, its target rules nothing out, and each target is judged by itself', () => {
  const rules = rulesFor(asker, [
    document([rule('far', 'target.provider == "far" && pii.count > 0', { outcome: 'BLOCK' }), rule('o3', 'request.model == "o3"')]),
  ])!
  assert.equal(rules.candidates(call, 'request'), undefined)
  const { reads, judge: ask } = rules.wherever(call, 'request')!
  assert.deepEqual(
    reads.detectors.map(({ name }) => name),
    ['pii'],
  )
  const facts: Facts = { ...call, detected: { pii: found({ email: 1 }) } }
  assert.equal(ask(facts), allowed)
  assert.equal(ask({ ...facts, target: { ...call.target, provider: 'far' } }).by, 'guard/far@1')
})

test('rules about answers are asked of answers, and rules about both of both', () => {
  const rules = [
    document([
      rule('in', 'true', { on: 'request', tags: ['in'] }),
      rule('out', 'true', { on: 'answer', tags: ['out'] }),
      rule('both', 'true', { on: 'both', tags: ['both'] }),
    ]),
  ]
  assert.deepEqual(judge(rules).tags, ['in', 'both'])
  assert.deepEqual(judge(rules, call, 'answer').tags, ['out', 'both'])
})

const values = ['a', 'b', 'c'] as const
const value = fc.constantFrom(...values)
const conjunct = fc.oneof(
  fc
    .tuple(fc.constantFrom('request.model', 'request.surface', 'target.provider', 'team', 'key.environment'), value)
    .map(([fact, one]) => `${fact} == "${one}"`),
  fc.tuple(fc.constantFrom('request.model', 'tenant'), fc.subarray([...values], { minLength: 1 })).map(([fact, some]) => `${fact} in ["${some.join('","')}"]`),
  fc.constantFrom('request.stream', '!request.stream', 'labels.x == "a"', 'cost_usd > 1', 'request.tools > 0', 'request.model == "a" || team == "b"'),
)
const conditions = fc
  .array(conjunct, { minLength: 1, maxLength: 4 })
  .chain((parts) => fc.constantFrom(' && ', ' || ').map((joint) => parts.map((part) => `(${part})`).join(joint)))

test('the rules that are found are those that a look at all of them finds, the first time and later', () => {
  const askers = fc.record({ tenant: value, team: fc.option(value, { nil: undefined }), environment: value, key: fc.constant('key_1') })
  const calls = fc.record({ model: value, surface: value, provider: value, stream: fc.boolean(), x: value })
  const documents = fc.array(conditions, { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(documents, askers, fc.array(calls, { minLength: 5, maxLength: 10 }), (whens, who, made) => {
      const compiled = document(whens.map((when, at) => rule(`r${at}`, when, { outcome: 'BLOCK', onError: 'review' })))
      const rules = rulesFor(who, [compiled])!
      for (const { model, surface, provider, stream, x } of [...made, ...made]) {
        const facts: Facts = { ...call, asker: who, model, surface, stream, target: { ...call.target, provider }, labels: { x } }
        const said = compiled.rules.map((one) => ({ label: one.label, isTrue: one.judge(facts) }))
        const labels = (wanted: boolean | undefined) => said.filter(({ isTrue }) => isTrue === wanted).map(({ label }) => label)
        const verdict = rules.candidates(facts, 'request')?.judge(facts) ?? allowed
        assert.deepEqual([verdict.rules, verdict.faults], [labels(true), labels(undefined)])
      }
    }),
    { numRuns: 200 },
  )
})
