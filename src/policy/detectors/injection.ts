/** Judges whether a text tries to give orders to the model that are not the operator's: by several layers of signs, none of which is a proof. */

import { nothingDetected, type Detector, type Finding, type Passage, type Speaker } from '../detector.ts'
import { Automaton } from './automaton.ts'
import { digitFoldTable, foldTable } from './fold.ts'
import { hasDigitLetters, hiddenText, invisibleFrom, isInTags } from './hidden.ts'
import { marks, type InjectionKind } from './injection-marks.ts'
import { SignReader, type Sign } from './signs.ts'

/** From which weight on a sign is told as a finding. Rules go by the score as they see fit; the published test set is measured at 0.5. */
const leastWeight = 0.2

/** Tools bring what strangers wrote; a system prompt is the operator's own, and speaks of instructions as a matter of course: it alone never reaches 0.5. */
const scale: Readonly<Record<Speaker, { readonly weight: number; readonly most: number }>> = {
  tool: { weight: 1.2, most: 1 },
  user: { weight: 1, most: 1 },
  answer: { weight: 0.6, most: 1 },
  assistant: { weight: 0.5, most: 0.6 },
  system: { weight: 0.3, most: 0.4 },
}

let automata: { readonly plain: Automaton; readonly byDigits: Automaton } | undefined

const words = marks.map(({ text }) => text)

/** White space is a space, and so is what joins words; bold letters are letters. */
function injectionFold(table: Uint16Array): Uint16Array {
  const fold = table.slice()
  for (const space of '\t\n\r\u00a0\u2003\u3000-_') fold[space.charCodeAt(0)] = 0x20
  fold['’'.charCodeAt(0)] = 0x27
  fold['*'.charCodeAt(0)] = 0
  return fold
}

export function injectionDetector(terms: Detector['terms']): Detector {
  automata ??= { plain: new Automaton(words, injectionFold(foldTable())), byDigits: new Automaton(words, injectionFold(digitFoldTable())) }
  return {
    terms,
    look(passages) {
      const findings: Finding[] = []
      let score = 0
      for (const [passage, one] of passages.entries()) {
        if (terms.of !== undefined && !terms.of.includes(one.from)) continue
        const judged = judge(one)
        score = Math.max(score, judged.score)
        for (const { kind, start, end, weight } of judged.signs)
          if (weight >= leastWeight) findings.push({ detector: terms.name, kind, passage, start, end, confidence: weight })
      }
      if (score === 0) return nothingDetected
      return { kinds: countKinds(findings), count: findings.length, score: Math.round(score * 100) / 100, findings }
    },
  }
}

function countKinds(findings: readonly Finding[]): { readonly [kind: string]: number } {
  const kinds: { [kind: string]: number } = {}
  for (const { kind } of findings) kinds[kind] = (kinds[kind] ?? 0) + 1
  return kinds
}

function judge({ from, text }: Passage): { readonly score: number; readonly signs: readonly Sign[] } {
  const { weight, most } = scale[from]
  const signs = signsOf(text).map((sign) => ({ ...sign, weight: Math.min(0.95, sign.weight * weight) }))
  return { score: Math.min(most, scoreOf(signs)), signs }
}

/** Signs further from each other than this are not of one attempt. */
const cluster = 1500

/** Of the group of signs that says most: what they say together, as chances do. Three of a kind count. */
function scoreOf(signs: readonly Sign[]): number {
  const inOrder = signs.toSorted((one, other) => one.start - other.start)
  let score = 0
  for (let from = 0; from < inOrder.length;) {
    let to = from + 1
    while (to < inOrder.length && inOrder[to]!.start - inOrder[to - 1]!.start <= cluster) to += 1
    score = Math.max(score, scoreTogether(inOrder.slice(from, to)))
    from = to
  }
  return score
}

const mostOfKind = 3

function scoreTogether(signs: readonly Sign[]): number {
  const counts: { [kind in InjectionKind]?: number } = {}
  const told = new Set<string>()
  let doubt = 1
  for (const { kind, mark, weight } of signs.toSorted((one, other) => other.weight - one.weight)) {
    const count = counts[kind] ?? 0
    if (count >= mostOfKind || told.has(mark)) continue
    counts[kind] = count + 1
    told.add(mark)
    doubt *= 1 - weight
  }
  return 1 - doubt
}

function signsOf(text: string): readonly Sign[] {
  const { plain, byDigits } = automata!
  const signs: Sign[] = [...new SignReader(text).read(plain)]
  if (hasDigitLetters(text)) signs.push(...new SignReader(text).read(byDigits))
  for (const hidden of hiddenText(text)) {
    const inside = scoreOf(new SignReader(hidden.text).read(plain))
    const weight = isInTags(text, hidden) ? 0.8 + inside / 5 : inside
    if (weight > 0) signs.push({ kind: 'encoding', mark: 'hidden', start: hidden.start, end: hidden.end, weight })
  }
  const invisible = invisibleFrom(text)
  if (invisible !== undefined) signs.push({ kind: 'invisible', mark: 'invisible', start: invisible, end: invisible + 1, weight: 0.35 })
  return signs
}
