/** Changes that one verdict wants, and another has made already. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areContained } from './sum-up.ts'
import type { Edits } from './verdict.ts'

const mail = { what: 'pii.email', how: 'mask', restores: false } as const
const all: Edits = { redact: [mail], maxTokens: 100, trimHistory: 50, chain: 'cheap', stripTools: ['shell', 'search'], set: { seed: 1, store: false } }

test('what is done already need not be wanted again', () => {
  const contained: readonly Edits[] = [
    {},
    all,
    { redact: [mail] },
    { maxTokens: 200 },
    { trimHistory: 50 },
    { chain: 'cheap' },
    { stripTools: ['shell'] },
    { set: { seed: 1 } },
  ]
  for (const wanted of contained) assert.equal(areContained(wanted, all), true, JSON.stringify(wanted))
  assert.equal(areContained({ stripTools: ['x'] }, { stripTools: [] }), true)
  assert.equal(areContained({ stripTools: [] }, { stripTools: [] }), true)
})

test('what is not done, or done less strictly, is missing', () => {
  const missing: readonly Edits[] = [
    { redact: [{ ...mail, what: 'pii.phone' }] },
    { maxTokens: 99 },
    { trimHistory: 49 },
    { chain: 'dear' },
    { stripTools: ['read'] },
    { stripTools: [] },
    { set: { seed: 2 } },
    { set: { temperature: 0 } },
  ]
  for (const wanted of missing) {
    assert.equal(areContained(wanted, all), false, JSON.stringify(wanted))
    assert.equal(areContained(wanted, {}), false, JSON.stringify(wanted))
  }
})
