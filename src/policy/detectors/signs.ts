/** Reads the signs of one text: words that say something together where they stand near each other, and what speaks against it. */

import type { Automaton } from './automaton.ts'
import { marks, type InjectionKind, type Part } from './injection-marks.ts'
import { negations } from './injection-phrases.ts'

export interface Sign {
  readonly kind: InjectionKind
  /** The same words say the same only once. */
  readonly mark: string
  readonly start: number
  readonly end: number
  readonly weight: number
}

/** Characters within which parts of one sign stand. */
const together = { override: 88, leak: 80, exactly: 60, quote: 220 }
/** More say nothing more. */
const mostSigns = 1000

const weights = { override: 0.75, weakOverride: 0.4, leak: 0.65, vagueLeak: 0.4 }
/** Where somebody speaks of an attack near it; puts it into quotation marks; forbids it; or says its parts in two sentences. */
const doubts = { quoting: 0.45, marked: 0.6, negated: 0.2, apart: 0.35 }

/** Characters in which the marks of a quotation are looked for. */
const reach = 80
const opening = /["“«「『„`][^"”»」』“`\n]{0,80}$/
const closing = /^[^"“«「『„`\n]{0,80}["”»」』“`]/
const sentenceEnd = /[.!?;]\s|\n[^\n]{0,80}\n|\n\s{0,8}(?:\n|[-*•] )|。/

interface Place {
  readonly start: number
  readonly end: number
}

/** Made for one text. */
export class SignReader {
  readonly #text: string
  readonly #signs: Sign[] = []
  /** Where somebody speaks of attacks, in order; as many as there are words. */
  readonly #quotes: number[] = []
  /** The last of each. */
  readonly #last: { [part in Part]?: Place } = {}

  constructor(text: string) {
    this.#text = text
  }

  read(automaton: Automaton): readonly Sign[] {
    automaton.scan(this.#text, (number, end) => {
      const mark = marks[number]!
      const start = automaton.startOf(number, this.#text, end)
      if (!beginsWord(mark.text, this.#text, start)) return
      if (mark.sign !== undefined) this.#add({ ...mark.sign, mark: mark.text, start, end })
      for (const part of mark.parts) this.#place(part, { start, end })
    })
    return this.#signs.map((sign) => ({ ...sign, weight: sign.weight * this.#doubt(sign) }))
  }

  #place(part: Part, place: Place): void {
    if (part === 'quote') {
      this.#quotes.push(place.start)
      return
    }
    if (part === 'verb' && isTold(this.#text, place.end)) return
    this.#last[part] = place
    if (part === 'exactly' || part === 'leakVerb' || part === 'leakTarget') this.#tellLeak(part)
    else this.#tellOverride()
  }

  #tellOverride(): void {
    const { verb, lastVerb, which, target, weak } = this.#last
    if (which === undefined) return
    this.#tellOrder(verb, which, target, weights.override)
    this.#tellOrder(verb, which, weak, weights.weakOverride)
    if (lastVerb !== undefined) {
      this.#tellOrder(target, which, lastVerb, weights.override)
      this.#tellOrder(weak, which, lastVerb, weights.weakOverride)
    }
  }

  /** What is done, and to what, in this order. */
  #tellOrder(first: Place | undefined, which: Place, second: Place | undefined, weight: number): void {
    if (first === undefined || second === undefined || second.end <= first.end) return
    if (areNear([first, which, second], together.override)) this.#add({ kind: 'override', mark: 'override', ...around([first, which, second]), weight })
  }

  #tellLeak(part: Part): void {
    const { leakVerb, leakTarget, exactly } = this.#last
    if (leakVerb === undefined || leakTarget === undefined || !areNear([leakVerb, leakTarget], together.leak)) return
    const isExact = exactly !== undefined && areNear([exactly, leakTarget], together.exactly)
    if (part === 'exactly' && !isExact) return
    this.#add({ kind: 'leak', mark: 'leak', ...around([leakVerb, leakTarget]), weight: isExact ? weights.leak : weights.vagueLeak })
  }

  /** One that overlaps the last of its kind says the same. */
  #add(sign: Sign): void {
    const last = this.#signs.at(-1)
    if (last?.mark === sign.mark && last.weight === sign.weight && sign.start < last.end) return
    if (this.#signs.length < mostSigns) this.#signs.push(sign)
  }

  #doubt({ start, end, kind }: Sign): number {
    const text = this.#text
    let doubt = 1
    if (this.#quotes.some((at) => at > start - together.quote && at < end + together.quote)) doubt *= doubts.quoting
    const before = text.slice(Math.max(0, start - reach), start)
    if (opening.test(before) && closing.test(text.slice(end, end + reach))) doubt *= doubts.marked
    if (kind !== 'override' && kind !== 'leak' && kind !== 'jailbreak') return doubt
    if (negations.test(before.slice(-40).toLowerCase())) doubt *= doubts.negated
    if (kind !== 'jailbreak' && sentenceEnd.test(text.slice(start, end))) doubt *= doubts.apart
    return doubt
  }
}

const areNear = (places: readonly Place[], distance: number): boolean => {
  const { start, end } = around(places)
  return end - start <= distance
}

function around(places: readonly Place[]): Place {
  return { start: Math.min(...places.map(({ start }) => start)), end: Math.max(...places.map(({ end }) => end)) }
}

/** Inside a longer word it is another one. Scripts without spaces have no such edge. */
function beginsWord(mark: string, text: string, start: number): boolean {
  if (start === 0 || !isSpaced(mark.charCodeAt(0))) return true
  return !isSpaced(text.charCodeAt(start - 1))
}

const isSpaced = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 0xc0 && code < 0x900)

/** `ignores`, `overriding`: whoever orders says it otherwise. */
function isTold(text: string, end: number): boolean {
  const next = text.slice(end, end + 4)
  return /^(?:e?s|e?d|ing|r)(?![a-z])/.test(next)
}
