/** Providers that speak, and say what their wire does not allow. */

import { finish, raw, reply, type Answer } from '../answer.ts'
import { garble, garbleFrame } from '../garble.ts'
import type { Scenario, Stage } from '../scenario.ts'
import { canary, type Frame } from '../speech.ts'
import { bytesOf, firstHalf, half, halfThen, having, refuse, streamOf } from '../telling.ts'

/** Of the frames of a sound answer, others are made; asked for a whole one, it does this. */
const framed = (bend: (frames: readonly Frame[], stage: Stage) => readonly Frame[], whole: (stage: Stage) => Answer = () => []): Scenario['play'] => {
  return (stage) => (stage.streams ? streamOf(stage, bend(stage.speech.frames(), stage)) : whole(stage))
}

const garbage = (bytes: Buffer): Frame => ({ role: 'word', bytes })

export const streams: readonly Scenario[] = [
  {
    name: 'malformed-json',
    says: 'sends JSON that is none: in a later frame, or as the whole answer',
    whole: 'recovers',
    stream: 'tells',
    play: framed(
      (frames, { speech }) => [...firstHalf(frames), garbage(speech.nonsense), ...frames.slice(firstHalf(frames).length)],
      ({ speech }) => reply(200, `${speech.whole().slice(0, -1)},"${canary}`),
    ),
  },
  {
    name: 'malformed-first-frame',
    says: 'begins with a frame whose JSON is none',
    whole: null,
    stream: 'recovers',
    play: framed((frames, { speech }) => [garbage(speech.nonsense), ...frames]),
  },
  {
    name: 'malformed-framing',
    says: 'sends a chunk whose length is no number',
    whole: 'recovers',
    stream: 'tells',
    play: (stage) => [...half(stage), raw(`${canary}\r\n`), finish()],
  },
  {
    name: 'missing-end-marker',
    says: 'finishes, and leaves out what its wire ends with behind the finish',
    whole: null,
    stream: 'answers',
    play: framed((frames) => frames.filter(({ role }) => role !== 'end')),
  },
  {
    name: 'missing-finish',
    says: 'says every word and ends, without the frame that says that it has finished',
    whole: null,
    stream: 'tells',
    play: framed((frames) => frames.filter(({ role }) => role !== 'finish')),
  },
  {
    name: 'cut-before-finish',
    says: 'ends its stream in good order in the middle of the answer',
    whole: null,
    stream: 'tells',
    play: framed(firstHalf),
  },
  {
    name: 'duplicate-finish',
    says: 'says twice that it has finished',
    whole: null,
    stream: 'answers',
    play: framed((frames) => frames.flatMap((frame) => (frame.role === 'finish' ? [frame, frame] : [frame]))),
  },
  {
    name: 'events-after-end',
    says: 'goes on with words behind its end',
    whole: null,
    stream: 'answers',
    play: framed((frames) => [...frames, ...having(frames, 'word')]),
  },
  {
    name: 'error-event-first',
    says: 'answers 200, and the first event is an error',
    whole: null,
    stream: 'recovers',
    play: framed((_, { speech }) => [garbage(speech.errorFrame('overloaded'))]),
  },
  {
    name: 'error-event-before-words',
    says: 'opens its answer, and the next event is an error',
    whole: null,
    stream: 'recovers',
    play: framed((frames, { speech }) => [...having(frames, 'opening'), garbage(speech.errorFrame('overloaded'))]),
  },
  {
    name: 'error-event-mid-answer',
    says: 'tells an error in the middle of its stream',
    whole: null,
    stream: 'tells',
    play: framed((frames, { speech }) => [...firstHalf(frames), garbage(speech.errorFrame('overloaded'))]),
  },
  {
    name: 'error-with-200',
    says: 'answers 200 with an error in JSON',
    whole: 'recovers',
    stream: 'recovers',
    play: (stage) => refuse(stage, 200, 'internal_error'),
  },
  {
    name: 'invalid-utf8',
    says: 'puts bytes that are no UTF-8 into the middle of a word',
    whole: 'answers',
    stream: 'answers',
    play: (stage) => (stage.streams ? streamOf(stage, stage.speech.frames().map(garbleFrame)) : reply(200, garble(bytesOf(stage)))),
  },
  {
    name: 'empty-stream',
    says: 'opens its answer and ends it without a word',
    whole: null,
    stream: 'recovers',
    play: framed((frames) => having(frames, 'opening')),
  },
  {
    name: 'comments-only',
    says: 'sends nothing but bytes that mean nothing to its wire, and ends',
    whole: null,
    stream: 'recovers',
    play: framed(() => [garbage(Buffer.from(`: ${canary}\n\n`))]),
  },
  {
    name: 'wrong-frame-mid-answer',
    says: 'sends an error page in the middle of its stream, and goes on no more',
    whole: null,
    stream: 'tells',
    play: (stage) => halfThen(stage, Buffer.from(`<html>${canary}</html>\n\n`)),
  },
]
