/** How likely the tokens of an answer were. https://ai.google.dev/api/generate-content#LogprobsResult */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { TokenOdds } from '../../canonical/chat.ts'
import { listed } from './own.ts'

/** Empty where nothing was told. */
export function readOdds(result: Json | undefined): TokenOdds[] {
  if (!isObject(result)) return []
  const others = listed(result.topCandidates).map((step) => (isObject(step) ? listed(step.candidates).flatMap(readToken) : []))
  return listed(result.chosenCandidates).flatMap((chosen, place) =>
    readToken(chosen).map((odds) => ({ ...odds, ...(others[place] && { others: others[place] }) })),
  )
}

function readToken(said: Json): TokenOdds[] {
  return isObject(said) && typeof said.token === 'string' && typeof said.logProbability === 'number'
    ? [{ token: said.token, logprob: said.logProbability }]
    : []
}

export function writeOdds(odds: readonly TokenOdds[]): JsonObject {
  const told = odds.some(({ others }) => others)
  return {
    chosenCandidates: odds.map(writeToken),
    ...(told && { topCandidates: odds.map(({ others = [] }) => ({ candidates: others.map(writeToken) })) }),
  }
}

const writeToken = ({ token, logprob }: TokenOdds): JsonObject => ({ token, logProbability: logprob })
