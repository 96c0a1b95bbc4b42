/** Bytes in JSON are known by their alphabet, whether in one line or in several. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBase64 } from './base64.ts'

const line = 'QUJD'.repeat(19)

test('bytes in lines are some, with an end of the last line or without', () => {
  for (const text of [line, `${line}\r\n${line}\r\n`, `${line}\n${line}QQ==\n \n`]) assert.ok(isBase64(text, 'text/plain'), text)
})

test('what has another character, or something behind its end, is none', () => {
  for (const text of ['', 'Say hello', `${line}!`, `${line}==\nQUJD`, `${'\n'.repeat(3000)}!`]) assert.ok(!isBase64(text, 'text/plain'), text)
})

test('of a picture its beginning is looked at', () => {
  assert.ok(isBase64(`${line}!`, 'image/png'))
  assert.ok(!isBase64(`!${line}`, 'image/png'))
})
