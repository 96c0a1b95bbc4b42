/** Cutting form bodies: whatever the split, the offsets lead to the bytes that were sent; what could be read in two ways is refused. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundaryOf, MultipartCutter, MultipartFault, type Part } from './multipart.ts'

interface Found {
  readonly part: Part
  readonly data: Buffer
  /** The same bytes by their offsets in the body. */
  readonly placed: Buffer
}

function cut(body: Buffer, boundary: string, sizes: readonly number[] = []): Found[] {
  const cutter = new MultipartCutter(boundary)
  const found: Found[] = []
  let open: { part: Part; at: number; pieces: Buffer[] } | undefined
  for (const chunk of splitBy(body, sizes)) {
    for (const one of cutter.push(chunk)) {
      if (one.kind === 'open') open = { part: one.part, at: one.at, pieces: [] }
      else if (one.kind === 'data') open!.pieces.push(one.bytes)
      else found.push({ part: open!.part, data: Buffer.concat(open!.pieces), placed: body.subarray(open!.at, one.at) })
    }
  }
  assert.ok(cutter.isClosed, 'the body is whole')
  return found
}

function* splitBy(body: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0
  for (let turn = 0; at < body.length; turn += 1) {
    const size = sizes.length === 0 ? body.length : sizes[turn % sizes.length]!
    yield body.subarray(at, at + size)
    at += size
  }
}

const field = (name: string, value: string | Buffer, more = ''): Buffer =>
  Buffer.concat([Buffer.from(`--b0\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')])
const last = Buffer.from('--b0--\r\n')

test('any parts (RFC 7578), split anywhere, come out as they went in, and stand where the offsets say', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
  const alike = fc.constantFrom('\r\n--b', '\r\n--b1', '--b0', '\n--b0', '\r\n-', '\r', '\r\n', '\r\r\n--').map((text) => Buffer.from(text))
  const data = fc.array(fc.oneof(bytes, alike), { maxLength: 6 }).map((pieces) => Buffer.concat(pieces))
  const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(data, { minLength: 1, maxLength: 5 }), sizes, (values, split) => {
      const clean = values.filter((value) => !Buffer.concat([Buffer.from('\r\n'), value]).includes('\r\n--b0'))
      const body = Buffer.concat([...clean.map((value, at) => field(`f${at}`, value, at % 2 ? '; filename="a.wav"' : '')), last])
      const found = cut(body, 'b0', split)
      assert.deepEqual(
        found.map((one) => one.data),
        clean,
      )
      assert.deepEqual(
        found.map((one) => one.placed),
        clean,
      )
      assert.deepEqual(
        found.map(({ part }) => part.fileName),
        clean.map((_, at) => (at % 2 ? 'a.wav' : undefined)),
      )
    }),
  )
})

test('the bodies that fetch makes are cut', async () => {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array([0, 13, 10, 45, 45])], { type: 'audio/wav' }), 'a "quoted" näme.wav')
  form.set('model', 'whisper-1')
  form.append('timestamp_granularities[]', 'word')
  form.set('empty', '')
  const request = new Request('http://127.0.0.1', { method: 'POST', body: form })
  const boundary = boundaryOf(request.headers.get('content-type')!)!
  const found = cut(Buffer.from(await request.arrayBuffer()), boundary, [7])
  assert.deepEqual(
    found.map(({ part, data }) => [part.name, part.type, data.length]),
    [
      ['file', 'audio/wav', 5],
      ['model', undefined, 9],
      ['timestamp_granularities[]', undefined, 4],
      ['empty', undefined, 0],
    ],
  )
  assert.match(found[0]!.part.fileName!, /n\u00e4me\.wav$/)
})

test('what two readers could read in two ways is refused', () => {
  const refused: readonly (readonly [string, Buffer])[] = [
    ['no boundary at its beginning', Buffer.concat([Buffer.from('preamble\r\n'), field('model', 'm'), last])],
    ['behind a boundary', Buffer.concat([field('a', 'x\r\n--b0X'), last])],
    ['behind a boundary', Buffer.concat([field('a', 'x'), Buffer.from('--b0 \r\n')])],
    ['behind its last boundary', Buffer.concat([field('a', 'x'), last, field('model', 'm')])],
    ['two names', field('a', 'x', '; name="model"')],
    ['a plain name', field('mod\\el', 'x')],
    ['a plain name', field('a', 'x', "; name*=UTF-8''model")],
    ['a plain name', Buffer.from('--b0\r\nContent-Disposition: attachment; name="a"\r\n\r\n')],
    ['cannot be read', Buffer.from('--b0\r\nContent-Disposition: form-data;\r\n name="a"\r\n\r\n')],
    ['cannot be read', Buffer.from('--b0\r\nContent-Disposition: form-data; name="a"\r\ncontent-disposition: form-data; name="b"\r\n\r\n')],
    ['cannot be read', Buffer.from('--b0\r\n\r\ndata without a head\r\n\r\n')],
    ['another encoding', Buffer.from('--b0\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n')],
    ['too long', Buffer.from(`--b0\r\nContent-Disposition: form-data; name="${'a'.repeat(9000)}`)],
    ['parts', Buffer.concat(Array.from({ length: 513 }, () => field('a', '')))],
  ]
  for (const [says, body] of refused) {
    assert.throws(
      () => new MultipartCutter('b0').push(body),
      (error: unknown) => error instanceof MultipartFault && error.message.includes(says),
      says,
    )
  }
})

test('a body that ends before its last boundary is not whole', () => {
  const body = Buffer.concat([field('a', 'x'), last])
  for (let length = 0; length < body.length - 2; length += 1) {
    const cutter = new MultipartCutter('b0')
    cutter.push(body.subarray(0, length))
    assert.equal(cutter.isClosed, false, `${length}`)
  }
})

test('a boundary is taken from a header that names one, and from no other', () => {
  assert.equal(boundaryOf('multipart/form-data; boundary=----formdata-undici-01'), '----formdata-undici-01')
  assert.equal(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"'), 'a b')
  for (const header of [
    'application/json',
    'multipart/form-data',
    'multipart/mixed; boundary=a',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary=a; Boundary="b',
    `multipart/form-data; boundary=${'a'.repeat(71)}`,
  ])
    assert.equal(boundaryOf(header), undefined, header)
})
