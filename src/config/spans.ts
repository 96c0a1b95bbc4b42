/** The deadlines: those of the whole gateway, and those that a provider or a chain sets for itself. */

import { z } from 'zod'
import { duration, optional, setting } from './kinds.ts'

const timeout = (or: string) => [duration('1ms', '24h'), or] as const
const spans = {
  connect: [...timeout('5s'), 'Until a connection to the provider stands.'],
  firstByteStreamed: [...timeout('120s'), 'Until the headers of a streamed answer come.'],
  firstByteWhole: [...timeout('600s'), 'Until the headers of a whole answer come.'],
  firstWord: [...timeout('120s'), 'From the headers of a stream to its first word.'],
  idle: [...timeout('60s'), 'Between two pieces of an answer.'],
  progress: [
    ...timeout('30s'),
    'A window of a stream that has begun to speak: it is cut after two in a row with 1 to 4 pieces of words of less than 2 KiB. Silence is no trickle: that is for `idle`.',
  ],
  total: [...timeout('60min'), 'One answer in all.'],
} as const
type Span = keyof typeof spans
const eachSpan = <Made>(make: (span: Span) => Made): { [span in Span]: Made } =>
  Object.fromEntries(Object.keys(spans).map((span) => [span, make(span as Span)])) as { [span in Span]: Made }

export const deadlines = z.strictObject(eachSpan((span) => setting(spans[span][0], spans[span][2], { or: spans[span][1] })))
export const someDeadlines = z.strictObject(eachSpan((span) => optional(spans[span][0], spans[span][2]))).prefault({})
