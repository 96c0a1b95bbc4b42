/** What is taken from the headers of a handshake. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseProtocol, headersOf } from './sockets.ts'

test('calls have the headers of the connection, but for what concerns the connection alone', () => {
  const headers = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'x',
    'x-request-id': 'req_12345678',
    'user-agent': 'codex_exec/1',
    'openai-beta': 'responses_websockets=2026-02-06, assistants=v2',
  }
  const kept = headersOf({ headers })
  assert.deepEqual({ ...kept }, { 'content-type': 'application/json', host: 'localhost', 'user-agent': 'codex_exec/1', 'openai-beta': ' assistants=v2' })
  assert.equal(headersOf({ headers: { 'openai-beta': 'responses_websockets=2026-02-06' } })['openai-beta'], undefined)
})

test('a key in the list of protocols is a key like any other, and two that differ are refused', () => {
  const protocols = { 'sec-websocket-protocol': 'realtime, openai-insecure-api-key.one' }
  assert.equal(headersOf({ headers: protocols }).authorization, 'Bearer one')
  assert.equal(headersOf({ headers: { ...protocols, authorization: 'Bearer one' } }).authorization, 'Bearer one')
  assert.throws(() => headersOf({ headers: { ...protocols, authorization: 'Bearer two' } }), { reason: 'ambiguous_credentials' })
})

test('a protocol with a key in it is never chosen', () => {
  assert.equal(chooseProtocol(new Set(['openai-insecure-api-key.one', 'realtime'])), 'realtime')
  assert.equal(chooseProtocol(new Set(['openai-insecure-api-key.one'])), false)
})
