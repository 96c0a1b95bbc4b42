/** A client is known by one key, wherever its API puts keys. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snapshotOf } from '../../test/calling.ts'
import { identify, tokenOf } from './identify.ts'

const places = [{ authorization: 'Bearer good' }, { authorization: 'bearer  good ' }, { 'x-api-key': 'good' }, { 'x-goog-api-key': 'good' }] as const

test('a key is taken from each of its places, and the same one from several', () => {
  for (const headers of places) assert.equal(identify(headers, snapshotOf()).keyId, 'key_1')
  assert.equal(identify({ authorization: 'Bearer good', 'x-api-key': 'good', 'x-goog-api-key': 'good' }, snapshotOf()).keyId, 'key_1')
})

test('[A22] two different ones are refused, also where one of them is good', () => {
  for (const headers of [
    { authorization: 'Bearer good', 'x-api-key': 'bad' },
    { 'x-api-key': 'bad', 'x-goog-api-key': 'good' },
    { authorization: 'Bearer a', 'x-goog-api-key': 'b' },
  ]) {
    assert.throws(() => identify(headers, snapshotOf()), { reason: 'ambiguous_credentials' })
    assert.throws(
      () => identify(headers, snapshotOf({ anonymous: { keyId: null, method: 'off', mayRoute: true, holder: { tenant: 'default', key: null } } })),
      { reason: 'ambiguous_credentials' },
    )
  }
})

test('none, a wrong one and one of another scheme are refused', () => {
  for (const headers of [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic good' },
    { authorization: 'good' },
    { 'x-api-key': '' },
    { 'x-api-key': 'Good' },
    { 'x-api-key': 'bad' },
    { cookie: 'good' },
  ]) {
    assert.throws(() => identify(headers, snapshotOf()), { reason: 'invalid_api_key' }, JSON.stringify(headers))
  }
})

test('where client auth is off, everybody may ask, and a known key is still known', () => {
  const open = snapshotOf({ anonymous: { keyId: null, method: 'off', mayRoute: true, holder: { tenant: 'default', key: null } } })
  assert.equal(identify({}, open).method, 'off')
  assert.equal(identify({ 'x-api-key': 'bad' }, open).method, 'off')
  assert.equal(identify({ 'x-api-key': 'good' }, open).method, 'key')
})

test('an empty header is no key beside a real one', () => {
  assert.equal(tokenOf({ authorization: 'Bearer good', 'x-api-key': '' }), 'good')
  assert.equal(tokenOf({ authorization: 'Basic dXNlcg==', 'x-api-key': 'good' }), 'good')
  assert.equal(tokenOf({}), undefined)
})
