/** A stream that trickles is told from one that rests, one that ends, and one that says much at once. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Progress } from './progress.ts'

/** When a stream is found to trickle that brings `said(second)` frames of `bytes` in each second; undefined where it is not within ten minutes. */
function trickles(said: (second: number) => number, bytes = 200): number | undefined {
  const progress = new Progress(30_000, 0)
  for (let second = 1; second <= 600; second += 1) {
    const frames = said(second)
    if (frames > 0) progress.note(frames, frames * bytes)
    if (progress.isTrickle(second * 1000)) return second
  }
  return undefined
}

test('[A49] (routing 16) a character every ten seconds is a trickle after two windows', () => {
  assert.equal(
    trickles((second) => (second % 10 === 0 ? 1 : 0)),
    60,
  )
})

test('a word a second is none, nor are paragraphs that come seldom', () => {
  assert.equal(
    trickles(() => 1),
    undefined,
  )
  assert.equal(
    trickles((second) => (second % 20 === 0 ? 1 : 0), 2500),
    undefined,
  )
})

test('silence is none, however long, nor are a few words before and after it', () => {
  assert.equal(
    trickles(() => 0),
    undefined,
  )
  assert.equal(
    trickles((second) => (second % 90 === 0 ? 3 : 0)),
    undefined,
  )
})

test('one slow window among quick ones is none: the last words of an answer are few', () => {
  assert.equal(
    trickles((second) => (second <= 30 || second > 60 ? 2 : second === 45 ? 1 : 0)),
    undefined,
  )
  const progress = new Progress(30_000, 0)
  progress.note(1, 200)
  assert.equal(progress.isTrickle(30_000), false)
})

test('what could not come, because nobody took it, is not missed', () => {
  const progress = new Progress(30_000, 0)
  for (let second = 1; second <= 300; second += 1) {
    if (second % 10 === 0) progress.note(1, 200)
    if (second % 5 === 0) progress.restart(second * 1000)
    assert.equal(progress.isTrickle(second * 1000), false)
  }
})
