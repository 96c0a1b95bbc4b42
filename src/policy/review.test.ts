/** What an approval is bound to. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { piecesOf, type Payload } from './review.ts'

const payload: Payload = { tenant: 'acme', key: 'key_1', surface: 'openai-chat', path: '/v1/chat/completions', where: ['', '', ''], body: { model: 'm', n: 1 } }
const textOf = (changed: Partial<Payload>): string => piecesOf({ ...payload, ...changed }).join('')

test('the order of a body’s members is no change', () => {
  assert.equal(textOf({ body: { n: 1, model: 'm' } }), textOf({}))
})

test('[C58] (routing 57) two payloads of any tenants, keys, paths and bodies are told apart, the tenant first', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '1', ':', '|', '\0', '"', 'é'), maxLength: 6 })
  const some = fc.record({ tenant: word, key: word, surface: word, path: word, where: fc.array(word, { maxLength: 3 }), body: fc.dictionary(word, word) })
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(some, (one) => {
      const text = piecesOf(one).join('')
      const told = JSON.stringify({ ...one, body: Object.entries(one.body).toSorted(([left], [right]) => (left < right ? -1 : 1)) })
      assert.equal(seen.get(text) ?? told, told)
      seen.set(text, told)
      assert.ok(text.startsWith(`${one.tenant.length}:${one.tenant}`))
    }),
  )
})
