/** The clients of the soak: those who stay for their answer, those who leave, and those who do not read. */

import { request, type IncomingMessage } from 'node:http'
import { askGateway, bodyOf, pathOf, type Asking, type Observed } from '../../src/chaos/asking.ts'
import { canary, text } from '../../src/chaos/speech.ts'

/**
 * What came of one call.
 * - `whole`, `told`, `refused`: an answer, an error behind some words, a clean error.
 * - `left`: the client went away before the end. `unauthorized`: its key was refused.
 * - `broken`, `late`, `lied`, `leaked`: what may not happen.
 */
export const outcomes = ['whole', 'told', 'refused', 'left', 'unauthorized', 'broken', 'late', 'lied', 'leaked'] as const
export type Outcome = (typeof outcomes)[number]

export interface Visit {
  readonly outcome: Outcome
  /** Of the receipt, where an answer named it. */
  readonly id: string | undefined
}

/** Reads its answer to the end. */
export async function stay(asking: Asking): Promise<Visit> {
  const observed = await askGateway(asking)
  return { outcome: outcomeOf(observed), id: /^x-omega-decision-id\n(.*)$/im.exec(observed.seen)?.[1] }
}

export interface Leaving {
  /** Milliseconds between the end of the request and the client's. */
  readonly after: number
  readonly reads: boolean
}

/** Goes when the gateway has the whole request, so that the call is known to have been accepted. */
export async function leave(asking: Asking, { after, reads }: Leaving): Promise<Visit> {
  const body = JSON.stringify(bodyOf(asking))
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: `Bearer ${asking.key}` }
  let answer: IncomingMessage | undefined
  let isSent = false
  const asked = request(`${asking.gateway}${pathOf(asking)}`, { method: 'POST', headers, agent: false }, (begun) => {
    answer = begun.on('error', () => {})
    if (reads) begun.resume()
  })
  const closed = new Promise((resolve) => asked.on('error', () => {}).on('close', resolve))
  asked.end(body, () => {
    isSent = true
    setTimeout(() => asked.destroy(), after)
  })
  await closed
  const id = answer?.headers['x-omega-decision-id']
  return { outcome: isSent ? 'left' : 'broken', id: typeof id === 'string' ? id : undefined }
}

/** The worst that can be said of it comes first. */
function outcomeOf({ status, said, seen, claimsEnd, isFinished, tellsError, isBroken, isCut, isLate }: Observed): Outcome {
  if (seen.includes(canary)) return 'leaked'
  if (claimsEnd && (!isFinished || tellsError || said !== text)) return 'lied'
  if (isLate) return 'late'
  if (isBroken || isCut || claimsEnd === tellsError) return 'broken'
  if (claimsEnd) return 'whole'
  if (said !== '') return 'told'
  return isUnknown(status) ? 'unauthorized' : 'refused'
}

/** What a provider says of our own key is told as another status. */
const isUnknown = (status: number | undefined): boolean => status === 401
