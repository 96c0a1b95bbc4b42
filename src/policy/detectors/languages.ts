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

/** Most letters' script. Japanese is written with Chinese signs too, and Korean was. */
function scriptOf(text: string): string {
  const counts = new Map<string, number>()
  let all = 0
  let latin = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x250) {
      latin += Number(isLatin(code))
      continue
    }
    const script = scriptOfCode(code)
    if (script === undefined) continue
    all += 1
    counts.set(script, (counts.get(script) ?? 0) + 1)
  }
  if (latin > 0) counts.set('latin', (counts.get('latin') ?? 0) + latin)
  if ((counts.get('ja') ?? 0) * 10 > all + latin) return 'ja'
  const [script, count] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [unknownLanguage, 0])
  // A Chinese sign is a word.
  return count * (script === 'zh' ? 3 : 1) < leastLetters ? unknownLanguage : script
}

function scriptOfCode(code: number): string | undefined {
  for (const [from, to, script] of scripts) if (code >= from && code <= to) return script
  return undefined
}

const isLatin = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code !== 0xd7 && code !== 0xf7)

/** A word, and the languages in which it is frequent. */
const languagesOfWord = new Map<string, string[]>()
for (const language in frequent)
  for (const word of frequent[language]!.split(' ')) {
    const known = languagesOfWord.get(word)
    if (known === undefined) languagesOfWord.set(word, [language])
    else known.push(language)
  }

/** A word that several have counts for each of them in part. */
function latinLanguageOf(text: string): string {
  const points = new Map<string, number>()
  let words = 0
  for (const [word] of text.toLowerCase().matchAll(/[a-z\u00df-\u024f\u1e00-\u1eff]{1,24}/g)) {
    words += 1
    const languages = languagesOfWord.get(word)
    if (languages !== undefined) for (const language of languages) points.set(language, (points.get(language) ?? 0) + 1 / languages.length)
  }
  const [first, second] = [...points].toSorted((one, other) => other[1] - one[1])
  const isClear = first !== undefined && first[1] >= Math.max(1.5, words * 0.06) && first[1] >= 1.4 * (second?.[1] ?? 0)
  return isClear ? first[0] : unknownLanguage
}
