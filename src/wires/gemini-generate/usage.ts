/** Token counts, read and written. The wire counts thoughts beside the answer, and what tools brought beside the prompt; the form counts both in. */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { kept, listed, own, type Spelled, spelling } from './own.ts'

export function readUsage(said: JsonObject): Usage {
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, cachedContentTokenCount, totalTokenCount, ...fields } = said
  const [prompt, answer, thoughts, cached] = [promptTokenCount, candidatesTokenCount, thoughtsTokenCount, cachedContentTokenCount].map(countOf)
  const input = prompt === undefined ? undefined : prompt + (countOf(fields.toolUsePromptTokenCount) ?? 0)
  const output = answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0)
  const spelled: Spelled = output !== undefined && answer === undefined ? { answer: 'absent' } : {}
  const isSum = totalTokenCount === (input ?? 0) + (output ?? 0)
  const counts = {
    input,
    output,
    cacheRead: cached,
    reasoning: thoughts,
    audioInput: countIn(fields.promptTokensDetails, 'AUDIO'),
    audioRead: countIn(fields.cacheTokensDetails, 'AUDIO'),
    imageInput: countIn(fields.promptTokensDetails, 'IMAGE'),
    audioOutput: countIn(fields.candidatesTokensDetails, 'AUDIO'),
    imageOutput: countIn(fields.candidatesTokensDetails, 'IMAGE'),
  }
  if (totalTokenCount === undefined) spelled.total = 'absent'
  else if (!isSum) fields.totalTokenCount = totalTokenCount
  return { ...present(counts), ...kept(fields, spelled) }
}

/** What a provider says is not believed blindly: a count is a number of things. */
function countOf(value: Json | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function countIn(details: Json | undefined, modality: string): number | undefined {
  const counts = listed(details).flatMap((detail) => (isObject(detail) && detail.modality === modality ? (countOf(detail.tokenCount) ?? []) : []))
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count) : undefined
}

export function writeUsage({ input, output, cacheRead, reasoning, audioInput, imageInput, audioOutput, imageOutput, rest }: Usage): JsonObject {
  const said = own(rest)
  const isSaid = input !== undefined || output !== undefined
  return {
    ...present({
      promptTokenCount: input === undefined ? undefined : input - (countOf(said.toolUsePromptTokenCount) ?? 0),
      candidatesTokenCount: output === undefined || spelling(rest, 'answer') ? undefined : output - (reasoning ?? 0),
      thoughtsTokenCount: reasoning,
      cachedContentTokenCount: cacheRead,
      totalTokenCount: isSaid && !spelling(rest, 'total') ? (input ?? 0) + (output ?? 0) : undefined,
      promptTokensDetails: details({ AUDIO: audioInput, IMAGE: imageInput }),
      candidatesTokensDetails: details({ AUDIO: audioOutput, IMAGE: imageOutput }),
    }),
    ...said,
  }
}

function details(counts: { readonly [modality: string]: number | undefined }): JsonObject[] | undefined {
  const told = Object.entries(counts).flatMap(([modality, tokenCount]) => (tokenCount ? [{ modality, tokenCount }] : []))
  return told.length > 0 ? told : undefined
}
