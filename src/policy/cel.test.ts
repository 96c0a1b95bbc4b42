/** CEL as rules may use it: what it says, what it refuses, and that the fast way and the package agree. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { askPackage } from './cel-asking.ts'
import { plainOf } from './cel-plain.ts'
import { compile, vocabularyOf, type Compiled } from './cel.ts'
import { facts as houseFacts, mostItems, type Facts } from './facts.ts'

const vocabulary = vocabularyOf(houseFacts)

const call: Facts = {
  asker: { tenant: 'acme', key: 'key_1' },
  surface: 'openai-chat',
  operation: 'chat',
  model: 'gpt-4o',
  stream: false,
  target: { provider: 'openai', model: 'gpt-4o', region: 'eu' },
  at: 0,
  labels: { team: 'ml' },
  shape: { maxTokens: 100, messages: 3, tools: ['search', 'shell'], modalities: ['text'], bytes: 4096 },
  tokens: 1000,
  cost: 500_000_000,
  budgets: { 'team-ml': 0.5 },
}

function compiled(expression: string): Compiled {
  const found = compile(expression, vocabulary)
  if ('problem' in found) throw new Error(`${expression}: ${found.problem}`)
  return found
}

const judge = (expression: string, facts: Facts = call) => compiled(expression).judge(facts)

function problemOf(expression: string): string {
  const found = compile(expression, vocabulary)
  assert.ok('problem' in found, `${expression} was taken`)
  return found.problem
}

test('an expression says yes or no of a call', () => {
  assert.equal(judge('request.model == "gpt-4o" && cost_usd > 0.4'), true)
  assert.equal(judge('request.model in ["o3", "o4"] || tenant != "acme"'), false)
  assert.equal(judge('request.tools * 2 + 1 == 5'), true)
  assert.equal(judge('request.tool_names.exists(name, name.startsWith("sh"))'), true)
  assert.equal(judge('labels.team == "ml" && budgets["team-ml"] >= 0.5'), true)
  assert.equal(judge('has(labels.feature) && labels.feature == "x"'), false)
  assert.equal(judge('rematch(request.model, "^gpt-[0-9]")'), true)
})

test('[C49] a model is the same one however it is spelled, in a condition and in a call', () => {
  const spelled: Facts = { ...call, model: 'up/MiniMax-M3', target: { ...call.target, model: 'minimax-m3' } }
  for (const expression of [
    'target.model == "MiniMax-M3" && request.model == "UP/minimax-m3"',
    '"MINIMAX-M3" == target.model',
    'target.model in ["GPT-4o", "MiniMax-m3"]',
    'target.model.startsWith("Mini") && request.model.endsWith("-M3") && target.model.contains("MAX")',
    'rematch(target.model, "^Mini[A-Z]+-M\\\\d")',
    'rematch(target.model, "(?i)^MINI")',
    'request.model == "up/" + "MiniMax-M3"',
    '["GPT-4o", "MiniMax-M3"].exists(name, name == target.model)',
    '!(target.model != "MiniMax-M3") && (request.stream ? request.stream : target.model == "MINIMAX-M3")',
  ]) {
    assert.equal(judge(expression, spelled), true, expression)
    assert.equal(judge(expression, { ...call, model: 'gpt', target: { ...call.target, model: 'gpt' } }), false, expression)
  }
  assert.deepEqual([...compiled('request.model == "GPT-4o"').guards[0]!.values], ['gpt-4o'])
})

test('what stands beside a model keeps its capitals, and where nobody can tell the two apart the condition is refused', () => {
  assert.equal(judge('target.model == "GPT-4o" && labels.team == "ML"', { ...call, labels: { team: 'ML' } }), true)
  assert.equal(judge('target.model == "GPT-4o" && labels.team == "ML"'), false)
  assert.match(problemOf('[target.model, tenant].exists(name, name == "GPT-4o")'), /compare them apart/)
  assert.match(problemOf('request.model.upperAscii() == "GPT-4O"'), /leave out `upperAscii`/)
  assert.equal(judge('target.model == labels.team || request.model == target.model'), true)
})

test('(routing 63) what is missing or has no answer cannot be judged, and is neither true nor false', () => {
  const { cost: _, tokens: __, ...without } = call
  for (const expression of ['labels.feature == "x"', 'labels["feature"] != "x"', 'budgets["none"] > 0.1', 'request.bytes / 0 == 1', 'request.bytes % 0 == 1'])
    assert.equal(judge(expression), undefined, expression)
  assert.equal(judge('cost_usd > 1', without), undefined)
  assert.equal(judge('request.tokens > 1', without), undefined)
  assert.equal(judge('cost_usd > 1', { ...call, cost: null }), undefined)
  assert.equal(judge('is_priced', { ...call, cost: null }), false)
})

test('(routing 63) one part that is false makes the whole false, whatever cannot be judged of the others', () => {
  assert.equal(judge('labels.feature == "x" && tenant == "other"'), false)
  assert.equal(judge('tenant == "acme" || labels.feature == "x"'), true)
  assert.equal(judge('labels.feature == "x" && tenant == "acme"'), undefined)
})

test('names that every object of JavaScript has are nobody’s labels', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype']) {
    assert.equal(judge(`labels.${name} == "x"`), undefined, name)
    assert.equal(judge(`"${name}" in labels`), false, name)
    assert.equal(judge(`has(labels.${name})`), false, name)
    assert.match(problemOf(`request.${name} == "x"`), /no such fact/)
  }
  const own = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>
  assert.equal(judge('labels["__proto__"] == "x" && labels.constructor == "y"', { ...call, labels: own }), true)
})

test('whole numbers are exact up to 63 bits, and larger ones are refused', () => {
  assert.equal(judge('request.bytes < 9223372036854775807'), true)
  assert.match(problemOf('request.bytes < 9223372036854775808'), /63 bits/)
  assert.match(problemOf('request.bytes < 99999999999999999999999'), /63 bits/)
  // 4096 · 2251799813685248 = 2^63 is too large for CEL as well; one less is not, and is more than a number of JavaScript can tell.
  assert.equal(judge('request.bytes * 2251799813685248 > 0'), undefined)
  assert.equal(judge('request.bytes * 2251799813685247 == 9223372036854771712'), true)
  assert.equal(judge('request.bytes * 2251799813685247 == 9223372036854771711'), false)
})

test('(routing 64) [C62] patterns of JavaScript are refused, and those of RE2 take linear time', () => {
  assert.match(problemOf('request.model.matches("^(a+)+$")'), /rematch/)
  assert.match(problemOf('rematch(request.model, labels.team)'), /written out/)
  assert.match(problemOf('rematch(request.model, "(?=a)b")'), /RE2/)
  assert.match(problemOf('rematch(request.model, "((a{100}){100}){100}")'), /RE2/)
  assert.match(problemOf(`rematch(request.model, "${'a'.repeat(257)}")`), /256 characters/)
  const hostile = compiled('rematch(request.model, "^(a+)+$")')
  const model = `${'a'.repeat(511)}!`
  hostile.judge({ ...call, model })
  const begun = performance.now()
  assert.equal(hostile.judge({ ...call, model }), false)
  assert.ok(performance.now() - begun < 100)
  assert.equal(hostile.judge({ ...call, model: 'a'.repeat(513) }), undefined)
})

test('(routing 64) what could take long is refused when it is loaded', () => {
  const list = 'request.tool_names'
  assert.match(problemOf(`${list}.exists(a, ${list}.exists(b, ${list}.exists(c, a == b)))`), /inside/)
  assert.match(problemOf(`${list}.exists(a, [1, 2].exists(b, b == 1))`), /inside/)
  assert.match(problemOf(`${list}.exists(a, ${'a == "x" || '.repeat(8)} a == "y")`), /20000 steps/)
  assert.match(problemOf(`${list}.exists(a, rematch(a, "x"))`), /20000 steps/)
  assert.match(problemOf(`${'!'.repeat(600)}request.stream`), /maxAstNodes|maxDepth/)
  assert.match(problemOf(`${'('.repeat(40)}true${')'.repeat(40)}`), /maxDepth/)
  assert.match(problemOf(`tenant in [${Array.from({ length: 201 }, () => '"a"').join()}]`), /maxListElements/)
  assert.match(problemOf('x'.repeat(4001)), /4000 characters/)
})

test('(routing 64) a list that is too long is not gone through: the rule cannot be judged', () => {
  const tools = (length: number) => ({ ...call, shape: { ...call.shape!, tools: Array.from({ length }, (_, at) => `tool_${at}`) } })
  const expression = 'request.tool_names.exists(name, name == "none")'
  const { judge: ask } = compiled(expression)
  ask(tools(mostItems))
  const begun = performance.now()
  assert.equal(ask(tools(mostItems)), false)
  assert.ok(performance.now() - begun < 50)
  assert.equal(ask(tools(mostItems + 1)), undefined)
})

test('only declared facts and listed functions are known, and each mistake is told in a sentence', () => {
  assert.equal(problemOf('nope == 1'), 'There is no such fact: nope.')
  assert.equal(problemOf('request.nope == 1'), 'There is no such fact: nope.')
  assert.match(problemOf('cost_usd == 5'), /say `5\.0`/)
  assert.match(problemOf('cost_usd * 2 > 1.0'), /say `5\.0`/)
  assert.match(problemOf('request.model'), /yes or no/)
  assert.match(problemOf('cel.bind(x, 1, x == 1)'), /bind/)
  assert.match(problemOf('timestamp("2026-01-01T00:00:00Z") == timestamp("x")'), /no function `timestamp`/)
  assert.match(problemOf('request["model"] == "a"'), /no fact by itself/)
  assert.match(problemOf('google.protobuf == google.protobuf'), /no fact by itself/)
  assert.match(problemOf('{"a": 1}.a == 1'), /not understood/)
  for (const broken of ['', '(', 'request.model ==', '"a', 'request.?model == "a"', '\u0000']) assert.ok(problemOf(broken).length > 0)
})

test('an item’s own name hides a fact of that name', () => {
  const { reads, judge: ask } = compiled('request.tool_names.exists(tenant, tenant == "shell")')
  assert.deepEqual(
    reads.map(({ name }) => name),
    ['request.tool_names'],
  )
  assert.equal(ask(call), true)
})

test('guards are what must be so of plain facts', () => {
  const guards = (expression: string) => compiled(expression).guards.map(({ fact, values }) => [fact.name, ...values])
  assert.deepEqual(guards('request.model == "a" && cost_usd > 1'), [['request.model', 'a']])
  assert.deepEqual(guards('"a" == request.model && !request.stream'), [
    ['request.model', 'a'],
    ['request.stream', false],
  ])
  assert.deepEqual(guards('target.provider in ["x", "y"] && request.stream'), [
    ['target.provider', 'x', 'y'],
    ['request.stream', true],
  ])
  assert.deepEqual(guards('team == "a" || team == "b"'), [['team', 'a', 'b']])
  assert.deepEqual(guards('team == "a" || tenant == "b"'), [])
  assert.deepEqual(guards('request.model == "a" || cost_usd > 1'), [])
  assert.deepEqual(guards('labels.team == "a"'), [])
})

const texts = fc.constantFrom('"gpt-4o"', '"ml"', '"sh"', '""', '"é😀"')
const wholes = fc.constantFrom('0', '1', '-7', '3', '100', '9007199254740993', '9223372036854775807')
const fractions = fc.constantFrom('0.0', '0.5', '-1.5', '1e300')

/** Expressions whose types fit, of all that is plain. */
const { flag } = fc.letrec<{ flag: string; text: string; whole: string; fraction: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.constantFrom('request.model', 'tenant', 'team', 'target.region', 'labels.team', 'labels["none"]'),
    fc.tuple(tie('text'), fc.constantFrom('lowerAscii', 'upperAscii', 'trim')).map(([of, method]) => `${of}.${method}()`),
  ),
  whole: fc.oneof(
    { depthSize: 'small' },
    wholes,
    fc.constantFrom('request.tools', 'request.tokens', 'request.bytes', 'request.max_tokens', 'size(request.tool_names)', 'request.modalities.size()'),
    fc.tuple(tie('whole'), fc.constantFrom('+', '-', '*', '/', '%'), tie('whole')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    tie('text').map((text) => `size(${text})`),
    tie('whole').map((one) => `-(${one})`),
  ),
  fraction: fc.oneof(
    { depthSize: 'small' },
    fractions,
    fc.constantFrom('cost_usd', 'budget.ratio', 'budgets["team-ml"]', 'budgets.none'),
    fc.tuple(tie('fraction'), fc.constantFrom('+', '-', '*', '/'), tie('fraction')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
  ),
  flag: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('true', 'false', 'request.stream', 'is_priced', 'has(labels.team)', '"team" in labels', 'rematch(request.model, "^g.t")'),
    fc.tuple(tie('text'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('text')).map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc.tuple(tie('whole'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('whole')).map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc.tuple(tie('fraction'), fc.constantFrom('<', '<=', '>', '>='), tie('whole')).map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc.tuple(tie('fraction'), fc.constantFrom('==', '!=', '<', '>'), tie('fraction')).map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc.tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text')).map(([of, method, part]) => `${of}.${method}(${part})`),
    fc.tuple(tie('text'), fc.array(texts, { minLength: 1, maxLength: 3 })).map(([one, list]) => `${one} in [${list.join()}]`),
    tie('text').map((one) => `${one} in request.tool_names`),
    fc.tuple(tie('flag'), fc.constantFrom('&&', '||'), tie('flag')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc.tuple(tie('flag'), tie('flag'), tie('flag')).map(([one, then, other]) => `(${one} ? ${then} : ${other})`),
    tie('flag').map((one) => `!(${one})`),
  ),
}))

const someCalls: fc.Arbitrary<Facts> = fc
  .record({
    model: fc.constantFrom('gpt-4o', 'o3', ''),
    stream: fc.boolean(),
    labels: fc.constantFrom(null, {}, { team: 'ml' }, { team: '' }),
    tokens: fc.option(fc.nat(), { nil: undefined }),
    cost: fc.constantFrom(undefined, null, 0, 500_000_000, 12_345_678_901),
    budgets: fc.constantFrom(undefined, {}, { 'team-ml': 0.5 }),
    shape: fc.constantFrom(undefined, call.shape, { ...call.shape!, maxTokens: null, tools: [], modalities: [] }),
  })
  .map((changes) => ({ ...call, ...changes }) as Facts)

test('functions of our own say what the package says, or nothing', () => {
  let said = 0
  fc.assert(
    fc.property(flag, fc.array(someCalls, { minLength: 3, maxLength: 3 }), (expression, calls) => {
      const parsed = vocabulary.environment.parse(expression)
      const found = compile(expression, vocabulary)
      fc.pre(!('problem' in found))
      const plain = plainOf(parsed.ast, vocabulary)?.say
      for (const one of calls) {
        const ours = plain?.(one)
        if (ours === undefined) continue
        said += 1
        assert.equal(ours, askPackage(parsed, found.reads, one), expression)
      }
    }),
    { numRuns: 1500 },
  )
  assert.ok(said > 1500, `only ${said} were said`)
})
