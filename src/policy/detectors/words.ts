/** Finds the words of an operator's list, however they are dressed up, all in one pass; and says how near a text comes to a topic. */

import type { Detected, Detector, DetectorTerms } from '../detector.ts'
import { Automaton } from './automaton.ts'
import { foldTable, unseen } from './fold.ts'
import { gather, type Search } from './gather.ts'

type WordTerms = Extract<DetectorTerms, { readonly kind: 'words' | 'topics' }>

const usualLeast = 3

interface Word {
  readonly isOpenBefore: boolean
  readonly isOpenAfter: boolean
}

/** Throws where the words are longer than `mostCharacters` of the automaton together. */
export function wordsDetector(terms: WordTerms): Detector {
  const fold = foldTable()
  const words = terms.words.map(readWord)
  const automaton = new Automaton(
    terms.words.map((word) => word.replace(/^\*|\*$/g, '')),
    fold,
  )
  const seen = new Set<number>()
  const search: Search = (text, found) => {
    automaton.scan(text, (number, end) => {
      const start = automaton.startOf(number, text, end)
      if (!isWhole(words[number]!, text, { start, end })) return
      seen.add(number)
      found('word', start, end, 0.95)
    })
  }
  const look: Detector['look'] = (passages) => {
    seen.clear()
    const detected = gather(terms, passages, search)
    return terms.kind === 'words' ? detected : asTopic(detected, seen.size, terms.least ?? usualLeast)
  }
  return { terms, look }
}

/** Of a topic is what has several words of it; a single one may be by chance. */
function asTopic(detected: Detected, words: number, least: number): Detected {
  const score = Math.min(1, words / least)
  return score < 1 ? { ...detected, count: 0, kinds: {}, score, findings: [] } : { ...detected, score }
}

const readWord = (word: string): Word => ({
  isOpenBefore: word.startsWith('*') || !isLetterLike(word.charCodeAt(0)),
  isOpenAfter: word.endsWith('*') || !isLetterLike(word.charCodeAt(word.length - 1)),
})

function isWhole({ isOpenBefore, isOpenAfter }: Word, text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  const fold = foldTable()
  let before = start - 1
  while (before >= 0 && fold[text.charCodeAt(before)] === unseen) before -= 1
  let after = end
  while (after < text.length && fold[text.charCodeAt(after)] === unseen) after += 1
  return (
    (isOpenBefore || before < 0 || !isLetterLike(text.charCodeAt(before))) && (isOpenAfter || after >= text.length || !isLetterLike(text.charCodeAt(after)))
  )
}

/** Of scripts that put spaces between words: Chinese, Japanese and Thai do not, so that there any place is a word's edge. */
function isLetterLike(code: number): boolean {
  if (code < 0x80) return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return (code >= 0xc0 && code < 0x0e00) || (code >= 0x0e80 && code < 0x2000) || (code >= 0xac00 && code <= 0xd7a3)
}
