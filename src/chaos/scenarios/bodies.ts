/** Providers whose answer is wrapped wrongly, is no answer, or has no measure. */

import { gzipSync } from 'node:zlib'
import type { Usage } from '../../canonical/chat.ts'
import { bomb, chunk, finish, head, raw, repeat, reply, reset, type Answer } from '../answer.ts'
import type { Scenario, Stage } from '../scenario.ts'
import { canary } from '../speech.ts'
import { bytesOf, chunkedHead, having, refuse, sound, streamOf, timesIn } from '../telling.ts'

/** A sound answer whose usage is this. */
const using = (usage: Usage): Scenario['play'] => {
  return (stage) => (stage.streams ? streamOf(stage, stage.speech.frames(usage)) : reply(200, stage.speech.whole(usage)))
}

const typeOf = ({ speech, streams }: Stage): string => (streams ? speech.types.stream : speech.types.whole)

/** A sound answer that says another length than it has; then the connection closes. */
const misjudging = (factor: number): Scenario['play'] => {
  return (stage) => {
    const bytes = bytesOf(stage)
    return [head(200, { 'content-type': typeOf(stage), 'content-length': Math.floor(bytes.length * factor) }), raw(bytes), finish()]
  }
}

/** Sixteen thousand of these are a gigabyte, where even a reader without limits is left alone. */
const flood = (bytes: Buffer): Answer => [repeat(chunk(bytes), 16_384), finish()]
const block = Buffer.alloc(65_536, 'x')

const hostile = {
  'set-cookie': [`session=${canary}`, `other=${canary}`],
  'x-api-key': canary,
  'www-authenticate': canary,
  'access-control-allow-origin': '*',
  server: canary,
  'x-request-id': `${canary} with spaces`,
  'strict-transport-security': canary,
  'x-should-retry': canary,
  link: `</${canary}>`,
}

const asBefore = { whole: 'answers', stream: 'answers' } as const
const asElsewhere = { whole: 'recovers', stream: 'recovers' } as const

export const bodies: readonly Scenario[] = [
  { name: 'sound', says: 'is as it should be', ...asBefore, play: sound },
  {
    name: 'flapping',
    says: 'fails every second call with 500, beginning with the first',
    ...asElsewhere,
    play: (stage) => (stage.turn % 2 === 0 ? refuse(stage, 500, 'internal_error') : sound(stage)),
  },
  {
    name: 'failing-mostly',
    says: 'fails three calls of four with 503; the fourth is sound',
    ...asElsewhere,
    play: (stage) => (stage.turn % 4 < 3 ? refuse(stage, 503, 'overloaded') : sound(stage)),
  },
  { name: 'empty-body', says: 'answers 200 with nothing', ...asElsewhere, play: (stage) => reply(200, '', { 'content-type': typeOf(stage) }) },
  {
    name: 'html',
    says: 'answers 200 with a page of somebody in between',
    ...asElsewhere,
    play: () => reply(200, `<!DOCTYPE html><html><body>${canary}</body></html>`, { 'content-type': 'text/html' }),
  },
  { name: 'json-of-another-kind', says: 'answers 200 with JSON that is no answer', ...asElsewhere, play: () => reply(200, { hello: canary }) },
  {
    name: 'wrong-content-type',
    says: 'calls a sound answer `text/plain`',
    ...asElsewhere,
    play: (stage) => sound(stage, { 'content-type': 'text/plain' }),
  },
  { name: 'length-too-long', says: 'promises more bytes than there are, and closes', whole: 'recovers', stream: 'answers', play: misjudging(3 / 2) },
  { name: 'length-too-short', says: 'promises fewer bytes than it sends', whole: 'recovers', stream: 'tells', play: misjudging(2 / 3) },
  {
    name: 'gzip',
    says: 'packs a sound answer, without having been asked to',
    ...asBefore,
    play: (stage) => {
      const packed = gzipSync(bytesOf(stage))
      return [head(200, { 'content-type': typeOf(stage), 'content-encoding': 'gzip', 'content-length': packed.length }), raw(packed)]
    },
  },
  { name: 'gzip-broken', says: 'says gzip and sends none', ...asElsewhere, play: (stage) => sound(stage, { 'content-encoding': 'gzip' }) },
  { name: 'gzip-bomb', says: 'sends ten gigabytes, packed into ten megabytes', ...asElsewhere, play: () => bomb(10) },
  {
    name: 'endless-line',
    says: 'sends one line of a stream that never ends',
    whole: null,
    stream: 'recovers',
    play: (stage) => [chunkedHead(stage), raw(chunk('data: {"x":"')), ...flood(block)],
  },
  {
    name: 'endless-answer',
    says: 'sends one JSON string that never ends',
    whole: 'recovers',
    stream: null,
    play: (stage) => [chunkedHead(stage), raw(chunk('{"x":"')), ...flood(block)],
  },
  {
    name: 'endless-stream',
    says: 'says words for ever',
    whole: null,
    stream: 'tells',
    play: (stage) => {
      const frames = stage.speech.frames()
      const many = Buffer.concat(Array.from({ length: 16 }, () => having(frames, 'word')[0]!.bytes))
      return [...streamOf(stage, having(frames, 'opening')).slice(0, -1), repeat(chunk(many), timesIn(stage, stage.times.beat), stage.times.beat), reset()]
    },
  },
  { name: 'hostile-headers', says: 'brings cookies, keys and other headers that are nobody’s business', ...asBefore, play: (stage) => sound(stage, hostile) },
  { name: 'huge-header', says: 'brings a header of 100 KB', ...asElsewhere, play: (stage) => sound(stage, { 'x-long': canary.repeat(4096) }) },
  { name: 'not-http', says: 'answers in no HTTP at all', ...asElsewhere, play: () => [raw(`${canary}\r\n\r\n`), finish()] },
  {
    name: 'unasked-answer',
    says: 'sends a second answer that nobody asked for behind a sound one',
    ...asBefore,
    play: (stage) => [...sound(stage), ...reply(200, stage.speech.whole(undefined, canary))],
  },
  { name: 'usage-missing', says: 'does not say what was used', ...asBefore, play: using({}) },
  { name: 'usage-nonsense', says: 'says that less than nothing was used, and a quadrillion', ...asBefore, play: using({ input: -5, output: 1e15 }) },
]
