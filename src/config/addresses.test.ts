/** Addresses: near and far, allowed and not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, isPrivate, readAddress } from './addresses.ts'

const table: readonly (readonly [host: string, isLoopback: boolean, isPrivate: boolean])[] = [
  ['localhost', true, true],
  ['127.0.0.1', true, true],
  ['127.9.9.9', true, true],
  ['::1', true, true],
  ['[::1]', true, true],
  ['LOCALHOST', true, true],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['10.1.2.3', false, true],
  ['172.16.0.1', false, true],
  ['172.32.0.1', false, false],
  ['192.168.1.1', false, true],
  ['100.64.0.1', false, true],
  ['fd12::1', false, true],
  ['gpu-box', false, true],
  ['host.docker.internal', false, true],
  ['gpu.local', false, true],
  ['8.8.8.8', false, false],
  ['api.openai.com', false, false],
  ['127.0.0.1.evil.example', false, false],
  ['10.evil.example', false, false],
  ['2001:db8::1', false, false],
]

test('loopback and private addresses are told from those of others', () => {
  for (const [host, loopback, near] of table) assert.deepEqual([isLoopback(host), isPrivate(host)], [loopback, near], host)
})

test('a base URL keeps its path and loses its last slash', () => {
  assert.deepEqual(readAddress('https://h.example/a/v1/'), { url: 'https://h.example/a/v1', isNear: false })
  assert.deepEqual(readAddress('http://127.0.0.1:8000'), { url: 'http://127.0.0.1:8000', isNear: true })
  assert.deepEqual(readAddress('http://2130706433/v1'), { url: 'http://127.0.0.1/v1', isNear: true })
})

const refused: readonly (readonly [url: string, why: RegExp])[] = [
  ['h.example/v1', /is not a URL/],
  ['ftp://h.example', /must begin with/],
  ['file:///etc/passwd', /must begin with/],
  ['https://u:p@h.example', /user or a password/],
  ['https://u@h.example', /user or a password/],
  ['https://h.example/v1?key=x', /into `query`/],
  ['https://h.example/#a', /into `query`/],
  ['http://h.example', /https/],
  ['https://h.example/a b', /character/],
  ['https://h.example\\evil', /character/],
  ['https://h.example/\r\nx', /character/],
  ['http://169.254.169.254/latest', /credentials/],
  ['http://metadata.google.internal', /credentials/],
  ['http://[fd00:ec2::254]/', /credentials/],
  ['http://0xa9fea9fe/', /credentials/],
  ['http://[::ffff:169.254.169.254]/', /credentials/],
]

for (const [url, why] of refused) {
  test(`${JSON.stringify(url)} is no base URL`, () => {
    const read = readAddress(url)
    assert.ok('sentence' in read)
    assert.match(read.sentence, why)
  })
}
