/** The tokens of an answer: what a provider told of them where that can be believed, else an estimate that says so. */

import type { Usage } from '../canonical/chat.ts'
import type { ReceiptRecord } from './signals.ts'

/** What the gateway saw itself. */
export interface Seen {
  /** Tokens of the prompt, estimated. */
  readonly asked: number
  /** The prompt was weighed and holds something: that it has no tokens cannot be. */
  readonly isWeighed?: boolean
  /** Tokens of the answer, estimated. */
  readonly answered: number
  /** Whether the model said why it stopped: until then a provider tells what it has counted so far, or nothing but a placeholder. */
  readonly hasFinished: boolean
  /** The most tokens of the answer that the provider told after its first word: a count never falls. */
  readonly mostTold?: number
}

export interface CountedUsage {
  readonly usage: Usage & { readonly input: number; readonly output: number }
  readonly source: 'reported' | 'mixed' | 'estimated'
  readonly inputSource: 'reported' | 'estimated'
  readonly outputSource: 'reported' | 'estimated'
}

/** How far to trust a count, by where it is from. `mixed`: what was told of the whole, and our own estimate of a part. */
export const confidences = { reported: 1, mixed: 0.7, estimated: 0.4, unavailable: 0 } as const

export function countUsage(told: Usage | undefined, { asked, isWeighed = false, answered, hasFinished, mostTold = 0 }: Seen): CountedUsage {
  const input = isWeighed && told?.input === 0 ? undefined : counted(told?.input)
  const output = counted(told?.output)
  const isLast = hasFinished && (output === undefined || (output >= mostTold && (output > 0 || answered === 0)))
  const whole = { input: input ?? asked, output: isLast ? (output ?? answered) : Math.max(output ?? 0, answered, mostTold) }
  const usage = partsOf(told ?? nothing, whole)
  const inputSource = input === undefined ? 'estimated' : 'reported'
  const outputSource = output === undefined || !isLast ? 'estimated' : 'reported'
  const billed = inputSource === outputSource && inputSource === 'reported' ? told?.billed : undefined
  return {
    usage: billed !== undefined && isTold(billed) ? { ...usage, billed } : usage,
    source: inputSource === outputSource ? inputSource : 'mixed',
    inputSource,
    outputSource,
  }
}

/** What was told, without what is no count: a number that would not be billed is not told on either. */
export function believable(told: Usage): Usage {
  const kept: { -readonly [part in keyof Usage]: Usage[part] } = { ...told }
  for (const part of ['input', 'output', ...inputParts, ...outputParts] as const) if (counted(told[part]) === undefined) delete kept[part]
  return kept
}

/** Whether a provider told both in and out, as counts. */
export const isTold = ({ input, output }: Usage): boolean => counted(input) !== undefined && counted(output) !== undefined

/** Tokens of the answer, where that is a count; else 0. */
export const outputOf = ({ output }: Usage): number => counted(output) ?? 0

/** Fills in the counts, and where they are from. `answered` is our own count of the words that were delivered; undefined where nobody saw them. */
export function tellUsage(record: ReceiptRecord, { usage, source, inputSource, outputSource }: CountedUsage, answered: number | undefined): void {
  record.prompt_tokens = usage.input
  record.completion_tokens = usage.output
  record.total_tokens = usage.input + usage.output
  record.cached_tokens = usage.cacheRead ?? null
  record.cache_write_tokens = usage.cacheWrite ?? null
  record.cache_write_hour_tokens = usage.cacheWriteHour ?? null
  record.audio_input_tokens = usage.audioInput ?? null
  record.image_input_tokens = usage.imageInput ?? null
  record.reasoning_tokens = usage.reasoning ?? null
  record.audio_output_tokens = usage.audioOutput ?? null
  record.input_source = inputSource
  record.output_source = outputSource
  record.usage_source = source
  record.usage_confidence = confidences[source]
  if (answered === undefined) return
  record.estimated_completion_tokens = answered
  if (outputSource === 'reported') record.completion_difference = usage.output - answered
}

/** Four bytes are taken for a token: right for English text within a third, and said to be an estimate. */
export function estimatedTokens(bytes: number): number {
  return Math.ceil(bytes / 4)
}

const inputParts = ['cacheRead', 'cacheWrite', 'cacheWriteHour', 'audioInput', 'imageInput', 'audioRead'] as const
const outputParts = ['reasoning', 'audioOutput', 'imageOutput'] as const

/** What was told, with its parts. A part that is more than the whole is no count either: it would be billed. */
function partsOf(told: Usage, { input, output }: { readonly input: number; readonly output: number }): CountedUsage['usage'] {
  return {
    input,
    output,
    cacheRead: counted(told.cacheRead, input),
    cacheWrite: counted(told.cacheWrite, input),
    cacheWriteHour: counted(told.cacheWriteHour, input),
    audioInput: counted(told.audioInput, input),
    imageInput: counted(told.imageInput, input),
    audioRead: counted(told.audioRead, input),
    reasoning: counted(told.reasoning, output),
    audioOutput: counted(told.audioOutput, output),
    imageOutput: counted(told.imageOutput, output),
  }
}

const nothing: Usage = {}

/** More tokens than any model takes or gives. */
const most = 1e10

/** Providers have sent negative and absurd counts: those are no counts. */
function counted(value: number | undefined, limit = most): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= limit ? value : undefined
}
