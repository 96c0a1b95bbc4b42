/** The tokens of a call by what they are: instructions, history, the question, tools, media, the answer. The rules are in `docs/receipts.md`. */

import { weightOf, type Weights } from '../canonical/weights.ts'
import type { ReceiptRecord } from './signals.ts'
import { confidences } from './usage.ts'

export type Source = 'reported' | 'estimated' | 'unavailable'

export interface Segment {
  readonly segment: (typeof promptSegments)[number]['segment'] | 'completion' | 'reasoning' | 'cache_read' | 'cache_write'
  /** `cache_read` and `cache_write` are among the tokens in, whatever segments those belong to. Null where nobody counted. */
  readonly tokens: number | null
  readonly source: Source
  /** From 0 to 1. */
  readonly confidence: number
}

/** The parts of the tokens in, in their order. */
const promptSegments = [
  { segment: 'system', signal: 'system_tokens' },
  { segment: 'history', signal: 'history_tokens' },
  { segment: 'user', signal: 'user_tokens' },
  { segment: 'tools', signal: 'tool_tokens' },
  { segment: 'tool_results', signal: 'tool_result_tokens' },
  { segment: 'media', signal: 'media_tokens' },
] as const

/** Shares the tokens in out among the parts of the prompt, which `estimate` tokens were thought to be. */
export function tellSegments(record: ReceiptRecord, weights: Weights, estimate: number): void {
  const { prompt_tokens: total } = record
  if (total === null) return
  const { system, history, user, tools, toolResults } = weights
  const told = weightOf(weights) > weights.media ? mediaTold(record) : undefined
  const shares = shareOut(total - (told ?? 0), [system, history, user, tools, toolResults, told === undefined ? weights.media : 0])
  record.system_tokens = shares[0]!
  record.history_tokens = shares[1]!
  record.user_tokens = shares[2]!
  record.tool_tokens = shares[3]!
  record.tool_result_tokens = shares[4]!
  record.media_tokens = told ?? shares[5]!
  record.estimated_prompt_tokens = estimate
  if (record.input_source === 'reported') record.prompt_difference = total - estimate
}

/**
 * Whole numbers that add up to `total`, each within one of its share: by largest remainders, of equal ones the first.
 * `weights` are not all 0.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  let whole = 0
  for (const weight of weights) whole += weight
  let left = total
  const counts: number[] = []
  for (const weight of weights) {
    const count = Math.floor((total * weight) / whole)
    counts.push(count)
    left -= count
  }
  const owed = (at: number): number => (total * weights[at]!) / whole - counts[at]!
  for (; left > 0; left -= 1) {
    let most = 0
    for (let at = 1; at < counts.length; at += 1) if (owed(at) > owed(most)) most = at
    counts[most]! += 1
  }
  return counts
}

/** What the provider told of pictures and sound, where it told of all that the prompt shows. */
function mediaTold({ modalities, prompt_tokens: total, audio_input_tokens: audio, image_input_tokens: image }: ReceiptRecord): number | undefined {
  if (modalities === null || total === null || modalities.includes('video') || modalities.includes('file')) return undefined
  const [hasImage, hasAudio] = [modalities.includes('image'), modalities.includes('audio')]
  if (!(hasImage || hasAudio) || (hasImage && image === null) || (hasAudio && audio === null)) return undefined
  const media = (hasImage ? image! : 0) + (hasAudio ? audio! : 0)
  return media <= total ? media : undefined
}

/** The ten segments of a closed record, in their order. */
export function segmentsOf(record: ReceiptRecord): readonly Segment[] {
  const { completion_tokens: output, reasoning_tokens: reasoning } = record
  const media = mediaTold(record)
  return [
    ...promptSegments.map(({ segment, signal }) =>
      segment === 'media' && media !== undefined && media === record.media_tokens
        ? told(segment, media)
        : estimated(segment, record[signal], record.input_source),
    ),
    record.output_source === 'estimated'
      ? { segment: 'completion', tokens: less(output, reasoning), source: 'estimated', confidence: confidences.estimated }
      : told('completion', less(output, reasoning)),
    told('reasoning', reasoning),
    told('cache_read', record.cached_tokens),
    told('cache_write', record.cache_write_tokens),
  ]
}

const less = (whole: number | null, part: number | null): number | null => (whole === null ? null : whole - (part ?? 0))

const told = (segment: Segment['segment'], tokens: number | null): Segment =>
  tokens === null ? { segment, tokens, source: 'unavailable', confidence: 0 } : { segment, tokens, source: 'reported', confidence: confidences.reported }

/** What is brought to a total that was told is surer than what is all our own. */
const estimated = (segment: Segment['segment'], tokens: number | null, input: string): Segment =>
  tokens === null
    ? { segment, tokens, source: 'unavailable', confidence: 0 }
    : { segment, tokens, source: 'estimated', confidence: input === 'reported' ? confidences.mixed : confidences.estimated }
