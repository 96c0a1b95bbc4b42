/** Finds many words in a text at once, in one pass (Aho and Corasick, 1975). */

import { unseen } from './fold.ts'

/** So many characters all words of one automaton may have together: a state fits into 16 bits, a state and a character into 32. */
export const mostCharacters = 65_000

/** Of the table, two bytes each: an automaton with more states looks its deepest ones up elsewhere. Texts seldom get to them. */
const mostCells = 2 ** 20

const none = -1
/** What a character of the text is to the words: nobody sees it, none has it; from then on, one of theirs. */
const skipped = 0
const foreign = 1

interface Edge {
  readonly column: number
  readonly to: number
}

/** Words and the text are compared as `fold` says; without, as they are. Built once, never changed. */
export class Automaton {
  readonly #fold: Uint16Array | undefined
  readonly #lengths: readonly number[]
  /** Of each UTF-16 unit. */
  readonly #columns = new Uint16Array(0x10000).fill(foreign)
  readonly #width: number
  /** Which state follows on each of the first states: a row of columns for each. The start is 0; who is nearer to it has the lower number. */
  readonly #rows: Uint16Array
  readonly #rowCount: number
  /** A hash table, half empty: a state and a column, and the state that follows where words go on. */
  readonly #keys: Uint32Array
  readonly #next: Uint16Array
  readonly #shift: number
  /** The longest end of a state's text that is a beginning too. */
  readonly #fallback: Uint16Array
  /** The word that ends in a state; the first state from it on its way of fallbacks where one does, and the first behind it. */
  readonly #word: Int32Array
  readonly #ending: Uint16Array
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
    this.#ending = new Uint16Array(total + 1)
    this.#shorter = new Uint16Array(total + 1)
    const { spelled, width } = this.#spell(words)
    this.#lengths = spelled.map(({ length }) => length)
    this.#width = width
    const edges = this.#plant(spelled)
    this.#rowCount = Math.min(edges.length, Math.floor(mostCells / width))
    this.#rows = new Uint16Array(this.#rowCount * width)
    this.#finish(edges)
  }

  /** Tells the number of each word that ends, and where it ends; a word in another is told too. */
  scan(text: string, told: (word: number, end: number) => void): void {
    const columns = this.#columns
    const rows = this.#rows
    const rowCount = this.#rowCount
    const width = this.#width
    const endings = this.#ending
    const { length } = text
    let state = 0
    for (let at = 0; at < length; at++) {
      const column = columns[text.charCodeAt(at)]!
      if (column === skipped) continue
      state = state < rowCount ? rows[state * width + column]! : this.#step(state, column)
      if (endings[state] !== 0) this.#tell(state, at + 1, told)
    }
  }

  #tell(state: number, end: number, told: (word: number, end: number) => void): void {
    for (let ending = this.#ending[state]!; ending !== 0; ending = this.#shorter[ending]!) told(this.#word[ending]!, end)
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

  #step(from: number, column: number): number {
    for (let state = from; ; state = this.#fallback[state]!) {
      const next = this.#next[this.#slot(state, column)]!
      if (next !== 0 || state === 0) return next
    }
  }

  /** Where the pair stands, or would. */
  #slot(state: number, column: number): number {
    const key = ((state << 16) | column) >>> 0
    const last = this.#keys.length - 1
    let slot = Math.imul(key, 0x9e3779b1) >>> this.#shift
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & last
    return slot
  }

  /** The words as columns, and how many columns there are. */
  #spell(words: readonly string[]): { readonly spelled: readonly (readonly number[])[]; readonly width: number } {
    const fold = this.#fold
    const columns = this.#columns
    const byCode = fold === undefined ? columns : new Uint16Array(columns.length).fill(foreign)
    byCode[unseen] = skipped
    let width = foreign + 1
    const spelled = words.map((word) => {
      const spelling: number[] = []
      for (let at = 0; at < word.length; at++) {
        const code = fold === undefined ? word.charCodeAt(at) : fold[word.charCodeAt(at)]!
        if (byCode[code] === foreign) byCode[code] = width++
        if (byCode[code] !== skipped) spelling.push(byCode[code]!)
      }
      return spelling
    })
    if (fold !== undefined) for (let unit = 0; unit < columns.length; unit++) columns[unit] = byCode[fold[unit]!]!
    return { spelled, width }
  }

  /** A character of all words after the other: what a state falls back on is nearer to the start, and known already. Tells how words go on from each state. */
  #plant(words: readonly (readonly number[])[]): readonly (readonly Edge[])[] {
    const edges: Edge[][] = [[]]
    const states = words.map(() => 0)
    let growing = words.map((_, number) => number).filter((number) => words[number]!.length > 0)
    for (let depth = 0; growing.length > 0; depth++) {
      for (const number of growing) {
        const state = this.#grow(edges, states[number]!, words[number]![depth]!)
        states[number] = state
        if (words[number]!.length === depth + 1 && this.#word[state] === none) this.#word[state] = number
      }
      growing = growing.filter((number) => words[number]!.length > depth + 1)
    }
    return edges
  }

  #grow(edges: Edge[][], from: number, column: number): number {
    const slot = this.#slot(from, column)
    if (this.#next[slot] !== 0) return this.#next[slot]!
    const to = edges.push([]) - 1
    if (from !== 0) this.#fallback[to] = this.#step(this.#fallback[from]!, column)
    this.#keys[slot] = ((from << 16) | column) >>> 0
    this.#next[slot] = to
    edges[from]!.push({ column, to })
    return to
  }

  /** What a state does not go on with, it does as the one that it falls back on. */
  #finish(edges: readonly (readonly Edge[])[]): void {
    const width = this.#width
    for (let state = 0; state < edges.length; state++) {
      const back = this.#fallback[state]!
      this.#shorter[state] = this.#ending[back]!
      this.#ending[state] = this.#word[state] === none ? this.#shorter[state]! : state
      if (state >= this.#rowCount) continue
      this.#rows.copyWithin(state * width, back * width, (back + 1) * width)
      for (const { column, to } of edges[state]!) this.#rows[state * width + column] = to
    }
  }
}
