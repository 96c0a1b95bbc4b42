/** Subtitles: times as the formats want them, lines that people can read, and nothing in them that would end a cue. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Timed, Transcript } from '../../canonical/media.ts'
import { cuesOf, writeSrt, writeVtt } from './subtitles.ts'

const transcript = (fields: Partial<Transcript>): Transcript => ({ text: '', words: [], segments: [], usage: {}, ...fields })
const word = (text: string, start: number): Timed => ({ text, start, end: start + 0.4 })

test('cues are numbered in SRT and not in WebVTT, with times to the millisecond', () => {
  const cues = [
    { text: 'One', start: 0, end: 1.2345 },
    { text: 'Two', start: 3661.9996, end: 3662.5 },
  ]
  assert.equal(writeSrt(cues), '1\n00:00:00,000 --> 00:00:01,235\nOne\n\n2\n01:01:02,000 --> 01:01:02,500\nTwo\n\n')
  assert.equal(writeVtt(cues), 'WEBVTT\n\n00:00:00.000 --> 00:00:01.235\nOne\n\n01:01:02.000 --> 01:01:02.500\nTwo\n\n')
})

test('the provider’s segments are the cues; of words alone lines are made, which end with a sentence, when full, or after some seconds', () => {
  const segments = [word('whole', 0)]
  assert.equal(cuesOf(transcript({ segments, words: [word('part', 0)] })), segments)
  const words = [word('Hello', 0), word('world.', 0.5), word('And', 1), word('late', 9)]
  assert.deepEqual(
    cuesOf(transcript({ words })).map(({ text, start, end }) => [text, start, end]),
    [
      ['Hello world.', 0, 0.9],
      ['And', 1, 1.4],
      ['late', 9, 9.4],
    ],
  )
  const long = cuesOf(transcript({ words: Array.from({ length: 30 }, (_, at) => word('eightlet', at / 10)) }))
  assert.ok(long.length > 1 && long.every(({ text }) => text.length <= 80))
})

test('a text without any times is one cue, and silence is none', () => {
  assert.deepEqual(cuesOf(transcript({ text: 'Hi', duration: 2 })), [{ text: 'Hi', start: 0, end: 2 }])
  assert.deepEqual(cuesOf(transcript({})), [])
  assert.equal(writeVtt([]), 'WEBVTT\n\n')
})

test('an empty line or an arrow of the text ends no cue', () => {
  assert.equal(writeSrt([{ text: 'a\n\nb --> c', start: 0, end: 1 }]), '1\n00:00:00,000 --> 00:00:01,000\na\nb -> c\n\n')
})
