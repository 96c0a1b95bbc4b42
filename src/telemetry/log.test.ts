/** The log is JSON, a line for each thing, two for each call; it never holds the process up and never ends it. */

import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { openRecord } from '../receipts/opening.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { Log } from './log.ts'

const line = { method: 'POST', path: '/v1/chat/completions', responseBytes: 42 }

function record(fields: Partial<ReceiptRecord> = {}): ReceiptRecord {
  return {
    ...openRecord({
      instance: 'i',
      version: '1',
      build: '0'.repeat(16),
      config: '1'.repeat(16),
      requestId: 'req_12345678',
      traceId: null,
      client: 'other',
      surface: 'openai-chat',
      operation: 'chat',
    }),
    status: 200,
    duration: 5_000_000,
    ...fields,
  }
}

/** A stream that keeps what is written to it, or holds it up, or breaks. */
function openStream(write: (text: string, done: (error?: Error) => void) => void = (_text, done) => done()) {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      text += chunk
      write(chunk, done)
    },
  })
  return {
    stream,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((one) => JSON.parse(one) as Record<string, unknown>),
  }
}

test('a call is two lines, the request and what was inferred, with the names of the contract in their order', () => {
  const out = openStream()
  const log = new Log(out.stream, 'info')
  const called = {
    provider: 'east',
    requested_model: 'fast',
    resolved_model: 'gpt-4o',
    claimed_model: 'gpt-4o-2024',
    input_hash: 'ab',
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
    provider_duration: 4,
    fallback: true,
    metadata: { team: 'red' },
  }
  log.call(record(called), line)
  log.flush()
  const [request, inference] = out.lines()
  assert.deepEqual(Object.keys(request!), ['time', 'level', 'msg', 'request_id', 'method', 'path', 'status', 'response_bytes', 'gateway_latency'])
  assert.deepEqual(
    { ...request, time: '' },
    {
      time: '',
      level: 'INFO',
      msg: 'request',
      request_id: 'req_12345678',
      method: 'POST',
      path: '/v1/chat/completions',
      status: 200,
      response_bytes: 42,
      gateway_latency: 5_000_000,
    },
  )
  assert.deepEqual(Object.keys(inference!), [
    'time',
    'level',
    'msg',
    'request_id',
    'routed_provider',
    'requested_model',
    'routed_model',
    'model_version',
    'input_hash',
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'provider_latency',
    'gateway_latency',
    'fallback_occurred',
    'metadata',
  ])
  assert.deepEqual(
    [inference!.routed_provider, inference!.model_version, inference!.fallback_occurred, inference!.metadata],
    ['east', 'gpt-4o-2024', true, '{"team":"red"}'],
  )
  assert.ok(!Number.isNaN(Date.parse(String(request!.time))))
})

test('what is not known of a call is null, and no metadata is an empty object', () => {
  const out = openStream()
  const log = new Log(out.stream, 'debug')
  log.call(record(), line)
  log.flush()
  const { routed_provider, prompt_tokens, metadata } = out.lines()[1]!
  assert.deepEqual([routed_provider, prompt_tokens, metadata], [null, null, '{}'])
})

test('[C39] whatever stands in a name or a sentence, a record is one line', () => {
  const out = openStream()
  const log = new Log(out.stream, 'info')
  const odd = 'a\nb\r\u2028\u001b[31m"},{"level":"ERROR"'
  log.tell('warn', odd, { odd })
  log.call(record({ provider: odd, metadata: { team: odd } }), line)
  log.flush()
  assert.equal(out.text().split('\n').length, 4)
  const [told, , inference] = out.lines()
  assert.deepEqual([told!.msg, told!.odd, told!.level, inference!.routed_provider], [odd, odd, 'WARN', odd])
})

test('lines below the level are not written', () => {
  const written = (['debug', 'info', 'warn', 'error'] as const).map((level) => {
    const out = openStream()
    const log = new Log(out.stream, level)
    for (const told of ['debug', 'info', 'warn', 'error'] as const) log.tell(told, told)
    log.call(record(), line)
    log.flush()
    return out.lines().map(({ msg }) => msg)
  })
  assert.deepEqual(written, [
    ['debug', 'info', 'warn', 'error', 'request', 'inference'],
    ['info', 'warn', 'error', 'request', 'inference'],
    ['warn', 'error'],
    ['error'],
  ])
})

test('lines leave together, and without being asked', async () => {
  let writes = 0
  const out = openStream((_text, done) => {
    writes += 1
    done()
  })
  const log = new Log(out.stream, 'info')
  for (let call = 0; call < 50; call += 1) log.call(record(), line)
  assert.equal(writes, 0)
  while (writes === 0) await new Promise(setImmediate)
  assert.deepEqual([writes, out.lines().length], [1, 100])
})

test('[B31] a reader that does not read costs lines and no memory, and they are counted', () => {
  const out = openStream(() => {})
  const log = new Log(out.stream, 'info')
  const sentence = 'x'.repeat(10_000)
  for (let told = 0; told < 2000; told += 1) log.tell('info', sentence)
  log.flush()
  assert.ok(out.stream.writableLength < 9 * 2 ** 20, `${out.stream.writableLength}`)
  assert.ok(log.dropped > 1000 && log.dropped < 2000, `${log.dropped}`)
})

test('[B30] [B31] a stream that breaks or throws ends the log and not the process', async () => {
  const out = openStream((_text, done) => done(new Error('EPIPE')))
  const log = new Log(out.stream, 'info')
  log.tell('info', 'one')
  log.flush()
  await new Promise(setImmediate)
  log.tell('info', 'two')
  log.flush()
  assert.deepEqual([out.lines().length, log.dropped], [1, 1])

  const throwing = openStream()
  throwing.stream.write = () => {
    throw new Error('broken')
  }
  const other = new Log(throwing.stream, 'info')
  other.tell('info', 'one')
  other.tell('info', 'two')
  other.flush()
  assert.equal(other.dropped, 2)
})
