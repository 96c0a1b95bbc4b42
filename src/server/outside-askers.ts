/** How each kind of service is asked, and what its answer means. An answer that is not as it must be is none. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { DetectorSettings } from '../config/detectors.ts'
import { nothingDetected, type Detected, type Finding, type Passage } from '../policy/detector.ts'

/** A text that is looked at, and its place among all. */
export interface Looked extends Passage {
  readonly passage: number
}

interface Asker {
  write(looked: readonly Looked[], service: DetectorSettings): JsonObject
  /** Undefined where the answer is none that was asked for. */
  read(answer: unknown, detector: string, looked: readonly Looked[]): Detected | undefined
}

/** A kind is a service's own word, so it is held to a shape; others are called `other`. */
const kindPattern = /^[\w./-]{1,64}$/
const kindOf = (said: Json | undefined): string => (typeof said === 'string' && kindPattern.test(said) ? said.toLowerCase() : 'other')
const isShare = (value: Json | undefined): value is number => typeof value === 'number' && value >= 0 && value <= 1

/** More findings than this are no answer to a question of this size. */
const mostFindings = 10_000

function detectedOf(findings: readonly Finding[], score: number): Detected {
  if (findings.length === 0) return { ...nothingDetected, score }
  const kinds: { [kind: string]: number } = {}
  for (const { kind } of findings) kinds[kind] = (kinds[kind] ?? 0) + 1
  return { kinds, count: findings.length, score, findings }
}

/** https://platform.openai.com/docs/api-reference/moderations */
const moderation: Asker = {
  write: (looked, { model }) => ({ ...(model !== undefined && { model }), input: looked.map(({ text }) => text) }),
  read(answer, detector, looked) {
    if (!isObject(answer) || !Array.isArray(answer.results) || answer.results.length !== looked.length) return undefined
    const findings: Finding[] = []
    let score = 0
    for (const [at, result] of answer.results.entries()) {
      if (!isObject(result) || !isObject(result.categories)) return undefined
      const scores = isObject(result.category_scores) ? result.category_scores : {}
      for (const category in result.categories) {
        const share = scores[category]
        if (isShare(share)) score = Math.max(score, share)
        const { passage, text } = looked[at]!
        if (result.categories[category] === true)
          findings.push({ detector, kind: kindOf(category), passage, start: 0, end: text.length, confidence: isShare(share) ? share : 1 })
      }
    }
    return detectedOf(findings, findings.length > 0 && score === 0 ? 1 : score)
  },
}

/** Between texts that are sent as one: nothing that is found goes over it. */
const gap = '\n\n'

/** https://microsoft.github.io/presidio/api-docs/api-docs.html: it takes one text, and counts characters where we count UTF-16 units. */
const presidio: Asker = {
  write: (looked, { language = 'en' }) => ({ text: looked.map(({ text }) => text).join(gap), language }),
  read(answer, detector, looked) {
    if (!Array.isArray(answer) || answer.length > mostFindings) return undefined
    const findings: Finding[] = []
    const place = placer(looked)
    for (const one of answer as readonly Json[]) {
      if (!isObject(one) || !isPlace(one.start, one.end)) return undefined
      const confidence = isShare(one.score) ? one.score : 1
      const placed = place(one.start as number, one.end as number)
      if (placed !== undefined) findings.push({ detector, kind: kindOf(one.entity_type), confidence, ...placed })
    }
    return detectedOf(findings, Math.max(0, ...findings.map(({ confidence }) => confidence)))
  },
}

/** From characters of the joined text to a passage and its units. */
function placer(looked: readonly Looked[]): (start: number, end: number) => Pick<Finding, 'passage' | 'start' | 'end'> | undefined {
  const units = [0]
  for (const character of looked.map(({ text }) => text).join(gap)) units.push(units.at(-1)! + character.length)
  const begins: number[] = []
  let begin = 0
  for (const { text } of looked) {
    begins.push(begin)
    begin += text.length + gap.length
  }
  return (from, to) => {
    const [start, end] = [units[from], units[to]]
    if (start === undefined || end === undefined) return undefined
    const at = begins.findLastIndex((one) => one <= start)
    const { passage, text } = looked[at]!
    return { passage, start: Math.min(start - begins[at]!, text.length), end: Math.min(end - begins[at]!, text.length) }
  }
}

const isPlace = (start: Json | undefined, end: Json | undefined): boolean =>
  Number.isSafeInteger(start) && Number.isSafeInteger(end) && (start as number) >= 0 && (start as number) < (end as number)

/**
 * Sent: `{"detector", "passages": [{"from", "text"}]}`. Expected: `{"score"?, "findings"?: [{"kind", "passage", "start"?, "end"?, "confidence"?}]}`,
 * with the place of the passage in the list that was sent, offsets in UTF-16 units, and shares from 0 to 1.
 */
const webhook: Asker = {
  write: (looked) => ({ passages: looked.map(({ from, text }) => ({ from, text })) }),
  read(answer, detector, looked) {
    if (!isObject(answer)) return undefined
    const { findings: said = [], score } = answer
    if (!Array.isArray(said) || said.length > mostFindings || (score !== undefined && !isShare(score))) return undefined
    const findings: Finding[] = []
    for (const one of said) {
      const found = isObject(one) ? readFinding(one, detector, looked) : undefined
      if (found === undefined) return undefined
      findings.push(found)
    }
    return detectedOf(findings, score ?? (findings.length > 0 ? 1 : 0))
  },
}

function readFinding({ kind, passage, start = 0, end, confidence }: JsonObject, detector: string, looked: readonly Looked[]): Finding | undefined {
  const one = typeof passage === 'number' ? looked[passage] : undefined
  if (one === undefined) return undefined
  const until = end ?? one.text.length
  if (!isPlace(start, until) || (until as number) > one.text.length) return undefined
  return { detector, kind: kindOf(kind), passage: one.passage, start: start as number, end: until as number, confidence: isShare(confidence) ? confidence : 1 }
}

export const askers: { readonly [kind in DetectorSettings['kind']]: Asker } = { moderation, presidio, webhook }
