/** What is to be said of a gateway, from what it did with one call. */

import type { Observed } from './asking.ts'
import { mostCalls, wantOf, type Scenario, type Way } from './scenario.ts'
import { canary, text } from './speech.ts'

/**
 * - `pass`: it did what a good gateway does.
 * - `partial`: it told the truth, and could have done better.
 * - `safe`: it refused cleanly where an answer could be had.
 * - `fail`: it lied, hung, broke the grammar of its API, let something through, or asked more often than it may.
 */
export const grades = ['pass', 'partial', 'safe', 'fail'] as const
export type Grade = (typeof grades)[number]

export interface Verdict {
  readonly grade: Grade
  /** A sentence without its subject, which is the gateway. */
  readonly says: string
}

export interface Outcome extends Observed {
  /** How often the provider was asked for this one call. */
  readonly calls: number
}

export function judge(scenario: Scenario, way: Way, outcome: Outcome): Verdict {
  const fault = faultOf(scenario, way, outcome)
  return fault === undefined ? gradeOf(scenario, way, outcome) : { grade: 'fail', says: fault }
}

/** What no gateway may do, whatever happened to it; the worst first. */
function faultOf(scenario: Scenario, way: Way, outcome: Outcome): string | undefined {
  const { said, calls, took } = outcome
  const most = mostCalls(scenario, way)
  const faults: readonly (readonly [isSo: boolean, says: string])[] = [
    [outcome.claimsEnd && !isWhole(outcome), `gave ${said.length} of ${text.length} characters as a whole answer`],
    [outcome.claimsEnd && outcome.tellsError, 'told an error and an end of the same answer'],
    [outcome.seen.includes(canary), 'let through what was no part of an answer'],
    [outcome.isLate, `was not done after ${Math.round(took)} ms`],
    [calls > most, `asked the provider ${calls} times, which is more than ${most}`],
    [outcome.status === undefined, 'broke the connection without an answer'],
    [outcome.isCut, 'broke the connection in the middle of its answer'],
    [outcome.isBroken, 'answered in something that is not its API'],
    [!outcome.claimsEnd && !outcome.tellsError, 'ended without an end and without an error'],
  ]
  return faults.find(([isSo]) => isSo)?.[1]
}

const isWhole = ({ said, isFinished }: Outcome): boolean => isFinished && said === text

function gradeOf(scenario: Scenario, way: Way, outcome: Outcome): Verdict {
  const want = wantOf(scenario, way)
  if (isWhole(outcome)) {
    if (want === 'refuses') return { grade: 'partial', says: 'asked another provider for what the client must mend' }
    return { grade: 'pass', says: 'gave the whole answer' }
  }
  if (outcome.said !== '') {
    if (want === 'tells') return { grade: 'pass', says: 'told an error behind the words that had gone out' }
    return { grade: 'partial', says: 'told an error behind a part of an answer that could be had whole' }
  }
  if (scenario.saysWhen && !/^retry-after/im.test(outcome.seen)) return { grade: 'partial', says: 'refused cleanly, and kept to itself when to come back' }
  const couldAnswer = want === 'answers' || (want !== 'refuses' && way.hasFallback)
  return couldAnswer ? { grade: 'safe', says: 'refused cleanly where an answer could be had' } : { grade: 'pass', says: 'refused cleanly and in time' }
}
