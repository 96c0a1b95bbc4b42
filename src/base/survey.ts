/** Surveys the bytes of a JSON object once, before it is parsed: depth, keys, duplicates, and where each top-level member stands. */

const QUOTE = 34
const COMMA = 44
const MINUS = 45
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** A top-level member: its key, and the offsets of the whole member and of its value. */
export interface Member {
  readonly key: string
  readonly start: number
  readonly value: number
  readonly end: number
}

export interface Survey {
  readonly members: readonly Member[]
  /** Some number is past what a JavaScript number holds, or some key is spelled with an escape: `JSON.parse` may change them, `parseExact` does not. */
  readonly needsExact: boolean
}

export interface SurveyLimits {
  readonly depth: number
  /** Keys in all, and as many objects and lists: an empty object of two bytes becomes some thirty times as many. */
  readonly keys: number
}

/** What is wrong with the bytes, and where. The offset is all that may be shown of them. */
export class JsonFault extends Error {
  readonly kind: 'json_too_deep' | 'too_many_items' | 'duplicate_key' | 'invalid_json'
  readonly at: number

  constructor(kind: JsonFault['kind'], at: number) {
    super(`${kind} at byte ${at}`)
    this.kind = kind
    this.at = at
  }
}

/**
 * Reads the structure and nothing else: it does not prove that the bytes are JSON (`JSON.parse` does, afterwards),
 * but whatever it passes is no deeper, has no more keys, and repeats no key in one object.
 * A repeated key is refused at any depth: gateway and provider must never read different values.
 */
export function survey(bytes: Buffer, limits: SurveyLimits): Survey {
  const scan = new Scan(bytes, limits)
  scan.run()
  return { members: scan.members, needsExact: scan.needsExact }
}

/** Objects with more keys than this are checked with a set of texts, smaller ones by looking back. */
const manyKeys = 24

/** Values that a body may have for each key that it may have: lists of numbers are long, and cost less than keys. */
const itemsForKey = 10

class Scan {
  readonly members: Member[] = []
  needsExact = false
  readonly #bytes: Buffer
  readonly #limits: SurveyLimits
  /** Offsets and lengths of the keys of the objects that are open, innermost last, as far as `#keysEnd`. Bounded by `limits.keys`. */
  readonly #keys: number[] = []
  #keysEnd = 0
  /** Where in `#keys` those of the innermost object begin; negative in a list, and outside of all. */
  #level = -1
  /** The levels around it: as many as it is deep. */
  readonly #around: number[] = []
  #depth = 0
  /** The same keys as text, by depth, for objects where offsets do not do; few bodies have one. */
  #texts: Map<number, Set<string>> | undefined
  #seen = 0
  #opened = 0

  constructor(bytes: Buffer, limits: SurveyLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  run(): void {
    const bytes = this.#bytes
    const mostCommas = this.#limits.keys * itemsForKey
    let memberStart = -1
    let memberKey = ''
    let valueStart = -1
    let commas = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        const end = stringEnd(bytes, at)
        if (end === -1) throw new JsonFault('invalid_json', at)
        const colon = this.#level < 0 ? -1 : colonAt(bytes, end)
        if (colon !== -1) {
          this.#addKey(at + 1, end - 1)
          if (this.#depth === 1) {
            memberStart = at
            memberKey = keyText(bytes, at, end)
            valueStart = skipSpace(bytes, colon + 1)
          }
          at = colon
        } else at = end - 1
      } else if (byte === COMMA) {
        commas += 1
        if (commas > mostCommas) throw new JsonFault('too_many_items', at)
        if (this.#depth === 1 && memberStart !== -1) memberStart = this.#endMember(memberKey, memberStart, valueStart, at)
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#enter(byte, at)
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (this.#depth === 1 && memberStart !== -1) memberStart = this.#endMember(memberKey, memberStart, valueStart, at)
        this.#leave(at)
      } else if (byte === MINUS || (byte >= 48 && byte <= 57)) at = this.#number(at)
    }
  }

  #enter(byte: number, at: number): void {
    if (this.#depth >= this.#limits.depth) throw new JsonFault('json_too_deep', at)
    this.#opened += 1
    if (this.#opened > this.#limits.keys) throw new JsonFault('too_many_items', at)
    this.#around[this.#depth] = this.#level
    this.#depth += 1
    this.#level = byte === OPEN_OBJECT ? this.#keysEnd : -1
  }

  #leave(at: number): void {
    if (this.#depth === 0) throw new JsonFault('invalid_json', at)
    if (this.#level >= 0) {
      this.#keysEnd = this.#level
      this.#texts?.delete(this.#depth)
    }
    this.#depth -= 1
    this.#level = this.#around[this.#depth]!
  }

  #endMember(key: string, start: number, value: number, stop: number): number {
    let end = stop
    while (end > value && isSpace(this.#bytes[end - 1]!)) end -= 1
    this.members.push({ key, start, value, end })
    return -1
  }

  #addKey(start: number, end: number): void {
    this.#seen += 1
    if (this.#seen > this.#limits.keys) throw new JsonFault('too_many_items', start)
    const bytes = this.#bytes
    const keys = this.#keys
    const length = end - start
    const texts = this.#texts?.get(this.#depth)
    const isEscaped = hasEscape(bytes, start, end)
    if (isEscaped) this.needsExact = true
    if (texts !== undefined || isEscaped || this.#keysEnd - this.#level > manyKeys * 2) return this.#addText(texts ?? this.#asTexts(), start, end)
    for (let i = this.#level; i < this.#keysEnd; i += 2) {
      if (keys[i + 1] === length && isSame(bytes, keys[i]!, start, length)) throw new JsonFault('duplicate_key', start - 1)
    }
    keys[this.#keysEnd] = start
    keys[this.#keysEnd + 1] = length
    this.#keysEnd += 2
  }

  /** Keys with escapes, and the many keys of a large object, are compared as text. */
  #asTexts(): Set<string> {
    const texts = new Set<string>()
    for (let i = this.#level; i < this.#keysEnd; i += 2) texts.add(this.#bytes.toString('utf8', this.#keys[i], this.#keys[i]! + this.#keys[i + 1]!))
    this.#texts ??= new Map()
    this.#texts.set(this.#depth, texts)
    return texts
  }

  #addText(texts: Set<string>, start: number, end: number): void {
    const text = keyText(this.#bytes, start - 1, end + 1)
    if (texts.has(text)) throw new JsonFault('duplicate_key', start - 1)
    texts.add(text)
  }

  #number(at: number): number {
    let digits = 0
    let isWhole = true
    let end = at
    for (; end < this.#bytes.length; end += 1) {
      const byte = this.#bytes[end]!
      if (byte >= 48 && byte <= 57) digits += isWhole ? 1 : 0
      else if (byte === 46) isWhole = false
      else if (byte === 69 || byte === 101) digits = 16
      else if (byte !== MINUS && byte !== 43) break
    }
    // Fifteen digits always fit; what an exponent makes of a number, `parseExact` will see.
    if (digits > 15) this.needsExact = true
    return end - 1
  }
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (bytes[i] === BACKSLASH) return true
  return false
}

function isSame(bytes: Buffer, left: number, right: number, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (bytes[left + i] !== bytes[right + i]) return false
  return true
}

/** Bytes that are looked at one by one before the native search is asked, which is faster over long stretches only. */
const stride = 64

/** The offset behind the closing quote of the string that opens at `at`, or -1. */
function stringEnd(bytes: Buffer, at: number): number {
  let i = at + 1
  while (i < bytes.length) {
    for (const stop = i + stride; i < stop; i += 1) {
      const byte = bytes[i]
      if (byte === QUOTE) return i + 1
      if (byte === BACKSLASH) i += 1
    }
    const quote = bytes.indexOf(QUOTE, i)
    if (quote === -1) return -1
    let back = quote
    while (back > i && bytes[back - 1] === BACKSLASH) back -= 1
    if ((quote - back) % 2 === 0) return quote + 1
    i = quote + 1
  }
  return -1
}

/** Keys that were read before, at most 256 short ones, by their length and two of their bytes: to make the text of one anew costs more than all else that is done with it. */
const knownKeys: string[] = Array.from({ length: 256 }, () => '')
const longestKnown = 32

/** Of the string from its opening quote to behind its closing one. */
function keyText(bytes: Buffer, start: number, end: number): string {
  const length = end - start - 2
  const place = (length * 37 + bytes[start + 1]! * 5 + bytes[end - 2]!) & 255
  const known = knownKeys[place]!
  if (known.length === length && isText(known, bytes, start + 1)) return known
  const text = textOfKey(bytes, start, end)
  if (text.length === length && length <= longestKnown) knownKeys[place] = text
  return text
}

/** Whether the bytes there spell it, each a character. */
function isText(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[start + i] !== text.charCodeAt(i) || bytes[start + i]! > 127) return false
  return true
}

function textOfKey(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1)
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    throw new JsonFault('invalid_json', start)
  }
}

/** Where the colon stands that comes next, or -1 where something else does. */
function colonAt(bytes: Buffer, at: number): number {
  const next = bytes[at] === COLON ? at : skipSpace(bytes, at)
  return bytes[next] === COLON ? next : -1
}

function skipSpace(bytes: Buffer, at: number): number {
  while (at < bytes.length && isSpace(bytes[at]!)) at += 1
  return at
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}
