/** Event streams are cut the same way however their bytes are split, in time that grows with their length and not faster. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FramingFault } from './framing.ts'
import { SseCutter, type SseMessage } from './sse.ts'

interface Told {
  readonly event: string
  readonly data: string
}

/** The algorithm of the standard, line by line, but that the last message may lack its blank line. */
function readPlainly(text: string): Told[] {
  const told: Told[] = []
  let data: string[] = []
  let event = ''
  for (const line of [...text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/), '']) {
    if (line === '') {
      if (data.join('\n') !== '') told.push({ event, data: data.join('\n') })
      data = []
      event = ''
      continue
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (name === 'data') data.push(value)
    if (name === 'event') event = value
  }
  return told
}

const told = (messages: readonly SseMessage[]): Told[] => messages.map(({ event, data }) => ({ event, data })).filter(({ data }) => data !== '')

/** All messages of the bytes, which come in these pieces. */
function cut(pieces: readonly Buffer[], limit = 1 << 20): SseMessage[] {
  const cutter = new SseCutter(limit)
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()]
}

const bytesOf = (messages: readonly SseMessage[]): Buffer => Buffer.concat(messages.map(({ bytes }) => bytes))

const awkward = [
  'data: a\r\ndata: b\r\n\r\ndata: c\r\rdata: d\n\n',
  '\ufeffdata: after a mark\n\n\ufeffdata: no field\n\ndata: e\n\n',
  ': comment\n\nevent: named\nid: 7\nretry: 10\ndata:no space\ndata:  two spaces\ndata\n\n',
  'data: Héllo 🌍\r\n\r\ndata: \ud83d\ude00\u2028\n\r\ndata: mixed\r\n\n',
  '\n\n\r\r\ndata: 1\n\r\n\r\ndata: 2\r\n\rdata: 3\n\r',
  'data: {"no":"end"}',
  'data: one line end\n',
  'data: a carriage return\r',
  'event: alone\n\ndata: has no name\n\n',
]

test('a stream says the same wherever it is split, in two and in single bytes', () => {
  for (const text of awkward) {
    const bytes = Buffer.from(text)
    const expected = readPlainly(text)
    assert.deepEqual(told(cut([bytes])), expected, JSON.stringify(text))
    assert.deepEqual(told(cut([...bytes].map((byte) => Buffer.from([byte])))), expected, JSON.stringify(text))
    for (let at = 0; at <= bytes.length; at += 1) {
      assert.deepEqual(told(cut([bytes.subarray(0, at), bytes.subarray(at)])), expected, `${JSON.stringify(text)} at ${at}`)
    }
  }
})

const line = fc.constantFrom('data: x', 'data:', 'data', 'data: é🌍', 'event: e', ': c', 'id: 1', 'ta: x', '')
const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const stream = fc
  .array(
    fc.tuple(line, lineEnd).map(([text, end]) => text + end),
    { maxLength: 30 },
  )
  .map((lines) => lines.join(''))

test('any lines with any line ends in any pieces are cut as the standard reads them, and no byte is lost (case 84)', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), fc.boolean(), (text, offsets, isMarked) => {
      const bytes = Buffer.from(isMarked ? `\ufeff${text}` : text)
      const stops = [0, ...offsets.map((offset) => Math.min(offset, bytes.length)).sort((left, right) => left - right), bytes.length]
      const messages = cut(stops.slice(1).map((stop, at) => bytes.subarray(stops[at], stop)))
      assert.deepEqual(told(messages), readPlainly(text))
      const kept = bytesOf(messages)
      const whole = Buffer.from(text)
      assert.ok(kept.subarray(0, whole.length).equals(whole.subarray(0, kept.length)), 'bytes were changed')
      assert.match(kept.subarray(whole.length).toString(), /^\n*$/)
      assert.match(whole.subarray(kept.length).toString(), /^[\r\n]*$/)
    }),
  )
})

test('what follows the last message cannot run into it, also where the server left out its line ends', () => {
  for (const ending of ['', '\n', '\r', '\r\n']) {
    const last = cut([Buffer.from(`data: last${ending}`)])
    assert.deepEqual(readPlainly(`${bytesOf(last).toString()}data: more\n\n`), [
      { event: '', data: 'last' },
      { event: '', data: 'more' },
    ])
  }
})

test('bytes of a message are its own: what comes later does not overwrite them', () => {
  const cutter = new SseCutter(1 << 20)
  const chunks = ['data: fir', 'st\n\ndata: sec', 'ond\n\ndata: third\n\n']
  const messages = chunks.flatMap((chunk) => cutter.push(Buffer.from(chunk)))
  assert.equal(bytesOf(messages).toString(), chunks.join(''))
})

test('a message may have as many bytes as the limit says and not one more, however it comes', () => {
  const fits = Buffer.from(`data: ${'x'.repeat(92)}\n\n`)
  const tooLong = Buffer.from(`data: ${'x'.repeat(93)}\n\n`)
  for (const size of [1, 7, 100, 101]) {
    const split = (bytes: Buffer) => Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
    assert.equal(cut(split(fits), 100).length, 1)
    assert.throws(() => cut(split(tooLong), 100), FramingFault, `in pieces of ${size}`)
  }
})

test('a line without an end is given up at the limit', () => {
  const cutter = new SseCutter(1 << 20)
  const piece = Buffer.alloc(1 << 16, 'x')
  assert.throws(() => {
    for (let pushed = 0; pushed < 1 << 21; pushed += piece.length) cutter.push(piece)
  }, FramingFault)
})

/** A cutter that looks at a byte again for each message, or for each chunk, takes minutes for these. */
const heavy: readonly { readonly title: string; readonly pieces: () => readonly Buffer[]; readonly count: number }[] = [
  { title: 'hundreds of thousands of tiny messages in one chunk', pieces: () => [Buffer.from('data:x\n\n'.repeat(400_000))], count: 400_000 },
  { title: 'the same with carriage returns', pieces: () => [Buffer.from('data:x\r\n\r\n'.repeat(400_000))], count: 400_000 },
  { title: 'the same with one carriage return at the end', pieces: () => [Buffer.from(`${'data:x\n\n'.repeat(400_000)}data:y\r\n\r\n`)], count: 400_001 },
  { title: 'a message of a megabyte that comes byte by byte', pieces: () => Array.from({ length: 1_000_000 }, () => Buffer.from('x')), count: 1 },
  {
    title: 'tiny messages that never end with their chunk, behind a large one',
    pieces: () => [
      Buffer.from('d'),
      Buffer.alloc(1_000_000, 'x'),
      Buffer.from('\n\nda'),
      ...Array.from({ length: 3000 }, () => Buffer.from(`ta:x\n\n${'data:x\n\n'.repeat(50)}da`)),
    ],
    count: 3000 * 51 + 2,
  },
]

for (const { title, pieces, count } of heavy) {
  test(`time grows with the bytes alone: ${title}`, () => {
    const given = pieces()
    const begun = performance.now()
    assert.equal(cut(given, 1 << 21).length, count)
    assert.ok(performance.now() - begun < 4000, `took ${performance.now() - begun} ms`)
  })
}
