/** Finds many words in a text at once, in one pass (Aho and Corasick, 1975). */

import { unseen } from './fold.ts'

/** So many characters all words of one automaton may have together: a state fits into 16 bits, a state and a character into 32. */
export const mostCharacters = 65_000

const none = -1

/** Words and the text are compared as `fold` says; without, as they are. Built once, never changed. */
export class Automaton {
  readonly #fold: Uint16Array | undefined
  readonly #lengths: readonly number[]
  /** Where each character leads from the start. */
  readonly #first = new Uint16Array(0x10000)
  /** A hash table, half empty: a state and a character, and the state that follows. */
  readonly #keys: Uint32Array
  readonly #next: Uint16Array
  readonly #shift: number
  /** The longest end of a state's text that is a beginning too. */
  readonly #fallback: Uint16Array
  /** The word that ends in a state, and the next state on its way of fallbacks where one does. */
  readonly #word: Int32Array
  readonly #shorter: Uint16Array

  /** Throws where the words are longer than `mostCharacters` together. Empty words are never found. */
  constructor(words: readonly string[], fold?: Uint16Array) {
    const total = words.reduce((sum, { length }) => sum + length, 0)
    if (total > mostCharacters) throw new RangeError(`The words have more than ${mostCharacters} characters.`)
    this.#fold = fold
    const bits = Math.max(4, Math.ceil(Math.log2(total + 1)) + 1)
    this.#keys = new Uint32Array(2 ** bits)
    this.#next = new Uint16Array(2 ** bits)
    this.#shift = 32 - bits
    this.#fallback = new Uint16Array(total + 1)
    this.#word = new Int32Array(total + 1).fill(none)
    this.#shorter = new Uint16Array(total + 1)
    this.#lengths = this.#plant(words)
  }

  /** Tells the number of each word that ends, and where it ends; a word in another is told too. */
  scan(text: string, told: (word: number, end: number) => void): void {
    const fold = this.#fold
    const first = this.#first
    let state = 0
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at)
      if (fold !== undefined) code = fold[code]!
      if (code === unseen) continue
      state = state === 0 ? first[code]! : this.#step(state, code)
      if (state === 0) continue
      for (let ending = this.#word[state] === none ? this.#shorter[state]! : state; ending !== 0; ending = this.#shorter[ending]!)
        told(this.#word[ending]!, at + 1)
    }
  }

  /** Where a word begins that ends there. */
  startOf(word: number, text: string, end: number): number {
    let left = this.#lengths[word]!
    let at = end
    while (left > 0) {
      at -= 1
      if (this.#fold === undefined || this.#fold[text.charCodeAt(at)] !== unseen) left -= 1
    }
    // A character may be two units.
    return at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at
  }

  #step(from: number, code: number): number {
    for (let state = from; state !== 0; state = this.#fallback[state]!) {
      const next = this.#next[this.#slot(state, code)]!
      if (next !== 0) return next
    }
    return this.#first[code]!
  }

  /** Where the pair stands, or would. */
  #slot(state: number, code: number): number {
    const key = ((state << 16) | code) >>> 0
    const last = this.#keys.length - 1
    let slot = Math.imul(key, 0x9e3779b1) >>> this.#shift
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & last
    return slot
  }

  #plant(words: readonly string[]): readonly number[] {
    const edges: { readonly from: number; readonly code: number; readonly to: number }[] = []
    let states = 0
    const lengths = words.map((word, number) => {
      let state = 0
      let length = 0
      for (let at = 0; at < word.length; at++) {
        const code = this.#fold === undefined ? word.charCodeAt(at) : this.#fold[word.charCodeAt(at)]!
        if (code === unseen) continue
        length += 1
        const known = state === 0 ? this.#first[code]! : this.#next[this.#slot(state, code)]!
        if (known === 0) edges.push({ from: state, code, to: (states += 1) })
        state = known === 0 ? this.#link(state, code, states) : known
      }
      if (length > 0 && this.#word[state] === none) this.#word[state] = number
      return length
    })
    this.#findFallbacks(edges)
    return lengths
  }

  #link(from: number, code: number, to: number): number {
    if (from === 0) return (this.#first[code] = to)
    const slot = this.#slot(from, code)
    this.#keys[slot] = ((from << 16) | code) >>> 0
    return (this.#next[slot] = to)
  }

  /** In the order of their depth: what a state falls back on is less deep, and known already. */
  #findFallbacks(edges: readonly { readonly from: number; readonly code: number; readonly to: number }[]): void {
    const depth = new Uint32Array(this.#fallback.length)
    for (const { from, to } of edges) depth[to] = depth[from]! + 1
    for (const { from, code, to } of edges.toSorted((one, other) => depth[one.to]! - depth[other.to]!)) {
      if (from === 0) continue
      const back = this.#step(this.#fallback[from]!, code)
      this.#fallback[to] = back
      this.#shorter[to] = this.#word[back] === none ? this.#shorter[back]! : back
    }
  }
}
