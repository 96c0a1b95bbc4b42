/** Finds what tells of a person: addresses of mail and machines, and numbers by their shape and their check digits. */

import type { Detector, DetectorTerms } from '../detector.ts'
import { gather, type Found } from './gather.ts'
import { legibly } from './legible.ts'
import { shapes, type Shape } from './pii-shapes.ts'

export function piiDetector(terms: Extract<DetectorTerms, { readonly kind: 'pii' | 'secrets' }>): Detector {
  return { terms, look: (passages) => gather(terms, passages, search) }
}

const search = legibly((text, found) => {
  findMail(text, found)
  findNumbers(text, found)
  findLongAddresses(text, found)
})

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
/** Letters beyond ASCII too: they are in names of hosts and people. */
const isNamePart = (code: number): boolean => isDigit(code) || isLetter(code) || code > 0x7f
const mailSigns = new Set(Array.from(".!#$%&'*+/=?^_`{|}~-", (sign) => sign.charCodeAt(0)))
const dot = 46
const hyphen = 45

/** The lengths of RFC 5321, 4.5.3.1. */
const mostLocal = 64
const mostDomain = 255

/** From each `@` to both sides: no character is looked at more than twice. */
function findMail(text: string, found: Found): void {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > 0 && at - start < mostLocal && (isNamePart(text.charCodeAt(start - 1)) || mailSigns.has(text.charCodeAt(start - 1)))) start -= 1
    while (start < at && !isNamePart(text.charCodeAt(start))) start += 1
    let end = at + 1
    while (end < text.length && end - at <= mostDomain && isHostPart(text.charCodeAt(end))) end += 1
    while (end > at && !isNamePart(text.charCodeAt(end - 1))) end -= 1
    if (start < at && end > at + 1 && isHost(text.slice(at + 1, end))) found('email', start, end, 0.95)
  }
}

const isHostPart = (code: number): boolean => isNamePart(code) || code === dot || code === hyphen
/** A top level is of letters, and has two at least; packages (`lodash@4.17.21`) have a number there. */
const isHost = (host: string): boolean => /^[^.].*\.(?:[a-zA-Z]{2,24}|xn--[\w-]{2,59}|[^\0-\x7f]{2,24})$/.test(host) && !host.includes('..')

/** By letters before the number and the length of its first run of digits. */
const byStart = new Map<Shape['letters'], ReadonlyMap<number, readonly Shape[]>>(
  ([0, 1, 2, 6, '+'] as const).map((letters) => {
    const ofLetters = shapes.filter((shape) => shape.letters === letters)
    const lengths = new Set(ofLetters.flatMap(({ runs }) => runs))
    return [letters, new Map([...lengths].map((length) => [length, ofLetters.filter(({ runs }) => runs.includes(length))]))]
  }),
)

/** Finds the next digit several times as fast as a loop. */
const digits = /\d+/g

/** Looks at every run of digits once; where a number was found, the next begins behind it. */
function findNumbers(text: string, found: Found): void {
  digits.lastIndex = 0
  for (let run = digits.exec(text); run !== null; run = digits.exec(text)) {
    const end = digits.lastIndex
    digits.lastIndex = Math.max(end, numberAt(text, run.index, run[0].length, found))
  }
}

/** Where a number ends that begins with this run; 0 where none does. */
function numberAt(text: string, run: number, length: number, found: Found): number {
  const before = run === 0 ? 0 : text.charCodeAt(run - 1)
  if (length <= 3 && text.charCodeAt(run + length) === dot && !isHostPart(before)) {
    const end = ipAt(text, run, found)
    if (end > 0) return end
  }
  if (before === plus) return firstOf(byStart.get('+')!.get(length), text, run, found)
  const letters = isLetter(before) ? lettersBefore(text, run) : 0
  if (letters === undefined || before === 95 || before === dot || before === 0x24) return 0
  const end = firstOf(byStart.get(letters as Shape['letters'])?.get(length), text, run - letters, found)
  // A British number is written `AB 12 34 56 C`.
  return end === 0 && length === 2 && before === 32 && lettersBefore(text, run - 1) === 2 ? firstOf(byStart.get(2)!.get(2), text, run - 3, found) : end
}

const plus = 43
/** More than any shape has: a longer word is no number. */
const mostLetters = 7

/** Letters that stand there as a word of their own; undefined where they are a part of a longer one. */
function lettersBefore(text: string, at: number): number | undefined {
  let count = 0
  while (count <= mostLetters && at - count > 0 && isLetter(text.charCodeAt(at - count - 1))) count += 1
  const edge = at - count === 0 ? 0 : text.charCodeAt(at - count - 1)
  return count > mostLetters || edge === 95 || isNamePart(edge) ? undefined : count
}

/** Characters before a number in which a word about it may stand. */
const nearness = 48

function firstOf(candidates: readonly Shape[] | undefined, text: string, start: number, found: Found): number {
  if (candidates === undefined) return 0
  for (const { kind, pattern, isValid, near, confidence } of candidates) {
    pattern.lastIndex = start
    const written = pattern.exec(text)?.[0]
    if (written === undefined || (isValid !== undefined && !isValid(written.replace(/[^A-Za-z\d]/g, '')))) continue
    if (near !== undefined && !near.test(text.slice(Math.max(0, start - nearness), start))) continue
    found(kind, start - Number(text[start - 1] === '+' || text[start - 1] === '('), start + written.length, confidence)
    return start + written.length
  }
  return 0
}

const fourParts = /(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.]*\d)/y
/** This machine and every machine are nobody's address, and what follows a `v` is a version. */
const nobodys = /^(?:0\.0\.0\.0|127\.|255\.255\.)/
const versionWords = /(?:\bv|version|release)[ :=]{0,3}$/i

function ipAt(text: string, start: number, found: Found): number {
  fourParts.lastIndex = start
  const written = fourParts.exec(text)?.[0]
  if (written === undefined || nobodys.test(written) || versionWords.test(text.slice(Math.max(0, start - 12), start))) return 0
  found('ip', start, start + written.length, 0.8)
  return start + written.length
}

const isHex = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
const colon = 58
/** Eight groups of four, and what is between them. */
const mostLongAddress = 39

/** IPv6, from each colon that has a digit or a colon on both sides. */
function findLongAddresses(text: string, found: Found): void {
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const next = text.charCodeAt(at + 1)
    if (next !== colon && !isHex(next)) continue
    let start = at
    while (start > 0 && at - start < 5 && isHex(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (end < text.length && end - start <= mostLongAddress && (isHex(text.charCodeAt(end)) || text.charCodeAt(end) === colon)) end += 1
    const isWhole = !isNamePart(text.charCodeAt(start - 1)) && !isNamePart(text.charCodeAt(end)) && text.charCodeAt(start - 1) !== colon
    if (isWhole && isLongAddress(text.slice(start, end))) found('ip', start, end, 0.9)
    at = Math.max(at, end - 1)
  }
}

/** Eight groups, or fewer with one gap. A gap alone with a short group or two is code (`std::add`), and times have no gap. */
function isLongAddress(text: string): boolean {
  const groups = text.split(':')
  if (groups.some((group) => group.length > 4)) return false
  const gap = text.indexOf('::')
  if (gap === -1) return groups.length === 8 && groups.every((group) => group !== '')
  const said = groups.filter((group) => group !== '')
  return text.indexOf('::', gap + 1) === -1 && !/^:[^:]|[^:]:$/.test(text) && said.length >= 3 && said.length <= 7 && /\d/.test(text)
}
