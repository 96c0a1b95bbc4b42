/** The steps that a scripted provider answers with, which `omni chaos` has too, and more ways to bend them. */

import { chunk, openStream, raw, repeat, wait, type Answer, type Step } from '../../src/chaos/answer.ts'

export * from '../../src/chaos/answer.ts'

/** A valid event stream that never ends. */
export const endless = (frame: string, every = 0): Answer => [openStream(), repeat(chunk(frame), Infinity, every)]

/** An event stream whose only line has no end. */
export const endlessLine = (): Answer => [openStream(), raw(chunk('data: ')), repeat(chunk(Buffer.alloc(65_536, 'x')))]

/** How many bytes the answer sends, so that a test can walk over every offset. Repeats count once. */
export const size = (answer: Answer): number => answer.reduce((sum, step) => sum + ('bytes' in step ? step.bytes.length : 0), 0)

/** The same bytes in packets of at most `bytes` bytes, with a wait between them. */
export function split(bytes: number, answer: Answer, every = 0): Answer {
  return answer.flatMap((step) => {
    if (step.do !== 'send') return [step]
    const count = Math.ceil(step.bytes.length / bytes)
    return Array.from({ length: count }, (_, at): Step[] => [wait(every), raw(step.bytes.subarray(at * bytes, (at + 1) * bytes))]).flat()
  })
}

/** The same bytes in two packets, the second beginning at `offset`. */
export function splitAt(offset: number, answer: Answer): Answer {
  const bytes = Buffer.concat(answer.flatMap((step) => (step.do === 'send' ? [step.bytes] : [])))
  return [raw(bytes.subarray(0, offset)), wait(0), raw(bytes.subarray(offset))]
}
