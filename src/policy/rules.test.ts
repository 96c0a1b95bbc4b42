import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileDocument, type CompiledDocument } from './compile.ts'
import type { Detected, DetectorTerms } from './detector.ts'
import type { PolicyDocument, PolicyRule } from './document.ts'
import type { Asker, Facts } from './facts.ts'
import { rulesFor } from './rules.ts'
import { allowed } from './sum-up.ts'
import type { Verdict } from './verdict.ts'

const asker: Asker = { tenant: 'acme', team: 'ml', key: 'key_1', environment: 'production' }

const call: Facts = {
  asker,
  surface: 'openai-chat',
  operation: 'chat',
  model: 'gpt-4o',
  stream: false,
  target: { provider: 'openai', model: 'gpt-4o', region: undefined },
  at: Date.UTC(2026, 10, 21, 14, 30),
  labels: null,
  shape: { maxTokens: null, messages: 1, tools: [], modalities: ['text'], bytes: 10 },
  tokens: 10,
  cost: 1_000_000,
}

function rule(id: string, when: PolicyRule['when'], says: Partial<PolicyRule> = {}): PolicyRule {
  const review = { wait: 0, expiresIn: 60_000 }
  return { id, when, description: '', on: 'request', outcome: 'ALLOW', edits: {}, tags: [], onError: 'deny', review, ...says }
}

const plainDocument: PolicyDocument = {
  name: 'guard',
  version: '1',
  jurisdiction: null,
  tenant: null,
  scope: 'all',
  mode: 'enforce',
  timeZone: 'UTC',
  rules: [],
  detectors: [],
}

function document(rules: readonly PolicyRule[], says: Partial<PolicyDocument> = {}, version = 1): CompiledDocument {
  const compiled = compileDocument({ ...plainDocument, rules, ...says }, version)
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled
}

function problemsOf(rules: readonly PolicyRule[], says: Partial<PolicyDocument> = {}): readonly string[] {
  const compiled = compileDocument({ ...plainDocument, rules, ...says }, 1)
  return 'problems' in compiled ? compiled.problems.map(({ path, problem }) => `${path}: ${problem}`) : []
}

function judge(documents: readonly CompiledDocument[], facts: Facts = call, phase: 'request' | 'answer' = 'request'): Verdict {
  return rulesFor(facts.asker, documents)?.candidates(facts, phase)?.judge(facts) ?? allowed
}

const found = (kinds: Record<string, number> = {}, score = 0): Detected => ({
  kinds,
  count: Object.values(kinds).reduce((sum, one) => sum + one, 0),
  score,
  findings: [],
})

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
  assert.match(problemsOf([], { detectors: [{ kind: 'words', name: 'long', words }] })[0]!, /^detectors\.0\.words: /)
})

test('the time is that of the document’s zone', () => {
  const at = (timeZone: string) =>
    judge([document([rule('when', 'time.hour == 23 && time.weekday == 6 && time.date == "2026-11-21"', { tags: ['it is'] })], { timeZone })]).tags
  assert.deepEqual(at('Asia/Tokyo'), ['it is'])
  assert.deepEqual(at('UTC'), [])
})

test('what is wrong with a document is told with its place', () => {
  const many = Array.from({ length: 501 }, (_, at) => rule(`r${at}`, 'true'))
  assert.deepEqual(problemsOf([rule('a', 'true'), rule('a', 'true')]), ['rules.1.id: There is another rule of this id.'])
  assert.deepEqual(problemsOf([rule('a', 'nope > 1')]), ['rules.0.when: There is no such fact: nope.'])
  assert.deepEqual(problemsOf([rule('a', { topic: 'law' })]), ['rules.0.when: There is no such fact: topics.'])
  assert.match(problemsOf([rule('a', { riskLevel: 'huge' })])[0]!, /^rules\.0\.when: `riskLevel` takes/)
  assert.match(problemsOf([rule('a', { constructor: 1 })])[0]!, /^rules\.0\.when: There is no `constructor` here/)
  assert.match(problemsOf([rule('a', {})])[0]!, /says nothing/)
  assert.match(problemsOf([rule('a', 'true', { outcome: 'BLOCK', edits: { maxTokens: 1 } })])[0]!, /^rules\.0\.then: /)
  assert.match(problemsOf([rule('a', 'true', { on: 'answer', edits: { maxTokens: 1 } })])[0]!, /^rules\.0\.then: /)
  assert.match(problemsOf([rule('a', 'true', { on: 'answer', outcome: 'REVIEW' })])[0]!, /^rules\.0\.outcome: /)
  assert.match(problemsOf([rule('a', 'true', { edits: { redact: [{ what: 'none.x', how: 'mask', restores: false }] } })])[0]!, /No detector finds `none.x`/)
  assert.match(problemsOf([], { timeZone: 'Mars/Olympus' })[0]!, /^time_zone: /)
  const service = { kind: 'outside', name: 'judge', service: 'x', sample: 1, onFailure: 'fault' } as const
  assert.match(problemsOf([rule('a', 'outside.judge.count > 0', { on: 'both' })], { detectors: [service] })[0]!, /^rules\.0\.on: /)
  assert.deepEqual(problemsOf([rule('a', 'outside.judge.score > 0.5 && "hate" in outside.judge.kinds')], { detectors: [service] }), [])
  assert.match(problemsOf(many)[0]!, /^rules: A document has 500/)
  const twice = { kind: 'words', name: 'a', words: ['x'] } as const
  assert.match(problemsOf([], { detectors: [twice, twice] })[0]!, /^detectors\.1\.name: /)
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
