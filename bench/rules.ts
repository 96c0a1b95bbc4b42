/** What rules cost a call: fifty of them, of which five may apply, from finding them to the verdict. `node bench/rules.ts` prints the table. */

import { pathToFileURL } from 'node:url'
import { readPolicy } from '../src/contract/policies.ts'
import { builtIn } from '../src/policy/detectors/index.ts'
import type { Detected } from '../src/policy/detector.ts'
import type { Asker, Facts } from '../src/policy/facts.ts'
import { rulesFor, type Rules } from '../src/policy/rules.ts'
import type { Verdict } from './report.ts'
import { spreadOfMedians, type Spread } from './statistics.ts'
import { table } from './table.ts'

export interface RuleCost {
  readonly rules: string
  /** Of the five, how many come true. */
  readonly comeTrue: number
  readonly microseconds: Spread
}

/** Microseconds at the slowest hundredth. */
const most = 40
const repetitions = 7
const samples = 5000
const ruleCount = 50

/** Those that may apply to the call that is asked about. */
const sets: { readonly [name: string]: readonly string[] } = {
  'plain, none comes true': [
    'cost_usd > 5.0 && request.model == "gpt-4o"',
    'pii.count > 3 || secrets.count > 0',
    'has(labels.env) && labels.env == "prod" && time.hour < 6',
    'budget.ratio > 0.9 && request.max_tokens > 4000',
    '"shell" in request.tool_names && injection.score > 0.7',
  ],
  'plain, all come true': [
    'cost_usd < 5.0 && request.model == "gpt-4o"',
    'pii.count >= 0',
    'has(labels.env) && labels.env == "test"',
    'budget.ratio < 0.9 && request.max_tokens > 10',
    '"search" in request.tool_names && injection.score < 0.7',
  ],
  'one goes through a list': [
    'cost_usd > 5.0 && request.model == "gpt-4o"',
    'pii.count > 3 || secrets.count > 0',
    'request.tool_names.exists(name, name.startsWith("shell"))',
    'budget.ratio > 0.9 && request.max_tokens > 4000',
    'rematch(request.model, "^o[0-9]")',
  ],
}

const asker: Asker = { tenant: 'acme', team: 'ml', key: 'key_1', environment: 'production' }
const nothing: Detected = { kinds: {}, count: 0, score: 0, findings: [] }

function factsOf(call: number): Facts {
  return {
    asker,
    surface: 'openai-chat',
    operation: 'chat',
    model: 'gpt-4o',
    stream: call % 2 === 0,
    target: { provider: 'openai', model: 'gpt-4o', region: undefined },
    at: 1_795_000_000_000 + call,
    labels: { env: 'test' },
    shape: { maxTokens: 1000, messages: 4, tools: ['search', 'read', 'write', 'run'], modalities: ['text'], bytes: 1024 },
    tokens: 250,
    cost: 10_000_000,
    budgets: { 'team-ml': 0.5, acme: 0.2 },
    detected: Object.fromEntries(builtIn.map(({ name }) => [name, nothing])),
  }
}

function rulesWith(applying: readonly string[]): Rules {
  const others = Array.from({ length: ruleCount - applying.length }, (_, at) => {
    const guard = [`request.model == "other-${at}"`, `target.provider in ["p-${at}", "q-${at}"]`, `team == "team-${at}"`][at % 3]!
    return `${guard} && cost_usd > ${at}.0 && pii.count > 0`
  })
  const rules = [...others.slice(0, 20), ...applying, ...others.slice(20)].map((when, at) => ({
    id: `rule-${at}`,
    when,
    outcome: 'REVIEW',
    tags: ['t'],
  }))
  const document = readPolicy({ version: 1, name: 'bench', rules }, 1)
  if ('problems' in document) throw new Error(JSON.stringify(document.problems))
  return rulesFor(asker, [document])!
}

/** Every set takes its turn, repetition after repetition; the first two warm up. */
export function measureRules(): RuleCost[] {
  const calls = Array.from({ length: samples }, (_, call) => factsOf(call))
  const subjects = Object.entries(sets).map(([name, applying]) => ({ name, rules: rulesWith(applying), turns: [] as number[][], comeTrue: 0 }))
  for (let turn = -2; turn < repetitions; turn += 1) {
    for (const subject of subjects) {
      const times: number[] = []
      for (const facts of calls) {
        const began = performance.now()
        const verdict = subject.rules.candidates(facts, 'request')!.judge(facts)
        times.push((performance.now() - began) * 1000)
        subject.comeTrue = verdict.rules.length
      }
      if (turn >= 0) subject.turns.push(times)
    }
  }
  return subjects.map(({ name, comeTrue, turns }) => ({ rules: name, comeTrue, microseconds: spreadOfMedians(turns) }))
}

export function judgeRules(costs: readonly RuleCost[]): Verdict[] {
  return costs.map(({ rules, microseconds: { p99 } }) => ({
    about: `${ruleCount} rules of which 5 apply (${rules}), p99, µs`,
    measured: p99,
    target: `≤ ${most}`,
    isMet: p99 <= most,
  }))
}

export function ruleTable(costs: readonly RuleCost[]): string {
  const rows = costs.map(({ rules, comeTrue, microseconds: { p50, p99 } }) => [rules, String(comeTrue), p50.toFixed(2), p99.toFixed(2)])
  return table([`${ruleCount} rules of which 5 apply`, 'come true', 'p50 µs', 'p99 µs'], rows)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(ruleTable(measureRules()))
