/** Finds secrets: keys by the shape that their makers gave them, private keys, passwords in addresses, and what stands behind a word like `password`. */

import type { Detector, DetectorTerms } from '../detector.ts'
import { Automaton } from './automaton.ts'
import { gather, type Found, type Search } from './gather.ts'
import { legibly } from './legible.ts'
import { looksRandom, looksSecret } from './randomness.ts'
import { secretShapes, type SecretShape } from './secret-shapes.ts'

const begins = secretShapes.flatMap((shape) => shape.prefixes.map((prefix) => ({ prefix, shape })))
const privateKey = '-----BEGIN '
const address = '://'
/** Before a value of which nothing else tells that it is secret; each also in capitals and with a capital. */
const labels = ['password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'api_key', 'apikey', 'api-key', 'access_key', 'auth_key', 'bearer', 'credential']
const written = labels.flatMap((label) => [label, label.toUpperCase(), label[0]!.toUpperCase() + label.slice(1)])
const camel = ['apiKey', 'accessKey', 'ApiKey', 'AccessKey', 'API key', 'api key', 'Api-Key', 'X-Api-Key']
const marks = [...begins.map(({ prefix }) => prefix), privateKey, address, ...written, ...camel]
const firstLabel = begins.length + 2

/** Everything that this detector finds. */
export const secretKinds: readonly string[] = [...secretShapes.map(({ kind }) => kind), 'private_key', 'url_password', 'password', 'random']

let automaton: Automaton | undefined

export function secretsDetector(terms: Extract<DetectorTerms, { readonly kind: 'pii' | 'secrets' }>): Detector {
  const isWanted = (kind: string): boolean => terms.kinds === undefined || terms.kinds.includes(kind)
  const found = (automaton ??= new Automaton(marks))
  const search: Search = (text, told) => {
    const only: Found = (kind, start, end, confidence) => {
      if (isWanted(kind)) told(kind, start, end, confidence)
    }
    findIn(text, found, only)
  }
  return { terms, look: (passages) => gather(terms, passages, legibly(search)) }
}

function findIn(text: string, marksIn: Automaton, found: Found): void {
  /** Of the secrets so far: what is inside one is no other. */
  let last = 0
  /** Of private keys: searched for once, however many begin. */
  let ending = -1
  const tell: Found = (kind, start, end, confidence) => {
    if (start < last) return
    last = end
    found(kind, start, end, confidence)
  }
  marksIn.scan(text, (mark, end) => {
    const start = end - marks[mark]!.length
    if (start < last) return
    if (mark < begins.length) tellShape(text, start, begins[mark]!.shape, tell)
    else if (mark >= firstLabel) tellLabelled(text, end, tell)
    else if (marks[mark] === address) tellPassword(text, end, tell)
    else if (ending !== Infinity) {
      if (ending < end) ending = positionOf(text, end)
      if (ending !== Infinity) tellPrivateKey(text, start, ending, tell)
    }
  })
}

const positionOf = (text: string, from: number): number => {
  const at = text.indexOf('-----END ', from)
  return at === -1 ? Infinity : at
}

const isPartOfWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45

function tellShape(text: string, start: number, { kind, pattern }: SecretShape, tell: Found): void {
  if (start > 0 && isPartOfWord(text.charCodeAt(start - 1))) return
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
