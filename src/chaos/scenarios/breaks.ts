/** Providers whose connection breaks, falls silent, or crawls. */

import { chunk, finish, first, raw, repeat, reset, wait, type Answer } from '../answer.ts'
import type { Scenario, Stage } from '../scenario.ts'
import { bytesOf, chunkedHead, half, sound, streamOf, timesIn } from '../telling.ts'

/** Nothing more is said, and in the end the connection breaks. */
const silence = ({ times }: Stage): Answer => [wait(times.stall), reset()]

/** Half an answer, and the bytes of a frame that is cut in its middle. */
function halfFrame(stage: Stage): Answer {
  const [next] = stage.speech.frames().filter(({ role }) => role === 'word')
  return [...half(stage), raw(chunk(next!.bytes.subarray(0, next!.bytes.length >> 1))), wait(stage.times.beat)]
}

/** Word by word, each after a while that is too short to be a silence. */
function trickle(stage: Stage): Answer {
  const { speech, streams, times } = stage
  const frames = speech.frames()
  const opening = frames.filter(({ role }) => role === 'opening')
  const [word] = frames.filter(({ role }) => role === 'word')
  const piece = streams ? word!.bytes : Buffer.from(' ')
  const start = streams ? streamOf(stage, opening).slice(0, -1) : [chunkedHead(stage)]
  return [...start, repeat(chunk(piece), timesIn(stage, times.slow), times.slow), reset()]
}

export const breaks: readonly Scenario[] = [
  { name: 'reset-at-once', says: 'breaks the connection before any byte', whole: 'recovers', stream: 'recovers', play: () => [reset()] },
  { name: 'close-at-once', says: 'closes the connection before any byte', whole: 'recovers', stream: 'recovers', play: () => [finish()] },
  {
    name: 'reset-after-headers',
    says: 'breaks the connection behind the headers',
    whole: 'recovers',
    stream: 'recovers',
    play: (stage) => [chunkedHead(stage), wait(stage.times.beat), reset()],
  },
  {
    name: 'reset-in-headers',
    says: 'breaks the connection within the headers',
    whole: 'recovers',
    stream: 'recovers',
    play: (stage) => [...first(20, sound(stage)), wait(stage.times.beat), reset()],
  },
  {
    name: 'reset-mid-answer',
    says: 'breaks the connection in the middle of the answer',
    whole: 'recovers',
    stream: 'tells',
    play: (stage) => [...half(stage), reset()],
  },
  {
    name: 'reset-mid-event',
    says: 'breaks the connection in the middle of an event',
    whole: null,
    stream: 'tells',
    play: (stage) => [...halfFrame(stage), reset()],
  },
  {
    name: 'close-mid-answer',
    says: 'closes the connection in the middle of the answer',
    whole: 'recovers',
    stream: 'tells',
    play: (stage) => [...half(stage), finish()],
  },
  {
    name: 'close-without-length',
    says: 'closes the connection in the middle of an answer whose length nobody told, which looks like an end',
    whole: 'recovers',
    stream: 'tells',
    play: (stage) => {
      const bytes = bytesOf(stage)
      const { beat } = stage.times
      return [chunkedHead(stage, { 'transfer-encoding': undefined, connection: 'close' }), raw(bytes.subarray(0, (bytes.length * 2) / 3)), wait(beat), finish()]
    },
  },
  { name: 'stall-before-headers', says: 'never begins to answer', whole: 'recovers', stream: 'recovers', play: silence },
  {
    name: 'stall-after-headers',
    says: 'falls silent behind the headers',
    whole: 'recovers',
    stream: 'recovers',
    play: (stage) => [chunkedHead(stage), ...silence(stage)],
  },
  {
    name: 'stall-mid-answer',
    says: 'falls silent in the middle of the answer',
    whole: 'recovers',
    stream: 'tells',
    play: (stage) => [...half(stage), ...silence(stage)],
  },
  { name: 'trickle', says: 'says a word, or a byte, every long while and never ends', whole: 'recovers', stream: 'tells', play: trickle },
  { name: 'slow', says: 'is sound, and slow to begin', whole: 'answers', stream: 'answers', play: (stage) => [wait(stage.times.slow), ...sound(stage)] },
  {
    name: 'slow-first-word',
    says: 'is sound, and slow between the headers and the first word',
    whole: null,
    stream: 'answers',
    play: (stage) => {
      const [opened, ...rest] = sound(stage)
      return [opened!, wait(stage.times.slow), ...rest]
    },
  },
]
