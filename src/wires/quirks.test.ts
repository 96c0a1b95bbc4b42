/** Quirks bend a written body as they say, leave all else as it is, and tell beforehand whether they will. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../base/json.ts'
import { applyQuirks, quirksTouch, type Quirks } from './quirks.ts'

const rows: readonly { readonly says: string; readonly quirks: Quirks; readonly body: JsonObject; readonly bent: JsonObject }[] = [
  { says: 'a field that is refused is dropped', quirks: { drop: ['user', 'store'] }, body: { model: 'm', user: null, n: 1 }, bent: { model: 'm', n: 1 } },
  {
    says: 'a field with another name is renamed',
    quirks: { rename: { seed: 'random_seed' } },
    body: { seed: 0, model: 'm' },
    bent: { random_seed: 0, model: 'm' },
  },
  { says: 'a field that is wanted is added', quirks: { add: { extra: { a: 1 } } }, body: { model: 'm' }, bent: { extra: { a: 1 }, model: 'm' } },
  { says: 'and what the client said of it holds', quirks: { add: { extra: 1 } }, body: { extra: 2 }, bent: { extra: 2 } },
  {
    says: 'a number beyond the highest is the highest',
    quirks: { cap: { temperature: 1 } },
    body: { temperature: 1.7, top_p: 5 },
    bent: { temperature: 1, top_p: 5 },
  },
  {
    says: 'marks for a cache are taken off messages, parts and tools (case 170)',
    quirks: { noCacheMarks: true },
    body: {
      messages: [
        { role: 'system', content: 'a', cache_control: { type: 'ephemeral' } },
        { role: 'user', content: [{ type: 'text', text: 'b', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      ],
      tools: [{ type: 'function', function: { name: 'cache_control' }, cache_control: { type: 'ephemeral' } }],
    },
    bent: {
      messages: [
        { role: 'system', content: 'a' },
        { role: 'user', content: [{ type: 'text', text: 'b' }] },
      ],
      tools: [{ type: 'function', function: { name: 'cache_control' } }],
    },
  },
  {
    says: 'media have the types that the provider knows (case 121)',
    quirks: { mediaTypes: { 'audio/aac': 'audio/x-aac' } },
    body: { contents: [{ parts: [{ inlineData: { mimeType: 'audio/aac', data: 'AA' } }, { text: 'audio/aac' }] }] },
    bent: { contents: [{ parts: [{ inlineData: { mimeType: 'audio/x-aac', data: 'AA' } }, { text: 'audio/aac' }] }] },
  },
  {
    says: 'the role developer is called system',
    quirks: { developerAsSystem: true },
    body: {
      messages: [
        { role: 'developer', content: 'a', name: 'n' },
        { role: 'user', content: 'b' },
      ],
    },
    bent: {
      messages: [
        { role: 'system', content: 'a', name: 'n' },
        { role: 'user', content: 'b' },
      ],
    },
  },
]

for (const { says, quirks, body, bent } of rows) {
  test(says, () => {
    const before = structuredClone(body)
    assert.equal(quirksTouch(body, quirks), true)
    assert.deepEqual(applyQuirks(body, quirks), bent)
    assert.deepEqual(body, before, 'another target may need it')
  })
}

test('a body that no quirk concerns is not touched', () => {
  const quirks: Quirks = {
    drop: ['user'],
    rename: { seed: 'random_seed' },
    cap: { temperature: 1 },
    developerAsSystem: true,
    noStreamOptions: true,
    callIdPattern: /x/,
  }
  const bodies: readonly JsonObject[] = [
    { model: 'm', temperature: 1, messages: [{ role: 'user', content: 'developer' }] },
    { messages: 'developer', temperature: 'hot' },
    { messages: [null, 'x'] },
    {},
  ]
  for (const body of bodies) {
    assert.equal(quirksTouch(body, quirks), false, JSON.stringify(body))
    assert.deepEqual(applyQuirks(body, quirks), body)
  }
})

test('[A19] names that objects inherit are names of fields like any other', () => {
  const body = JSON.parse('{"__proto__":{"model":"dear"},"constructor":1,"toString":2,"seed":3}') as JsonObject
  const bent = applyQuirks(body, { rename: { seed: 'random_seed' }, cap: { temperature: 1 } })
  assert.equal(JSON.stringify(bent), '{"__proto__":{"model":"dear"},"constructor":1,"toString":2,"random_seed":3}')
  assert.equal(bent.model, undefined)
})

test('where quirks say that they do not touch a body, they change nothing of it', () => {
  const field = fc.constantFrom('model', 'seed', 'user', 'temperature', 'messages', 'max_tokens')
  const value = fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.constant([{ role: 'developer' }]), fc.constant([{ role: 'user' }]), fc.constant(null))
  const quirks = fc.record(
    { drop: fc.array(field), rename: fc.dictionary(field, fc.constant('other')), cap: fc.dictionary(field, fc.constant(1)), developerAsSystem: fc.boolean() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.dictionary(field, value), quirks, (body, ways) => {
      if (!quirksTouch(body as JsonObject, ways)) assert.deepEqual(applyQuirks(body as JsonObject, ways), { ...body })
    }),
  )
})

test('a medium that the provider does not take is refused by its type, and never sent under another (case 121)', () => {
  const body = { contents: [{ parts: [{ inlineData: { mimeType: 'audio/aiff', data: 'AA' } }] }] }
  assert.throws(() => applyQuirks(body, { mediaTypes: { 'audio/aiff': null } }), { reason: 'unsupported_parameter', message: /audio\/aiff/ })
})
