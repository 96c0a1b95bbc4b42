/** What is written of a receipt is canonical, and read back it is the same. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readInterrupted, writeIntent } from './intent.ts'
import { readRecord, writeRecord } from './line.ts'
import { openRecord } from './opening.ts'
import { signals, type ReceiptRecord } from './signals.ts'

const opening = {
  instance: 'ins_1',
  version: '1',
  build: 'b',
  config: 'c',
  requestId: 'req_12345678',
  traceId: null,
  client: 'other',
  surface: 's',
  operation: 'chat',
}

/** RFC 8785, by the book: names sorted at every depth, and what is null at the top left out. */
function sorted(value: unknown, isTop = true): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, false))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([, one]) => !isTop || one !== null)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one, false)]))
}

const full = (): ReceiptRecord => ({
  ...openRecord(opening),
  key_id: 'key_1',
  tenant_id: 'default',
  requested_model: 'models/gemini-3.8-flash',
  metadata: { env: 'a "quoted" word', team: 'Zürich \u{1F600}' },
  temperature: 0.7,
  max_tokens: 1e21,
  attempts: [{ account: null, at: 0, model: 'm', ms: 12, provider: 'p', reason: 'answered', region: null, status: 200 }],
  passed_over: [{ target: 'p/m', why: 'full' }],
  dropped: ['seed'],
  stream: true,
})

test('a record is written as canonical JSON, and nothing of what is null', () => {
  const record = full()
  assert.equal(writeRecord(record), JSON.stringify(sorted(record)))
})

test('a record as it was opened is written as one that was put together, whatever was filled in since', () => {
  const record = openRecord(opening)
  Object.assign(record, { ...full(), id: record.id, notices: ['clock_set'], cost: 0 })
  assert.equal(writeRecord(record), JSON.stringify(sorted({ ...record })))
  assert.equal(writeRecord(record), writeRecord({ ...record }))
  assert.equal(writeIntent(record), writeIntent({ ...record }))
})

test('labels are written in the order of their names, whatever order the client had', () => {
  const record = { ...full(), metadata: { team: 'b', '9': 'c', env: 'a', '10': 'd' } }
  assert.match(writeRecord(record), /"metadata":\{"10":"d","9":"c","env":"a","team":"b"\}/)
})

test('a record is read back as it was, with its nulls', () => {
  const record = full()
  assert.deepEqual(readRecord(writeRecord(record)), record)
})

test('every signal of a closed vocabulary is one that needs no escapes, so it may be written as it is', () => {
  const record = full()
  for (const { name, kind } of signals) {
    const value = record[name]
    if ((kind === 'choice' || kind === 'hash') && typeof value === 'string') assert.equal(JSON.stringify(value), `"${value}"`)
  }
})

test('of a call that never ended the receipt tells what was known before it left, and that the rest is not known', () => {
  const named = { session_pseudonym: 'aa', idempotency_hmac: 'bb', wire: 'openai-chat', account: 'main', region: 'eu' }
  const record = { ...full(), ...named, provider: 'p', resolved_model: 'm', expires_at: 99 }
  const found = readInterrupted(writeIntent(record))!
  assert.equal(found.completeness, 'interrupted')
  assert.equal(found.outcome, 'interrupted')
  for (const name of ['id', 'created_at', 'key_id', 'tenant_id', 'requested_model', 'provider', 'resolved_model', 'expires_at', 'request_id'] as const)
    assert.equal(found[name], record[name], name)
  for (const name of ['metadata', 'session_pseudonym', 'idempotency_hmac', 'wire', 'account', 'region'] as const)
    assert.deepEqual(found[name], record[name], name)
  assert.equal(found.provider_called, true)
  assert.equal(found.cost, null)
  assert.equal(found.cost_availability, 'unknown_usage')
  assert.deepEqual(Object.keys(found).toSorted(), signals.map(({ name }) => name).toSorted())
})

test('what is no intent makes no receipt', () => {
  for (const text of ['', '{', 'null', '[]', '{}', '{"id":1}', '{"id":"dec_1"}', '"dec_1"']) assert.equal(readInterrupted(text), undefined)
})
