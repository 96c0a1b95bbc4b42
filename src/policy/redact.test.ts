/** What is taken out of texts, and put back into answers. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChatEvent } from '../canonical/chat.ts'
import type { Speaker } from './detector.ts'
import { compileDetector, inspect } from './detectors/index.ts'
import { covers, Placeholders, redact } from './redact.ts'
import type { Redaction } from './verdict.ts'

const detectors = [compileDetector({ kind: 'pii', name: 'pii' }), compileDetector({ kind: 'words', name: 'names', words: ['joe'] })]
const placeholder: Redaction = { what: 'pii', how: 'placeholder', restores: true }
const mask: Redaction = { what: 'pii.*', how: 'mask', restores: false }

function redacted(texts: readonly string[], redactions: readonly Redaction[], placeholders = new Placeholders()): readonly string[] {
  const passages = texts.map((text) => ({ from: 'user' as Speaker, text }))
  const edits = redact(passages, inspect(passages, detectors), redactions, placeholders)
  return texts.map((text, at) => edits.find(({ passage }) => passage === at)?.text ?? text)
}

const deltas = (text: string, size: number, index = 0): readonly ChatEvent[] =>
  (text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((piece) => ({ type: 'delta', index, text: piece }))
const textOf = (events: readonly ChatEvent[]): string => events.map((event) => (event.type === 'delta' ? event.text : '')).join('')

describe('redaction', () => {
  it('puts the name of the kind in the place of what was found', () => {
    assert.deepEqual(redacted(['ask joe@example.com or call +49 30 901820.', 'nothing'], [mask]), ['ask [email] or call [phone].', 'nothing'])
  })

  it('gives the same value the same placeholder in all of a call, and no name that the client wrote itself', () => {
    assert.deepEqual(redacted(['a@b.cc <EMAIL_1>', 'c@d.ee and a@b.cc'], [placeholder]), ['<EMAIL_2> <EMAIL_1>', '<EMAIL_3> and <EMAIL_2>'])
  })

  it('takes what overlaps out as one, and a mask before a placeholder', () => {
    assert.deepEqual(redacted(['to joe@example.com'], [placeholder, { ...mask, what: 'names' }]), ['to [email]'])
    assert.deepEqual(redacted(['to joe@example.com'], [placeholder, { ...mask, what: 'pii.email' }]), ['to [email]'])
  })

  it('knows what a rule means by its words', () => {
    const finding = { detector: 'pii', kind: 'email' }
    assert.deepEqual(
      ['pii', 'pii.*', 'pii.email', 'pii.phone', 'secrets', 'pi'].map((what) => covers(what, finding)),
      [true, true, true, false, false, false],
    )
  })
})

describe('what is put back into an answer', () => {
  const value = 'joe@example.com'
  const quoted = 'pass"\\\n'

  function placeholders(): Placeholders {
    const made = new Placeholders()
    made.nameOf('email', value, true)
    made.nameOf('password', quoted, true)
    made.nameOf('iban', 'DE00', false)
    return made
  }

  it('comes wherever deltas cut the names, and what only looks like one stays', () => {
    const text = 'a <EMAIL_1>, <b>bold</b> <EMAIL_2> <EMAIL_ <<EMAIL_1>> <IBAN_1> \\ <'
    const expected = text.replaceAll('<EMAIL_1>', value)
    for (let size = 1; size < text.length; size++) {
      const restore = placeholders().restorer()
      const told = [
        ...restore([{ type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } }]),
        ...deltas(text, size).flatMap((event) => restore([event])),
        ...restore([{ type: 'close', index: 0 }]),
      ]
      assert.equal(textOf(told), expected, `cut at ${size}`)
    }
  })

  it('is written as JSON is in the arguments of a tool, however the model escaped the name', () => {
    const text = '{"to":"<EMAIL_1>","p":"\\u003cPASSWORD_1\\u003e","q":"\\u003CPASSWORD_1\\u003E"}'
    for (let size = 1; size < text.length; size++) {
      const restore = placeholders().restorer()
      const told = [
        ...restore([{ type: 'open', choice: 0, index: 0, block: { type: 'tool-call', id: 'c', name: 'f', input: '' } }]),
        ...deltas(text, size).flatMap((event) => restore([event])),
        ...restore([{ type: 'close', index: 0 }]),
      ]
      assert.deepEqual(JSON.parse(textOf(told)), { to: value, p: quoted, q: quoted })
    }
  })

  it('is written as JSON is where the words of the answer are JSON', () => {
    const text = '{"p":"<PASSWORD_1>"}'
    const restore = placeholders().restorer(true)
    const told = [
      ...restore([{ type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } }]),
      ...restore(deltas(text, 3)),
      ...restore([{ type: 'close', index: 0 }]),
    ]
    assert.deepEqual(JSON.parse(textOf(told)), { p: quoted })
  })

  it('holds back no more than a name is long', () => {
    const restore = placeholders().restorer()
    restore([{ type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } }])
    assert.equal(textOf(restore(deltas(`<${'A'.repeat(500)}`, 1000))).length > 400, true)
  })
})
