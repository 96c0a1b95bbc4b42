/** Sound answers, and the bends that most scenarios share: how an answer goes out, and up to where. */

import type { Reason } from '../canonical/failure.ts'
import { chunk, head, lastChunk, raw, reply, stream, wait, type Answer, type Headers, type Step } from './answer.ts'
import type { Stage } from './scenario.ts'
import type { Frame, Role } from './speech.ts'

/** As the provider answers when nothing is wrong. */
export const sound = (stage: Stage, headers?: Headers): Answer =>
  stage.streams ? streamOf(stage, stage.speech.frames(), headers) : reply(200, stage.speech.whole(), headers)

export const streamOf = ({ speech, times }: Stage, frames: readonly Frame[], headers: Headers = {}): Answer =>
  stream(
    frames.map(({ bytes }) => bytes),
    { every: times.beat, headers: { 'content-type': speech.types.stream, ...headers } },
  )

/** An error as the wire words it, with a status. */
export const refuse = ({ speech }: Stage, status: number, reason: Reason, headers?: Headers): Answer => reply(status, speech.error(reason), headers)

/** The frames that have one of these roles. */
export const having = (frames: readonly Frame[], ...roles: readonly Role[]): readonly Frame[] => frames.filter(({ role }) => roles.includes(role))

/** How many words go out before a fault in the middle. */
const wordsBefore = 3

/** The frames up to the middle of what is said. */
export function firstHalf(frames: readonly Frame[]): readonly Frame[] {
  const words = having(frames, 'word')
  return frames.slice(0, frames.indexOf(words[wordsBefore]!))
}

/** Half of a stream or of a whole answer, both by chunks whose end does not come; the client has had time to see it. */
export function half(stage: Stage): Answer {
  const { speech, streams, times } = stage
  if (streams) return [...streamOf(stage, firstHalf(speech.frames())).slice(0, -1), wait(times.beat)]
  const whole = Buffer.from(speech.whole())
  return [chunkedHead(stage), raw(chunk(whole.subarray(0, whole.length >> 1))), wait(times.beat)]
}

/** The head of an answer by chunks. */
export const chunkedHead = ({ speech, streams }: Stage, headers: Headers = {}): Step =>
  head(200, { 'content-type': streams ? speech.types.stream : speech.types.whole, 'transfer-encoding': 'chunked', ...headers })

/** The bytes of a sound answer without its head. */
export const bytesOf = ({ speech, streams }: Stage): Buffer =>
  streams ? Buffer.concat(speech.frames().map(({ bytes }) => bytes)) : Buffer.from(speech.whole())

/** Half, then this, then whatever a well-behaved end of the connection is. */
export const halfThen = (stage: Stage, bytes: Buffer): Answer => [...half(stage), raw(chunk(bytes)), raw(lastChunk)]

/** How often something is done that would go on for ever: for as long as ten silences. */
export const timesIn = ({ times }: Stage, every: number): number => Math.ceil((10 * times.stall) / every)
