/** Binary event streams are cut the same way however their bytes are split, and nothing that is broken gets through. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import fc from 'fast-check'
import { encodeMessage, eventStream } from './eventstream.ts'
import { FramingFault, type Message } from './framing.ts'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text),
)

const event = (type: string, payload: string): Buffer =>
  encodeMessage({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload)

const told = (messages: readonly Message[]) => messages.map(({ event: name, data }) => [name, data])

/** All messages of the bytes, which come in these pieces. */
function cut(pieces: readonly Buffer[], limit = 1 << 20): Message[] {
  const cutter = eventStream.cutter(limit)
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()]
}

const pairs = [
  ['messageStart', '{"role":"assistant"}'],
  ['contentBlockDelta', '{"delta":{"text":"雪 café"}}'],
  ['', ''],
] as const
const bytes = Buffer.concat(pairs.map(([type, payload]) => event(type, payload)))

test('two messages in one read are two, and a message in many reads is one (case 79)', () => {
  assert.deepEqual(told(cut([bytes])), pairs)
  assert.deepEqual(told(cut([...bytes].map((byte) => Buffer.of(byte)))), pairs)
  for (let at = 1; at < bytes.length; at += 1) assert.deepEqual(told(cut([bytes.subarray(0, at), bytes.subarray(at)])), pairs, `cut at ${at}`)
})

test('every message keeps the bytes that said it', () => {
  for (const pieces of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
    assert.deepEqual(Buffer.concat(cut(pieces).map((message) => message.bytes)), bytes)
  }
})

test('what we write is read by the codec of the SDK, and the other way round', () => {
  const read = codec.decode(event('metadata', '{"usage":{}}'))
  assert.deepEqual(read.headers[':event-type'], { type: 'string', value: 'metadata' })
  assert.equal(Buffer.from(read.body).toString(), '{"usage":{}}')
  const written = codec.encode({
    headers: {
      yes: { type: 'boolean', value: true },
      no: { type: 'boolean', value: false },
      byte: { type: 'byte', value: 7 },
      short: { type: 'short', value: 700 },
      integer: { type: 'integer', value: 70_000 },
      blob: { type: 'binary', value: Buffer.from('xyz') },
      at: { type: 'timestamp', value: new Date(1_700_000_000_000) },
      id: { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' },
      ':event-type': { type: 'string', value: 'messageStop' },
    },
    body: Buffer.from('{}'),
  })
  assert.deepEqual(told(cut([Buffer.from(written)])), [['messageStop', '{}']])
})

test('exceptions and errors are told apart from events', () => {
  const exception = encodeMessage({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, '{"message":"slow"}')
  const error = encodeMessage({ ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'oh' }, '')
  assert.deepEqual(told(cut([exception, error])), [
    ['exception:throttlingException', '{"message":"slow"}'],
    ['error:InternalError', ''],
  ])
})

test('a byte that is not what it was is an error wherever it stands (case 79)', () => {
  for (let at = 0; at < bytes.length; at += 1) {
    const broken = Buffer.from(bytes)
    broken[at]! ^= 1
    assert.throws(() => cut([broken]), FramingFault, `byte ${at}`)
  }
})

test('a message that is cut short says nothing', () => {
  for (const length of [1, 11, 12, 20]) assert.deepEqual(cut([bytes.subarray(0, length)]), [])
  assert.deepEqual(told(cut([bytes.subarray(0, -1)])), pairs.slice(0, 2))
})

test('a message that says it is longer than the limit is refused before its bytes have come', () => {
  const long = event('contentBlockDelta', 'x'.repeat(1000))
  assert.throws(() => eventStream.cutter(999).push(long.subarray(0, 12)), /more than 999 bytes/)
  assert.equal(cut([long], long.length).length, 1)
})

test('bytes that are no event stream at all are refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 64 }), (junk) => {
      assert.throws(() => cut([Buffer.from(junk)]), FramingFault)
    }),
  )
})

test('headers that run past their end are refused', () => {
  const good = event('x', '{}')
  for (const at of [12, 12 + 12]) {
    const body = Buffer.from(good.subarray(12, -4))
    body[at - 12] = 255
    // Sealed anew, so that only the headers are wrong.
    const sealed = resealed(good, body)
    assert.throws(() => cut([sealed]), /broken headers/)
  }
})

function resealed(good: Buffer, body: Buffer): Buffer {
  const headers = good.readUInt32BE(4)
  const plain = codec.encode({ headers: {}, body })
  const bytesOf = Buffer.from(plain)
  bytesOf.writeUInt32BE(headers, 4)
  bytesOf.writeUInt32BE(crc(bytesOf.subarray(0, 8)), 8)
  bytesOf.writeUInt32BE(crc(bytesOf.subarray(0, -4)), bytesOf.length - 4)
  return bytesOf
}

/** The sum as the standard has it, bit by bit. */
function crc(part: Buffer): number {
  let sum = 0xffffffff
  for (const byte of part) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
