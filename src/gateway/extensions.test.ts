/** What a client tells the gateway is read from the body or from headers, and refused where it is not what it must be. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import type { Failure } from '../canonical/failure.ts'
import { snapshotOf } from '../../test/calling.ts'
import type { Headers } from './client.ts'
import { readExtensions, vendorPart } from './extensions.ts'

const snapshot = snapshotOf({ metadataKeys: new Set(['team', '__proto__']) })
const read = (body: JsonObject, headers: Headers = {}, mayRoute = true) => readExtensions(body, headers, { snapshot, caller: { mayRoute } })
const nothing = { route: undefined, provider: undefined, metadata: undefined, fallbacks: [], showsAttempts: false, retries: undefined, staysThere: false }

test('a request without them has none, and null is none', () => {
  assert.deepEqual(read({ model: 'm' }), nothing)
  assert.deepEqual(read({ omni_route: null, omni_provider: null, omni_metadata: null, extra: null, debug: null }), nothing)
  assert.deepEqual(read({ extra: { fallbacks: null, debug: null, other: 1 }, debug: {} }), nothing)
})

test('fields and headers say the same, and the field comes first', () => {
  const headers = { 'x-omni-route': 'r', 'x-omni-provider': 'p', 'x-omni-metadata': '{"team":"red"}' }
  const expected = { ...nothing, route: 'r', provider: 'p', metadata: { team: 'red' } }
  assert.deepEqual(read({ omni_route: 'r', omni_provider: 'p', omni_metadata: { team: 'red' } }), expected)
  assert.deepEqual(read({}, headers), expected)
  assert.deepEqual(read({ omni_route: 'R', omni_provider: 'P', omni_metadata: { team: 'blue' } }, headers), {
    ...nothing,
    route: 'R',
    provider: 'P',
    metadata: { team: 'blue' },
  })
})

test('attempts are shown where either way of asking says true and nothing else', () => {
  const shown = (body: JsonObject): boolean => read(body).showsAttempts
  assert.deepEqual([shown({ debug: { routing: true } }), shown({ extra: { debug: { routing: true } } })], [true, true])
  assert.deepEqual(
    [shown({ debug: { routing: 'true' } }), shown({ extra: { debug: { routing: 1 } } }), shown({ extra: { routing: true } })],
    [false, false, false],
  )
})

test('only declared keys of metadata are kept', () => {
  assert.deepEqual(read({ omni_metadata: { team: 'a.b:c@d/e-f_1', other: 'x' } }).metadata, { team: 'a.b:c@d/e-f_1' })
  assert.deepEqual(read({ omni_metadata: {} }).metadata, {})
  assert.deepEqual(read({ omni_metadata: { team: 'x'.repeat(64) } }).metadata, { team: 'x'.repeat(64) })
})

test('[A19] a key that names the prototype is a key, or nothing', () => {
  const metadata = read(JSON.parse('{"omni_metadata":{"__proto__":"red","constructor":"x"}}') as JsonObject).metadata!
  assert.equal(Object.getPrototypeOf(metadata), Object.prototype)
  assert.equal('constructor' in metadata && Object.hasOwn(metadata, 'constructor'), false)
})

test('what is of another shape is refused, and told by its path', () => {
  const rows: readonly [JsonObject, Headers, string, string | undefined][] = [
    [{ omni_route: 1 }, {}, 'invalid_type', 'omni_route'],
    [{ omni_provider: ['p'] }, {}, 'invalid_type', 'omni_provider'],
    [{ extra: 'x' }, {}, 'invalid_type', 'extra'],
    [{ extra: { debug: [] } }, {}, 'invalid_type', 'extra.debug'],
    [{ debug: true }, {}, 'invalid_type', 'debug'],
    [{ extra: { fallbacks: 'm' } }, {}, 'invalid_type', 'extra.fallbacks'],
    [{ extra: { fallbacks: ['m', 2] } }, {}, 'invalid_type', 'extra.fallbacks[1]'],
    [{ omni_metadata: 'red' }, {}, 'invalid_type', 'omni_metadata'],
    [{ omni_metadata: ['red'] }, {}, 'invalid_type', 'omni_metadata'],
    [{}, { 'x-omni-metadata': '[]' }, 'invalid_type', 'omni_metadata'],
    [{}, { 'x-omni-metadata': '{' }, 'invalid_value', undefined],
  ]
  for (const [body, headers, reason, param] of rows) assert.throws(() => read(body, headers), { reason, param }, JSON.stringify([body, headers]))
})

test('[A15] [C45] a value that is no label is refused, declared or not', () => {
  for (const value of ['', 'a b', 'a\nb', 'a\r\nx: y', '\u0000', 'é', 'x'.repeat(65), '<b>', 'my secret text', 7, null, {}]) {
    for (const key of ['team', 'other']) {
      assert.throws(
        () => read({ omni_metadata: { [key]: value } }),
        (error: Failure) => error.reason === 'invalid_value' && !error.message.includes('secret'),
        JSON.stringify(value),
      )
    }
  }
})

test('what is ours is no part of what a vendor reads, and nothing else is left out', () => {
  const body = { model: 'm', omni_route: 'r', extra: {}, debug: {}, own: 1 }
  assert.deepEqual(vendorPart(body), { model: 'm', own: 1 })
  const plain = { model: 'm' }
  assert.equal(vendorPart(plain), plain)
})

test('who may not say where calls go is refused when it does, and only then', () => {
  for (const [body, headers, param] of [
    [{ omni_route: 'r' }, {}, 'omni_route'],
    [{}, { 'x-omni-route': 'r' }, 'omni_route'],
    [{ omni_provider: 'p' }, {}, 'omni_provider'],
    [{}, { 'x-omni-provider': 'p' }, 'omni_provider'],
    [{ extra: { fallbacks: ['m'] } }, {}, 'extra.fallbacks'],
  ] as const)
    assert.throws(
      () => read(body as JsonObject, headers, false),
      (error: Failure) => error.reason === 'insufficient_scope' && error.param === param,
    )
  assert.deepEqual(read({ omni_route: null, extra: { fallbacks: [] }, num_retries: 2, omni_metadata: { team: 'red' } }, {}, false), {
    ...nothing,
    retries: 2,
    metadata: { team: 'red' },
  })
})
