/** Which rules a caller has of all that is stored, also where some of it cannot be read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import type { StoredObject } from '../storage/store.ts'
import { rulesIn } from './rules.ts'

const document = { version: '1', name: 'house', rules: [{ id: 'stop', when: 'true', outcome: 'BLOCK' }] }

function row(body: object | string | null, { version = 1, tenant = null }: { readonly version?: number; readonly tenant?: string | null } = {}): StoredObject {
  const written = typeof body === 'object' && body !== null ? JSON.stringify({ document: body }) : body
  return { kind: 'policy', id: 'house', tenant, version, body: written, changedAt: 0 }
}

const acme = { tenant: 'acme', key: 'key_1' }

test('nobody has rules where none are stored, or they were removed', () => {
  assert.equal(rulesIn([], false)(acme), undefined)
  assert.equal(rulesIn([row(null)], false)(acme), undefined)
})

test('a caller has the rules of the version that is stored', () => {
  assert.equal(rulesIn([row(document, { version: 4 })], false)(acme)?.version, 'house@4')
  assert.equal(rulesIn([row(document, { version: 5 })], false)(acme)?.version, 'house@5')
  assert.equal(rulesIn([row({ ...document, tenant: 'other' }, { tenant: 'other' })], false)(acme), undefined)
})

test('[C09] where a document cannot be read, nobody whom it may be about gets in without it', () => {
  const unredacted = { ...document, rules: [{ id: 'mail', when: 'true', then: { redact: ['pii.mail'] } }] }
  const unread = [{ ...document, rules: [{ id: 'new', when: 'fact_of_tomorrow > 1', outcome: 'BLOCK' }] }, unredacted, { nothing: true }, '"text"']
  for (const body of unread) {
    assert.throws(
      () => rulesIn([row(body)], false)(acme),
      (error) => error instanceof Failure && error.reason === 'policy_unavailable',
    )
    assert.equal(rulesIn([row(body, { tenant: 'other' })], false)(acme), undefined)
  }
})

test('where the setting closes all, a rule that cannot be judged denies, whatever it says itself', () => {
  const lenient = { ...document, rules: [{ id: 'lenient', when: 'labels.none == "x"', outcome: 'BLOCK', onError: 'allow' }] }
  const call = { surface: 's', operation: 'chat', model: 'm', stream: false, target: { provider: 'p', model: 'm', region: undefined }, at: 0, labels: null }
  const outcome = (failsClosed: boolean) => {
    const facts = { ...call, asker: acme }
    return rulesIn(
      [row(lenient)],
      failsClosed,
    )(acme)
      ?.candidates(facts, 'request')
      ?.judge(facts).outcome
  }
  assert.deepEqual([outcome(false), outcome(true)], ['ALLOW', 'BLOCK'])
})
