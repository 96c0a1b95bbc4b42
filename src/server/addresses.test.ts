/** Where a request comes from is what the connection says, and trusted proxies. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressReader } from './addresses.ts'

type Asked = Parameters<ReturnType<typeof addressReader>>[0]

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as Asked

test('[C07] without trusted proxies it is the connection’s, whatever a header says', () => {
  const read = addressReader([])
  assert.equal(read(from('192.0.2.1', '203.0.113.7')), '192.0.2.1')
  assert.equal(read(from(undefined, '203.0.113.7')), '', 'a connection that is gone has none')
})

test('[C07] who is no trusted proxy says nothing of others', () => {
  const read = addressReader(['10.0.0.0/8'])
  assert.equal(read(from('192.0.2.1', '203.0.113.7')), '192.0.2.1')
  assert.equal(read(from('::ffff:10.0.0.1', '203.0.113.7')), '203.0.113.7', 'the proxy is known in both spellings')
})

test('the header is read from the right, as far as trusted proxies wrote it', () => {
  const read = addressReader(['10.0.0.0/8', '2001:db8:aaaa::/48'])
  for (const [forwarded, address] of [
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1,203.0.113.7 , 10.1.1.1,2001:db8:aaaa::5', '203.0.113.7'],
    ['10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['198.51.100.1, unknown', ''],
    ['198.51.100.1, ', ''],
    ['', ''],
  ] as const)
    assert.equal(read(from('10.0.0.1', forwarded)), address, forwarded)
})

test('[C62] a header of any length is read in a moment', () => {
  const read = addressReader(['0.0.0.0/0'])
  const began = performance.now()
  for (const text of ['1.1.1.1,'.repeat(2000), ','.repeat(16_000), '1'.repeat(16_000), '['.repeat(16_000)]) read(from('10.0.0.1', text))
  assert.ok(performance.now() - began < 100)
})
