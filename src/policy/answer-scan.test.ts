/** What the scan of an answer lets pass, holds back, takes out and blocks, wherever the stream is cut. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChatEvent } from '../canonical/chat.ts'
import { fold } from '../canonical/fold.ts'
import { AnswerScan, type Ruling } from './answer-scan.ts'
import { compileDetector } from './detectors/index.ts'
import type { Inspected } from './detector.ts'

const words = compileDetector({ kind: 'words', name: 'words', words: ['forbidden'] })
const pii = compileDetector({ kind: 'pii', name: 'pii' })

const blocks = (found: Inspected): Ruling => ({ isBlocked: found.words!.count > 0, redactions: [] })
const masks = (): Ruling => ({ isBlocked: false, redactions: [{ what: 'pii', how: 'mask', restores: false }] })

function eventsOf(pieces: readonly string[], index = 0): readonly ChatEvent[] {
  return [
    { type: 'open', choice: 0, index, block: { type: 'text', text: '' } },
    ...pieces.map((text): ChatEvent => ({ type: 'delta', index, text })),
    { type: 'close', index },
  ]
}

const cutAt = (text: string, size: number): readonly string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
const textOf = (events: readonly ChatEvent[]): string => events.map((event) => (event.type === 'delta' ? event.text : '')).join('')
const start: ChatEvent = { type: 'start', id: 'a', model: 'm' }

function scanAll(scan: AnswerScan, events: readonly ChatEvent[]): readonly ChatEvent[] {
  return events.flatMap((event) => scan.scan([event]))
}

describe('the scan of an answer', () => {
  it('(routing 23, 62) catches a forbidden word wherever deltas cut it, and tells none of it', () => {
    const text = `${'so it goes on. '.repeat(90)}a forbidden word ${'and more. '.repeat(60)}`
    for (const size of [1, 2, 3, 5, 7, 64, 1000, 5000]) {
      const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 1024, overlap: 256 })
      const told = textOf(scanAll(scan, eventsOf(cutAt(text, size))))
      assert.equal(scan.isBlocked, true)
      assert.equal(text.startsWith(told), true)
      assert.equal(told.includes('forb'), false, `cut at ${size}`)
    }
  })

  it('(routing 23) catches it at every offset to the window', () => {
    for (let offset = 0; offset < 140; offset++) {
      const text = `${'x '.repeat(offset)}forbidden${' y'.repeat(100)}`
      const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 64, overlap: 16 })
      assert.equal(textOf(scanAll(scan, eventsOf(cutAt(text, 3)))).includes('forb'), false)
      assert.equal(scan.isBlocked, true)
    }
  })

  it('holds back no more than the window, and tells all at the end', () => {
    const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 64, overlap: 16 })
    let came = 0
    let told = 0
    for (const event of eventsOf(cutAt('harmless words. '.repeat(50), 4))) {
      came += event.type === 'delta' ? event.text.length : 0
      told += textOf(scan.scan([event])).length
      assert.ok(came - told < 64 + 4)
    }
    assert.equal(told, came)
  })

  it('hands on deltas as they came where nothing is taken out, with all that they say beside their words', () => {
    const rest = { wire: 'openai-chat', fields: { odd: 'field' } } as const
    const events: readonly ChatEvent[] = [
      { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
      { type: 'delta', index: 0, text: 'good', rest },
      { type: 'close', index: 0 },
    ]
    const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 64, overlap: 16 })
    assert.deepEqual(scanAll(scan, events), events)
  })

  it('takes out what the rules say, wherever deltas cut it, and counts it once', () => {
    const text = `write to ann.lee@example.com ${'or not. '.repeat(12)} or to bob@example.org.${' ok'.repeat(40)}`
    for (let size = 1; size < 40; size++) {
      const scan = new AnswerScan({ detectors: [pii], judge: masks, window: 64, overlap: 32 })
      const told = textOf(scanAll(scan, eventsOf(cutAt(text, size))))
      assert.equal(told, text.replace('ann.lee@example.com', '[email]').replace('bob@example.org', '[email]'))
      assert.equal(scan.redacted, 2)
      assert.deepEqual(scan.totals.found.pii?.kinds, { email: 2 })
    }
  })

  it('keeps blocks and choices apart', () => {
    const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 64, overlap: 16 })
    const [one, two] = [eventsOf(['for', 'tune']), eventsOf(['bidden', ' city'], 1)]
    const mixed = one.flatMap((event, at) => [event, two[at]!])
    assert.equal(fold([start, ...scanAll(scan, mixed)]).id, 'a')
    assert.equal(scan.isBlocked, false)
  })

  it('inspects what a wire says in fields of its own, and takes odds and proofs away with the words', () => {
    const scan = new AnswerScan({ detectors: [pii], judge: masks, window: 64, overlap: 16 })
    const told = scanAll(scan, [
      { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
      { type: 'delta', index: 0, text: 'ask joe@example.com', rest: { wire: 'openai-chat', fields: { transcript: 'ask joe@example.com' } } },
      { type: 'close', index: 0, signature: { scheme: 'signed-thinking', value: 'proof' } },
      { type: 'finish', choice: 0, reason: 'stop', odds: [{ token: 'joe@example.com', logprob: -1 }] },
    ])
    assert.doesNotMatch(JSON.stringify(told), /joe|proof/)
  })

  it('reads the arguments of tools as they come', () => {
    const scan = new AnswerScan({ detectors: [words], judge: blocks, window: 64, overlap: 16 })
    scanAll(scan, [
      { type: 'open', choice: 0, index: 0, block: { type: 'tool-call', id: 'c', name: 'f', input: '' } },
      { type: 'delta', index: 0, text: '{"a":"forb' },
      { type: 'delta', index: 0, text: 'idden"}' },
      { type: 'close', index: 0 },
    ])
    assert.equal(scan.isBlocked, true)
  })
})
