/** From what a search tells of each text to what a detector says of all. */

import { nothingDetected, type Detected, type Finding, type Passage, type Speaker } from '../detector.ts'

/** Tells of a stretch that was found, from `start` up to `end`. */
export type Found = (kind: string, start: number, end: number, confidence: number) => void

/** Looks through one text, in time that goes with its length. */
export type Search = (text: string, found: Found) => void

/** What of the terms tells which texts are looked at, and which kinds are told; all where absent. */
interface Wanted {
  readonly name: string
  readonly of?: readonly Speaker[]
  readonly kinds?: readonly string[]
}

export function gather({ name, of, kinds: wanted }: Wanted, passages: readonly Passage[], search: Search): Detected {
  const kinds: { [kind: string]: number } = {}
  const findings: Finding[] = []
  let passage = 0
  const found: Found = (kind, start, end, confidence) => {
    if (wanted !== undefined && !wanted.includes(kind)) return
    kinds[kind] = (kinds[kind] ?? 0) + 1
    findings.push({ detector: name, kind, passage, start, end, confidence })
  }
  for (; passage < passages.length; passage++) {
    const { from, text } = passages[passage]!
    if (of === undefined || of.includes(from)) search(text, found)
  }
  return findings.length === 0 ? nothingDetected : { kinds, count: findings.length, score: 1, findings }
}
