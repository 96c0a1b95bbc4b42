/** Signed notes: one from elsewhere is read, what is signed here is taken, and what anybody changed is not. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readCheckpoint, readStatement, splitNotes, writeCheckpoint } from './note-bodies.ts'
import { keyAt, readKeys, vouch } from './note-keys.ts'
import { readKey, readNote, signerOf, verifyNote, writeNote } from './note.ts'

/** The example in the documentation of Go's `golang.org/x/mod/sumdb/note`. */
const neumann = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  note: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`,
}

const seed = (byte: number): Buffer => Buffer.alloc(32, byte)
const origin = 'omni-gateway/log_0'
const [one, two, three] = [signerOf(origin, seed(1)), signerOf(origin, seed(2)), signerOf(origin, seed(3))]
const body = 'a text\nof two lines\n'
const note = writeNote(body, [one])

describe('a note', () => {
  test('of another implementation is read and verified', () => {
    const key = readKey(neumann.key)
    assert.equal(key?.text, neumann.key)
    assert.equal(verifyNote(neumann.note, [key])?.keys[0], key)
  })

  test('says who signed it, and passes over those that nobody asked for', () => {
    const both = writeNote(body, [one, two])
    assert.deepEqual(verifyNote(both, [two.key]), { body, keys: [two.key] })
    assert.deepEqual(verifyNote(both, [one.key, two.key])?.keys, [one.key, two.key])
    assert.equal(verifyNote(both, [three.key]), undefined)
    assert.equal(verifyNote(both, []), undefined)
  })

  test('[C74] with any one character changed, left out or added is not taken', () => {
    const change = fc.tuple(fc.nat(note.length - 1), fc.constantFrom('replace', 'remove', 'insert'), fc.constantFrom('A', '0', '\n', ' ', '—', '=', '\u0000'))
    fc.assert(
      fc.property(change, ([at, how, character]) => {
        const [rest, put] = [how === 'insert' ? at : at + 1, how === 'remove' ? '' : character]
        const changed = `${note.slice(0, at)}${put}${note.slice(rest)}`
        fc.pre(changed !== note)
        assert.equal(verifyNote(changed, [one.key]), undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('[C74] whose signature under a known key is wrong is not taken for the sake of another that is right', () => {
    const forged = writeNote('another text\n', [two]).split('\n').at(-2)!
    assert.equal(verifyNote(`${note}${forged}\n`, [one.key, two.key]), undefined)
    assert.ok(verifyNote(`${note}${forged}\n`, [one.key]))
  })

  test('of any shape is read or refused, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '—', ' ', '+', 'AAAA', '=', '\t') }), (text) => void readNote(text)))
    for (const text of ['', '\n', '\n\n', 'a\n\n— a AAAA\n', 'a\n\n— a AAAAAAA\n', `${note}x`, note.replaceAll('\n', '\r\n'), 'a\n'.repeat(1e5)]) {
      assert.equal(verifyNote(text, [one.key]), undefined)
    }
  })
})

describe('a public key', () => {
  test('[C74] is not one with another id, name, kind or length, or when written in another way', () => {
    const { text } = one.key
    const marked = Buffer.from(text.split('+').slice(2).join('+'), 'base64')
    const wrong = [
      text.replace(one.key.id, two.key.id),
      text.replace('log_0', 'log_1'),
      `${origin}+${one.key.id}+${Buffer.concat([Buffer.of(2), marked.subarray(1)]).toString('base64')}`,
      `${origin}+${one.key.id}+${marked.subarray(0, 32).toString('base64')}`,
      `${text}=`,
      `${text} `,
      '',
    ]
    for (const each of wrong) assert.equal(readKey(each), undefined, each)
    assert.equal(readKey(text)?.id, one.key.id)
  })
})

describe('a checkpoint', () => {
  const checkpoint = { origin, size: 7, root: seed(9), time: 1, config: 'ab', build: 'cd' }

  test('is what was written', () => assert.deepEqual(readCheckpoint(writeCheckpoint(checkpoint)), checkpoint))

  test('has its numbers and its root in one spelling alone', () => {
    const text = writeCheckpoint(checkpoint)
    const wrong = [
      text.replace('\n7\n', '\n07\n'),
      text.replace('\n7\n', '\n-7\n'),
      text.replace('\n7\n', '\n9007199254740993\n'),
      text.replace('time 1', 'time 1.0'),
    ]
    for (const each of [...wrong, `${text}more\n`, text.slice(0, -1), text.replace(seed(9).toString('base64'), seed(9).toString('base64url'))]) {
      assert.equal(readCheckpoint(each), undefined, each)
    }
  })
})

describe('the keys of a log', () => {
  const first = vouch(one, undefined, { time: 1, from: 0 })
  const second = vouch(two, one, { time: 2, from: 10 })
  const third = vouch(three, two, { time: 3, from: 20 })

  test('follow each other, and each signs from its place on', () => {
    const keys = readKeys(origin, [first, second, third])!
    assert.deepEqual(
      [0, 9, 10, 19, 20, 1e9].map((size) => keyAt(keys, size)?.id),
      [one, one, two, two, three, three].map(({ key }) => key.id),
    )
  })

  test('[C74] are no keys when one is missing, first, out of order, of another log, or not vouched for by the one before', () => {
    const wrong = [
      [],
      [second],
      [first, third],
      [second, first],
      [first, first],
      [first, vouch(two, undefined, { time: 2, from: 10 })],
      [first, vouch(three, two, { time: 2, from: 10 })],
      [first, vouch(two, one, { time: 2, from: 0 })],
      [vouch(one, undefined, { time: 1, from: 1 })],
      [first, vouch(signerOf('omni-gateway/log_1', seed(2)), one, { time: 2, from: 10 })],
      [first, second.replace('from 10', 'from 11')],
    ]
    for (const [at, notes] of wrong.entries()) assert.equal(readKeys(origin, notes), undefined, String(at))
    assert.equal(readKeys('omni-gateway/log_1', [first]), undefined)
    assert.equal(readStatement('x'), undefined)
  })
})

test('a file of notes is read up to the last that is whole', () => {
  const file = `${note}\n${note}\n`
  assert.deepEqual(splitNotes(file), { notes: [note, note], rest: '' })
  for (let cut = 1; cut < note.length; cut += 1) {
    const { notes, rest } = splitNotes(file.slice(0, -cut))
    assert.deepEqual([notes, `${note}\n${rest}`], [[note], file.slice(0, -cut)])
  }
})
