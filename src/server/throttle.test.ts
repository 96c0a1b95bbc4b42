/** Wrong keys: who sends too many is told so, and nothing grows with them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { Throttle, wrongKeys, type WrongKeys } from './throttle.ts'

const wrong = new Failure('invalid_api_key', 'x')

function open() {
  let time = 1000
  const told: WrongKeys[] = []
  const throttle = new Throttle({ tell: (event) => told.push(event), time: () => time })
  const send = (address: string): string => (throttle.judge(wrong, { address }) as Failure).reason
  return { throttle, told, send, pass: (ms: number) => void (time += ms) }
}

test('[C22] a household is refused after its measure, and again welcome a minute later', () => {
  const { send, pass, throttle } = open()
  const reasons = Array.from({ length: wrongKeys.household + 5 }, () => send('192.0.2.7'))
  assert.deepEqual([reasons.indexOf('too_many_wrong_keys'), reasons.at(-1)], [wrongKeys.household, 'too_many_wrong_keys'])
  assert.equal(send('192.0.2.8'), 'invalid_api_key', 'others are not')
  pass(60_000)
  assert.equal(send('192.0.2.7'), 'invalid_api_key')
  throttle.close()
})

test('[C53] the addresses of one /64 are one household', () => {
  const { send, throttle } = open()
  const reasons = Array.from({ length: wrongKeys.household + 1 }, (_, at) => send(`2001:db8:1:2::${at.toString(16)}`))
  assert.equal(reasons.at(-1), 'too_many_wrong_keys')
  assert.equal(send('2001:db8:1:3::1'), 'invalid_api_key')
  throttle.close()
})

test('[C22] of 10,000 wrong keys from 1,000 addresses a tenth is looked at, and one event is told', () => {
  const { send, told, pass, throttle } = open()
  const reasons = Array.from({ length: 10_000 }, (_, at) => send(`10.0.${at % 250}.${Math.floor(at / 250) % 4}`))
  assert.equal(reasons.filter((reason) => reason === 'invalid_api_key').length, wrongKeys.all)
  assert.deepEqual(told, [])
  pass(60_000)
  send('192.0.2.1')
  assert.deepEqual(told, [{ wrong: 10_000, throttled: 9000, from: 1000, admin: 0 }])
  throttle.close()
})

test('[C64] hundreds of thousands of addresses are not remembered, and each finds the measure of all', () => {
  const { send, told, pass, throttle } = open()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < 300_000; at += 1) send(`${1 + (at >> 20)}.${(at >> 16) & 15}.${(at >> 8) & 255}.${at & 255}`)
  assert.ok(process.memoryUsage().heapUsed - before < 40 * 2 ** 20)
  assert.equal(send('203.0.113.1'), 'too_many_wrong_keys')
  pass(60_000)
  send('203.0.113.1')
  assert.equal(told[0]!.from, wrongKeys.all)
  throttle.close()
})

test('what is no wrong key is let through as it is', () => {
  const { throttle, told, pass } = open()
  const other = new Failure('not_found', 'x')
  const strange = new Error('x')
  for (const error of [other, strange, undefined]) assert.equal(throttle.judge(error, { address: '' }), error)
  pass(60_000)
  assert.deepEqual(told, [])
  throttle.close()
})

test('[C54] the admin key where clients’ keys belong is counted apart', () => {
  const { throttle, told, pass, send } = open()
  const misused = new Failure('admin_key_misused', 'x')
  for (let turn = 0; turn < 3; turn += 1) assert.equal(throttle.judge(misused, { address: '' }), misused)
  pass(60_000)
  send('192.0.2.1')
  assert.deepEqual(told, [{ wrong: 0, throttled: 0, from: 0, admin: 3 }])
  throttle.close()
})
