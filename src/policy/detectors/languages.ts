/** Says what language texts are in, by their script and their most frequent words; and `unknown` where that does not tell. */

import { nothingDetected, type Detector, type DetectorTerms, type Finding } from '../detector.ts'
import { frequent, letters, scripts } from './language-words.ts'

const unknownLanguage = 'unknown'

/** Characters of one text that are looked at, and of all together: enough to tell, and always the same time. */
const mostOfOne = 512
const mostOfAll = 32 * 1024
/** Fewer letters tell nothing. */
const leastLetters = 12

export function languagesDetector(terms: Extract<DetectorTerms, { readonly kind: 'languages' }>): Detector {
  return {
    terms,
    look(passages) {
      const looked = terms.of === undefined ? undefined : new Set(terms.of)
      const lengths = new Map<string, number>()
      const findings: Finding[] = []
      const share = Math.max(64, Math.min(mostOfOne, Math.floor(mostOfAll / passages.length)))
      for (const [passage, { from, text }] of passages.entries()) {
        if (looked !== undefined && !looked.has(from)) continue
        const language = languageOf(text.slice(0, share))
        lengths.set(language, (lengths.get(language) ?? 0) + Math.min(text.length, share))
        if (language !== unknownLanguage && terms.allow !== undefined && !terms.allow.includes(language))
          findings.push({ detector: terms.name, kind: 'denied', passage, start: 0, end: text.length, confidence: 0.7 })
      }
      return { ...found(findings), label: longestOf(lengths) }
    },
  }
}

const found = (findings: readonly Finding[]) =>
  findings.length === 0 ? nothingDetected : { kinds: { denied: findings.length }, count: findings.length, score: 1, findings }

function longestOf(lengths: ReadonlyMap<string, number>): string {
  let longest = unknownLanguage
  let most = 0
  for (const [language, length] of lengths) {
    if (language === unknownLanguage || length <= most) continue
    longest = language
    most = length
  }
  return longest
}

export function languageOf(text: string): string {
  const script = scriptOf(text)
  if (script === 'latin') return latinLanguageOf(text)
  return letters[script]?.find(([pattern]) => pattern.test(text))?.[1] ?? script
}

const unknownScript = ''
/** Each once, by its place in the tables. */
const names: readonly string[] = [unknownScript, ...new Set(scripts.map(([, , name]) => name))]
const [latinScript, japanese, chinese] = ['latin', 'ja', 'zh'].map((name) => names.indexOf(name)) as [number, number, number]
/** Up to there Latin letters stand among signs, and nothing else does. */
const endOfLatin = 0x250

let table: Uint8Array | undefined

/** The script of each UTF-16 unit, by its place. Made when first asked for. */
function scriptTable(): Uint8Array {
  if (table !== undefined) return table
  table = new Uint8Array(0x10000)
  for (const [from, to, name] of scripts) table.fill(names.indexOf(name), Math.max(from, endOfLatin), to + 1)
  for (let code = 0; code < endOfLatin; code++) if (isLatin(code)) table[code] = latinScript
  return table
}

/** Most letters' script; of two that have as many, the one that comes first, and Latin last. Japanese is written with Chinese signs too, and Korean was. */
function scriptOf(text: string): string {
  const scriptOfUnit = scriptTable()
  const counts = names.map(() => 0)
  const seen: number[] = []
  let all = 0
  let latin = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const script = scriptOfUnit[code]!
    if (script === 0) continue
    all += 1
    if (code < endOfLatin) latin += 1
    else if (++counts[script]! === 1) seen.push(script)
  }
  counts[latinScript]! += latin
  if (latin > 0) seen.push(latinScript)
  if (counts[japanese]! * 10 > all) return 'ja'
  let most = 0
  for (const script of seen) if (counts[script]! > counts[most]!) most = script
  // A Chinese sign is a word.
  return counts[most]! * (most === chinese ? 3 : 1) < leastLetters ? unknownLanguage : names[most]!
}

const isLatin = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code !== 0xd7 && code !== 0xf7)

/** A word, and the languages in which it is frequent. */
interface Frequent {
  readonly word: string
  readonly languages: string[]
}

const mixed = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff

/** By the hash of the word: no word of a text need be cut out to be looked up, which took V8 most of the time. */
const frequentWords = new Map<number, Frequent>()
for (const language in frequent)
  for (const word of frequent[language]!.split(' ')) {
    const hash = Array.from(word, (letter) => letter.charCodeAt(0)).reduce(mixed, 0)
    const known = frequentWords.get(hash)
    if (known === undefined) frequentWords.set(hash, { word, languages: [language] })
    else if (known.word === word) known.languages.push(language)
    else throw new Error(`${word} and ${known.word} have one hash.`)
  }

/** What is longer counts as several. */
const longestWord = 24

/** A word that several have counts for each of them in part. */
function latinLanguageOf(text: string): string {
  const lower = text.toLowerCase()
  const points = new Map<string, number>()
  let words = 0
  let start = 0
  let hash = 0
  for (let at = 0; at <= lower.length; at++) {
    const code = at < lower.length ? lower.charCodeAt(at) : 0
    const isLetter = isOfWord(code)
    if (isLetter && at - start < longestWord) {
      hash = mixed(hash, code)
      continue
    }
    if (at > start) {
      words += 1
      const known = frequentWords.get(hash)
      if (known?.word.length === at - start && lower.startsWith(known.word, start)) count(known, points)
    }
    start = isLetter ? at : at + 1
    hash = isLetter ? code : 0
  }
  const [first, second] = [...points].toSorted((one, other) => other[1] - one[1])
  const isClear = first !== undefined && first[1] >= Math.max(1.5, words * 0.06) && first[1] >= 1.4 * (second?.[1] ?? 0)
  return isClear ? first[0] : unknownLanguage
}

const isOfWord = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 0xdf && code <= 0x24f) || (code >= 0x1e00 && code <= 0x1eff)

function count({ languages }: Frequent, points: Map<string, number>): void {
  for (const language of languages) points.set(language, (points.get(language) ?? 0) + 1 / languages.length)
}
