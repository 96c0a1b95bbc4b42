/** Finds secrets: keys by the shape that their makers gave them, private keys, passwords in addresses, and what stands behind a word like `password`. */

import type { Detector, DetectorTerms } from '../detector.ts'
import { gather, type Found } from './gather.ts'
import { legibly } from './legible.ts'
import { looksRandom, looksSecret } from './randomness.ts'
import { runFrom, wordAfter } from './runs.ts'
import { secretShapes, type SecretShape } from './secret-shapes.ts'
import { address, mayHoldWords, privateKey, wordFrom, type Word } from './secret-words.ts'

/** Everything that this detector finds. */
export const secretKinds: readonly string[] = [...secretShapes.map(({ kind }) => kind), 'private_key', 'url_password', 'password', 'random']

interface Beginning {
  readonly prefix: string
  readonly shape: SecretShape
}

/** By their first character. */
const beginnings: ReadonlyMap<number, readonly Beginning[]> = Map.groupBy(
  secretShapes.flatMap((shape) => shape.prefixes.map((prefix) => ({ prefix, shape }))),
  ({ prefix }) => prefix.charCodeAt(0),
)

export function secretsDetector(terms: Extract<DetectorTerms, { readonly kind: 'pii' | 'secrets' }>): Detector {
  return { terms, look: (passages) => gather(terms, passages, search) }
}

/** Of most texts it is soon known that they have neither: then nothing is looked at more closely. */
const search = legibly((text, found) => {
  const run = runFrom(text, 0)
  const word = mayHoldWords(text) ? wordFrom(text, 0) : undefined
  if (run !== -1 || word !== undefined) new SecretReader(text, found).read(run, word)
})

/** Made for one text. Keys with a shape stand in long runs, all others behind words: both are read in one order, for what is inside a secret is no other. */
class SecretReader {
  readonly #text: string
  readonly #found: Found
  /** The next that was not read yet. */
  #word: Word | undefined
  /** Where the last secret ended. */
  #last = 0
  /** Where the next private key ends: searched for once, however many begin. */
  #ending = -1

  constructor(text: string, found: Found) {
    this.#text = text
    this.#found = found
  }

  read(run: number, word: Word | undefined): void {
    const text = this.#text
    this.#word = word
    for (let at = run; at !== -1; at = runFrom(text, wordAfter(text, at))) this.#readShapes(at)
    this.#readWords(Infinity)
  }

  #readShapes(start: number): void {
    const text = this.#text
    const known = beginnings.get(text.charCodeAt(start))
    if (known === undefined) return
    for (const { prefix, shape } of known) {
      if (!text.startsWith(prefix, start)) continue
      this.#readWords(start + prefix.length)
      if (start >= this.#last) tellShape(text, start, shape, this.#tell)
    }
  }

  /** Those that end before it. */
  #readWords(before: number): void {
    for (let word = this.#word; word !== undefined && word.end < before; word = this.#word) {
      if (word.start >= this.#last) this.#readWord(word)
      this.#word = wordFrom(this.#text, word.start + 1)
    }
  }

  #readWord({ text: word, start, end }: Word): void {
    const text = this.#text
    if (word === address) tellPassword(text, end, this.#tell)
    else if (word !== privateKey) tellLabelled(text, end, this.#tell)
    else {
      if (this.#ending < end) this.#ending = positionOf(text, end)
      if (this.#ending !== Infinity) tellPrivateKey(text, start, this.#ending, this.#tell)
    }
  }

  readonly #tell: Found = (kind, start, end, confidence) => {
    if (start < this.#last) return
    this.#last = end
    this.#found(kind, start, end, confidence)
  }
}

const positionOf = (text: string, from: number): number => {
  const at = text.indexOf('-----END ', from)
  return at === -1 ? Infinity : at
}

function tellShape(text: string, start: number, { kind, pattern }: SecretShape, tell: Found): void {
  pattern.lastIndex = start
  const secret = pattern.exec(text)?.[0]
  if (secret !== undefined && !isExample(secret)) tell(kind, start, start + secret.length, 0.95)
}

/** `sk-xxxxxxxx`, keys that end in `EXAMPLE`: what documentation shows. */
const isExample = (secret: string): boolean => /(?:x{6}|X{6}|\*{4}|\.{4}|EXAMPLE|example|your[-_]|YOUR[-_]|0{12}|-{4})/.test(secret)

/** The longest that a key in text may be; a certificate chain is shorter. */
const mostKey = 16 * 1024

function tellPrivateKey(text: string, start: number, ending: number, tell: Found): void {
  if (!/^[A-Z0-9 ]{0,30}PRIVATE KEY/.test(text.slice(start + privateKey.length, start + privateKey.length + 45))) return
  const close = text.indexOf('-----', ending + 9)
  const end = close === -1 || close - ending > 60 ? ending + 9 : close + 5
  if (end - start <= mostKey) tell('private_key', start, end, 0.99)
}

const credentials = /[^\s:/@"'<>]{0,64}:([^\s/@"'<>]{3,128})@[\w.[-]/y

/** `postgres://user:password@host`: the password alone. */
function tellPassword(text: string, from: number, tell: Found): void {
  credentials.lastIndex = from
  const found = credentials.exec(text)
  if (found === null || isPlaceholder(found[1]!)) return
  const start = from + found[0].indexOf(':') + 1
  tell('url_password', start, start + found[1]!.length, 0.9)
}

/** `password: "…"`, `API_KEY=…`, `Bearer …`, `the password is …`. */
const assignment = /[\w-]{0,24}["'`]?(?: ?(?:[:=>]|=>|:=) ?| is:? |(?<=earer|EARER) )["'`]?([^\s"'`,;)}\]<>]{8,256})/y
const isPlaceholder = (value: string): boolean =>
  /^[$%{<[(*]|^(?:x{3,}|\*{3,}|\.{3}|your|my[-_]?|example|change|placeholder|redacted|process\.env|os\.environ|null|none|true|false|undefined|password|secret)/i.test(
    value,
  )

function tellLabelled(text: string, from: number, tell: Found): void {
  assignment.lastIndex = from
  const found = assignment.exec(text)
  if (found === null || isPlaceholder(found[1]!)) return
  const value = found[1]!.replace(/[.!?:]+$/, '')
  const start = from + found[0].length - found[1]!.length
  if (looksRandom(value)) tell('random', start, start + value.length, 0.8)
  else if (looksSecret(value)) tell('password', start, start + value.length, 0.7)
}
