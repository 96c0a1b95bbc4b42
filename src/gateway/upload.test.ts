/** Uploads without a server: whatever the order of the parts and the split of the bytes, what goes on is the form that came, but for the model's name. */

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ByteSource } from '../base/source.ts'
import { Failure } from '../canonical/failure.ts'
import type { StreamedBody } from '../upstream/exchange.ts'
import { Upload } from './upload.ts'

const boundary = 'b0'

interface Piece {
  readonly name: string
  readonly value: Buffer
  readonly isFile: boolean
}

const file = (value: Buffer | string): Piece => ({ name: 'file', value: Buffer.from(value), isFile: true })
const text = (name: string, value: string): Piece => ({ name, value: Buffer.from(value), isFile: false })

function formOf(pieces: readonly Piece[]): Buffer {
  const parts = pieces.flatMap(({ name, value, isFile }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="a.wav"\r\nContent-Type: audio/wav' : ''}\r\n\r\n`),
    value,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

/** Gives the bytes in pieces of these sizes, in turn. */
function sourceOf(bytes: Buffer, sizes: readonly number[]): ByteSource & { given: number } {
  let turn = 0
  return {
    given: 0,
    next() {
      if (this.given >= bytes.length) return Promise.resolve(undefined)
      const piece = bytes.subarray(this.given, this.given + sizes[turn++ % sizes.length]!)
      this.given += piece.length
      return Promise.resolve(piece)
    },
    stop() {
      this.given = bytes.length
    },
  }
}

function open(bytes: Buffer, sizes: readonly number[] = [1000], length: number | undefined = bytes.length) {
  const source = sourceOf(bytes, sizes)
  return { source, upload: new Upload(source, { boundary, length, folder: tmpdir(), most: 1e8 }) }
}

async function all(body: StreamedBody): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) pieces.push(piece)
  return Buffer.concat(pieces)
}

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
  )

test('what goes on is what came, with another model’s name and its true length, passed on or gathered', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
  const pieces = fc.shuffledSubarray(['file', 'model', 'language'] as const, { minLength: 3 })
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(pieces, bytes, sizes, fc.boolean(), async (order, sound, split, gathers) => {
      if (sound.includes('\r\n--b0')) return
      const of = (model: string) => formOf(order.map((name) => (name === 'file' ? file(sound) : text(name, name === 'model' ? model : 'en'))))
      const { upload } = open(of('openai/whisper-1'), split)
      await upload.untilNamed()
      assert.equal(upload.fields.model, 'openai/whisper-1')
      if (gathers) await upload.gather()
      const body = upload.form('a-much-longer-name-of-a-model')
      const sent = await all(body)
      assert.ok(sent.equals(of('a-much-longer-name-of-a-model')))
      assert.equal(body.length, sent.length)
      if (upload.canRepeat) assert.ok((await all(upload.form('m'))).equals(of('m')))
      assert.ok(upload.canRepeat || !gathers)
      assert.equal(upload.fields.language, 'en')
      upload.close()
    }),
    { numRuns: 60 },
  )
})

test('reading stops where the model is known and a file begins; what follows is read when it is passed on', async () => {
  const bytes = formOf([text('model', 'm'), file(Buffer.alloc(100_000)), text('stream', 'true')])
  const { source, upload } = open(bytes, [500])
  await upload.untilNamed()
  assert.ok(source.given <= 1000, `${source.given}`)
  assert.equal(upload.canRepeat, true)
  const body = upload.form('m')
  await body.next()
  await body.next()
  assert.equal(upload.canRepeat, true, 'only what is kept was given')
  await body.next()
  await body.next()
  assert.equal(upload.canRepeat, false)
  assert.equal(upload.fields.stream, undefined)
  await all(body)
  assert.equal(upload.fields.stream, 'true')
  upload.close()
})

test('the file alone is given as it stands in the form, where there is one', async () => {
  const { upload } = open(formOf([text('model', 'm'), file('sound'), text('language', 'en')]))
  await upload.gather()
  const { part, body } = upload.file()
  assert.deepEqual([part.type, body.length, (await all(body)).toString()], ['audio/wav', 5, 'sound'])
  upload.close()
  const none = open(formOf([text('model', 'm')])).upload
  await none.gather()
  assert.throws(() => none.file(), /`file` is missing/)
  const two = open(formOf([file('a'), file('b')])).upload
  await two.gather()
  assert.throws(() => two.file(), /takes one file/)
  none.close()
  two.close()
})

test('fields that come several times are lists, and a name ending in brackets is one from the first', async () => {
  const { upload } = open(formOf([text('include', 'a'), text('include', 'b'), text('marks[]', 'word'), text('empty', '')]))
  await upload.gather()
  assert.deepEqual({ ...upload.fields }, { include: ['a', 'b'], 'marks[]': ['word'], empty: '' })
  upload.close()
})

test('forms that are not whole, not forms, or too wordy are refused', async () => {
  const whole = formOf([text('model', 'm'), file('sound')])
  assert.equal(await reasonOf(open(whole.subarray(0, whole.length - 6)).upload.gather()), 'bad_request')
  assert.equal(await reasonOf(open(Buffer.from('{"model":"m"}')).upload.gather()), 'bad_request')
  assert.equal(await reasonOf(open(formOf([text('prompt', 'x'.repeat(5e6))]), [65_536]).upload.gather()), 'request_too_large')
  const crowded = new Upload(sourceOf(formOf([file(Buffer.alloc(400_000))]), [65_536]), { boundary, length: undefined, folder: tmpdir(), most: 300_000 })
  assert.equal(await reasonOf(crowded.gather()), 'overloaded')
  crowded.close()
})

test('[A06] what no client may set, and what might be read as another model, is refused behind the file too', async () => {
  const reasons = { api_base: 'forbidden_parameter', api_key: 'forbidden_parameter', omni_route: 'unsupported_parameter', model: 'duplicate_key' }
  const alike = Object.fromEntries(['Model', ' model', 'model[]', 'model[0]', 'MODEL '].map((name) => [name, 'bad_request']))
  for (const [name, reason] of Object.entries({ ...reasons, ...alike })) {
    const { upload } = open(formOf([text('model', 'm'), file(Buffer.alloc(2000)), text(name, 'other')]))
    await upload.untilNamed()
    assert.equal(await reasonOf(all(upload.form('n'))), reason, name)
    upload.close()
  }
})
