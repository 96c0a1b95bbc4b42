import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { checkRouting, fits, numberOf, wrongField, type Kind } from './check.ts'

test('Each kind takes its values and no others.', () => {
  const samples: readonly Json[] = ['a', true, 1.5, 2, -1, {}, []]
  const taken: { readonly [kind in Kind]: readonly number[] } = { string: [0], boolean: [1], number: [2, 3, 4], count: [3], object: [5], list: [6], content: [0, 6] }
  for (const kind of Object.keys(taken) as Kind[]) {
    assert.deepEqual(samples.flatMap((value, index) => (fits(value, kind) ? [index] : [])), taken[kind], kind)
  }
})

test('A number that was kept as it was spelled is a number, and one past the largest is none.', () => {
  const { whole, huge } = parseExact('{"whole":9007199254740993,"huge":1e400}') as JsonObject
  assert.equal(numberOf(whole), 9007199254740992)
  assert.equal(fits(whole!, 'count'), true)
  assert.equal(fits(whole!, 'object'), false)
  assert.equal(numberOf(huge), undefined)
})

test('A field that is left out or null is never wrong.', () => {
  assert.equal(wrongField({ stream: null }, [['stream', 'boolean'], ['model', 'string']]), undefined)
  assert.deepEqual(wrongField({ stream: 'true' }, [['stream', 'boolean']]), ['stream', 'boolean'])
})

test('A field that would choose the place or the key of a call is refused by name.', () => {
  for (const field of ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider', 'mock_response']) {
    assert.throws(() => checkRouting({ [field]: null }), (error) => error instanceof Failure && error.reason === 'forbidden_parameter' && error.param === field)
  }
  checkRouting({ model: 'm', anything: 1 })
})
