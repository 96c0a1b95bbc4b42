/** Tokens, and how answers end. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { FinishReason, Usage } from '../../canonical/chat.ts'
import { Failure, upstreamSentence } from '../../canonical/failure.ts'
import { kept, leftOf, own, ownWithin, spelling } from './own.ts'

/** The wire's own words, and those by which other servers of it stray. */
const reasons: { readonly [word: string]: FinishReason } = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'refused',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_length: 'context',
  tool_use: 'tool-calls',
  safety: 'refused',
}

const words: { readonly [reason in FinishReason]: string } = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  context: 'length',
  'tool-calls': 'tool_calls',
  refused: 'content_filter',
  paused: 'stop',
  other: 'stop',
}

/** Servers say `stop` beside calls, some always and some where one tool had to be called: for the client it is a call. Throws `Failure` for `error`. */
export function readFinish(word: Json | undefined, hasCalls: boolean): FinishReason {
  if (word === 'error') throw new Failure('upstream_error', upstreamSentence('upstream_error'))
  const reason = typeof word === 'string' && Object.hasOwn(reasons, word.toLowerCase()) ? reasons[word.toLowerCase()]! : 'other'
  return hasCalls && (reason === 'stop' || reason === 'other') ? 'tool-calls' : reason
}

export function writeFinish(reason: FinishReason, isLegacy: boolean): string {
  return isLegacy && reason === 'tool-calls' ? 'function_call' : words[reason]
}

/** Counts that are no numbers say nothing, and are kept as they are. */
function takeCounts(fields: JsonObject, names: { readonly [field: string]: keyof Usage }): Usage {
  const counts: { [word: string]: number } = {}
  for (const field in names) {
    if (typeof fields[field] !== 'number') continue
    counts[names[field]!] = fields[field]
    delete fields[field]
  }
  return counts
}

const promptDetails = { cached_tokens: 'cacheRead', cache_write_tokens: 'cacheWrite', audio_tokens: 'audioInput', image_tokens: 'imageInput' } as const
const completionDetails = { reasoning_tokens: 'reasoning', audio_tokens: 'audioOutput' } as const

export function readUsage(said: JsonObject): Usage {
  const {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: total,
    prompt_tokens_details: prompt,
    completion_tokens_details: completion,
    ...fields
  } = said
  const inner = { prompt: isObject(prompt) ? { ...prompt } : {}, completion: isObject(completion) ? { ...completion } : {} }
  const counts = { ...takeCounts(inner.prompt, promptDetails), ...takeCounts(inner.completion, completionDetails) }
  const beside = counts.cacheRead === undefined ? readBeside(fields) : undefined
  const details = beside === undefined ? counts : { ...counts, cacheRead: beside }
  const apart = reasoningApart([input, output, total], details.reasoning ?? 0)
  const isSum = typeof input === 'number' && typeof output === 'number' && total === input + output + apart
  return {
    ...(typeof input === 'number' && { input }),
    ...(typeof output === 'number' && { output: output + apart }),
    ...details,
    ...kept(
      {
        ...fields,
        ...keptCount('prompt_tokens', input),
        ...keptCount('completion_tokens', output),
        ...(!isSum && total !== undefined && { total_tokens: total }),
        ...keptDetails('prompt_tokens_details', prompt, inner.prompt),
        ...keptDetails('completion_tokens_details', completion, inner.completion),
      },
      { ...(apart > 0 && { output: 'without-reasoning' }), ...(beside !== undefined && { cache: 'beside' }) },
    ),
  }
}

/** Some vendors tell what came from the cache beside the details: Kimi (https://platform.kimi.ai/docs/api/chat), DeepSeek (https://api-docs.deepseek.com/guides/kv_cache). */
export function readBeside({ cached_tokens: cached, prompt_cache_hit_tokens: hit = cached }: JsonObject): number | undefined {
  return typeof hit === 'number' ? hit : undefined
}

/** Some servers leave reasoning out of the completion's tokens, which their own total tells. */
function reasoningApart([input = 0, output = 0, total]: readonly (Json | undefined)[], reasoning: number): number {
  const isApart = typeof input === 'number' && typeof output === 'number' && reasoning > 0 && total === input + output + reasoning
  return isApart ? reasoning : 0
}

const keptCount = (field: string, said: Json | undefined): JsonObject => (said === undefined || typeof said === 'number' ? {} : { [field]: said })

/** Details that were there are there again, be they empty or null. */
function keptDetails(field: string, said: Json | undefined, left: JsonObject): JsonObject {
  if (said === undefined || (isObject(said) && Object.keys(left).length < Object.keys(said).length)) return leftOf(field, left)
  return { [field]: isObject(said) ? left : said }
}

export function writeUsage(usage: Usage): JsonObject {
  const { input = 0, output = 0, rest } = usage
  const apart = spelling(rest, 'output') === 'without-reasoning' ? (usage.reasoning ?? 0) : 0
  return {
    prompt_tokens: input,
    completion_tokens: output - apart,
    total_tokens: input + output,
    ...own(rest),
    ...writeDetails('prompt_tokens_details', promptDetails, spelling(rest, 'cache') === 'beside' ? withoutRead(usage) : usage),
    ...writeDetails('completion_tokens_details', completionDetails, usage),
  }
}

const withoutRead = ({ cacheRead: _, ...usage }: Usage): Usage => usage

function writeDetails(field: string, names: { readonly [field: string]: keyof Usage }, usage: Usage): JsonObject {
  const said: JsonObject = {}
  for (const name in names) {
    const count = usage[names[name]!]
    if (typeof count === 'number') said[name] = count
  }
  return leftOf(field, { ...said, ...ownWithin(usage.rest, field) })
}
