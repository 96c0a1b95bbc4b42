/** Policy documents as tests write them, and calls that they are judged on. */

import { writtenPlace } from '../../src/base/place.ts'
import { compileDocument, type CompiledDocument } from '../../src/policy/compile.ts'
import type { Detected } from '../../src/policy/detector.ts'
import type { PolicyDocument, PolicyRule } from '../../src/policy/document.ts'
import type { Asker, Facts } from '../../src/policy/facts.ts'
import { rulesFor } from '../../src/policy/rules.ts'
import { allowed } from '../../src/policy/sum-up.ts'
import type { Verdict } from '../../src/policy/verdict.ts'

export const asker: Asker = { tenant: 'acme', team: 'ml', key: 'key_1', environment: 'production' }

export const call: Facts = {
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

export function rule(id: string, when: PolicyRule['when'], says: Partial<PolicyRule> = {}): PolicyRule {
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

export function document(rules: readonly PolicyRule[], says: Partial<PolicyDocument> = {}, version = 1): CompiledDocument {
  const compiled = compileDocument({ ...plainDocument, rules, ...says }, version)
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled
}

export function problemsOf(rules: readonly PolicyRule[], says: Partial<PolicyDocument> = {}): readonly string[] {
  const compiled = compileDocument({ ...plainDocument, rules, ...says }, 1)
  return 'problems' in compiled ? compiled.problems.map(({ path, problem }) => `${writtenPlace(path)}: ${problem}`) : []
}

export function judge(documents: readonly CompiledDocument[], facts: Facts = call, phase: 'request' | 'answer' = 'request'): Verdict {
  return rulesFor(facts.asker, documents)?.candidates(facts, phase)?.judge(facts) ?? allowed
}

export const found = (kinds: Record<string, number> = {}, score = 0): Detected => ({
  kinds,
  count: Object.values(kinds).reduce((sum, one) => sum + one, 0),
  score,
  findings: [],
})
