/** A body is one JSON object in UTF-8 within its limits, or it is refused in a sentence that repeats nothing of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { limits } from '../../test/calling.ts'
import { checkHeaders, parseBody } from './body.ts'

function failing(run: () => unknown): Failure {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  return assert.fail('nothing failed')
}

const parse = (body: string | Buffer) => parseBody(Buffer.from(body), limits)

test('[A01] [A02] what is no JSON is refused with a position and no text', () => {
  const secret = 'hunter2'
  for (const text of [
    '',
    '  \n',
    `{"${secret}":`,
    `{"a":1,"${secret}":}`,
    `{'${secret}':1}`,
    `{"${secret}":NaN}`,
    `{"a":1}//${secret}`,
    `\ufeff{"a":"${secret}"}`,
    `{"a":1}{"b":"${secret}"}`,
    `${secret}`,
    `{"a":"${secret}}`,
    `{"a\\x":"${secret}"}`,
  ]) {
    const { reason, message } = failing(() => parse(text))
    assert.equal(reason, 'invalid_json', text)
    assert.doesNotMatch(message, new RegExp(secret))
    assert.match(message, /^The body is not JSON(\.|: it goes wrong at character \d+\.| at byte \d+\.)$/)
  }
})

test('[A03] what is no object is refused, also a number that JavaScript cannot hold', () => {
  for (const text of ['[]', '[{"a":1}]', '"a"', '1', 'null', 'true', '12345678901234567890', '1e400'])
    assert.equal(failing(() => parse(text)).reason, 'invalid_type', text)
})

test('[A13] what is no UTF-8 is refused', () => {
  for (const bytes of [
    [0xff, 0xfe, 0x7b, 0],
    [0x7b, 0xc0, 0xaf, 0x7d],
    [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d],
    [0x7b, 0x22, 0xe2, 0x82],
  ])
    assert.equal(failing(() => parse(Buffer.from(bytes))).reason, 'invalid_encoding')
})

test('[A07] [A08] [A09] faults of its structure are told by where they are', () => {
  const rows: readonly [string, string, RegExp][] = [
    ['{"model":"cheap","model":"dear"}', 'duplicate_key', /stands twice in one object at byte 17\.$/],
    [`{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'json_too_deep', /nested too deep at byte \d+\.$/],
    [`{${Array.from({ length: 100_001 }, (_, at) => `"${at}":0`).join(',')}}`, 'too_many_items', /at byte \d+\.$/],
    [`{"messages":[${Array.from({ length: 11 }, () => '{}').join(',')}]}`, 'too_many_items', /^There are more than 10 messages\.$/],
  ]
  for (const [text, reason, says] of rows) {
    const failure = failing(() => parse(text))
    assert.equal(failure.reason, reason)
    assert.match(failure.message, says)
  }
})

test('[A14] [A16] [A19] odd strings, numbers and names are what they are', () => {
  const text = '{"seed":9007199254740993,"a":"\\ud800","b":"\u2028","__proto__":{"polluted":1},"c\\u0061":"x"}'
  const { object, members } = parse(text)
  assert.equal(JSON.stringify(object), '{"seed":9007199254740993,"a":"\\ud800","b":"\u2028","__proto__":{"polluted":1},"ca":"x"}')
  assert.deepEqual(
    members.map(({ key }) => key),
    ['seed', 'a', 'b', '__proto__', 'ca'],
  )
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('[A20] [A21] only plain JSON may be announced', () => {
  const refused: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'content-type': '' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json garbage' },
    { 'content-type': 'application/json\ta' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': 'application/json, text/plain' },
    { 'content-type': ' application/json' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip, gzip' },
  ]
  for (const headers of refused) assert.equal(failing(() => checkHeaders(headers)).reason, 'unsupported_media_type', JSON.stringify(headers))
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ; charset=utf-8 ',
  ]) {
    checkHeaders({ 'content-type': type })
    checkHeaders({ 'content-type': type, 'content-encoding': 'identity' })
  }
})
