/** Rules that change what calls of their kind do not have. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { document, rule } from '../../test/governance/documents.ts'
import { writtenPlace } from '../base/place.ts'
import type { PolicyRule } from './document.ts'
import { idleIn } from './idle.ts'
import type { Edits } from './verdict.ts'

const edits: Edits = { set: { temperature: 0 }, maxTokens: 5, trimHistory: 5, stripTools: [] }
const idle = (when: PolicyRule['when'], changes = edits): readonly string[] =>
  idleIn(document([rule('first', 'true'), rule('second', when, { edits: changes })])).map(({ path }) => writtenPlace(path))

test('what is done to chat alone is idle in a rule that is about other calls', () => {
  const all = ['set', 'max_tokens', 'trim_history', 'strip_tools'].map((field) => `rules[1].then.${field}`)
  assert.deepEqual(idle('request.operation == "embeddings"'), all)
  assert.deepEqual(idle('cost_usd > 1.0 && request.surface in ["openai-embeddings", "openai-moderations"]'), all)
  assert.deepEqual(idle({ operation: ['speech', 'images'] }, { set: { speed: 1 } }), ['rules[1].then.set'])
})

test('in a rule that may be about chat nothing is idle, and neither is what is done to every call', () => {
  for (const when of ['true', 'request.operation in ["embeddings", "chat"]', 'request.surface == "openai-responses"', 'target.model == "gpt-4o"'])
    assert.deepEqual(idle(when), [], when)
  assert.deepEqual(idle('request.operation == "embeddings"', { redact: [{ what: 'pii.email', how: 'mask', restores: false }], chain: 'small' }), [])
})

test('a share that is to be greater than 1 is told, since it never is', () => {
  for (const field of ['riskGreaterThan', 'injectionGreaterThan']) {
    assert.deepEqual(idle({ [field]: 2 }), [`rules[1].when.${field}`])
    assert.deepEqual(idle({ [field]: 1 }), [`rules[1].when.${field}`])
    assert.deepEqual(idle({ [field]: 0.99 }), [])
  }
  assert.deepEqual(idle({ budgetGreaterThan: 1.2, amountGreaterThan: 5 }), [])
})
