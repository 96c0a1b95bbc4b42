/** Texts as they are read: spaces, hyphens and letters of other widths as plain ones, without characters that nobody sees. */

import { unseen } from './fold.ts'
import type { Found, Search } from './gather.ts'

/** First and last of a range, and what each stands for; undefined for letters of full width, which stand for those of ASCII. */
const ranges: readonly (readonly [from: number, to: number, as: number | undefined])[] = [
  [0xad, 0xad, unseen],
  [0x200b, 0x200f, unseen],
  [0x2060, 0x2064, unseen],
  [0xfeff, 0xfeff, unseen],
  [0xa0, 0xa0, 0x20],
  [0x2000, 0x200a, 0x20],
  [0x202f, 0x202f, 0x20],
  [0x205f, 0x205f, 0x20],
  [0x3000, 0x3000, 0x20],
  [0x2010, 0x2013, 0x2d],
  [0x2212, 0x2212, 0x2d],
  [0xff01, 0xff5e, undefined],
]
/** Those beyond Latin-1: a text that is kept in one byte a character cannot have them, which V8 knows without looking; it looks for the other two a vector at a time. */
const beyondLatin = /[\u2000-\u2013\u202f\u205f-\u2064\u2212\u3000\ufeff\uff01-\uff5e]/
/** 40 ns for 1 KB of ASCII, where one pattern of all took 1,200. */
const isOdd = (text: string): boolean => beyondLatin.test(text) || text.includes('\u00a0') || text.includes('\u00ad')
const width = 0xfee0

let table: Uint16Array | undefined

function tableOf(): Uint16Array {
  if (table !== undefined) return table
  table = Uint16Array.from({ length: 0x10000 }, (_, code) => code)
  for (const [from, to, as] of ranges) for (let code = from; code <= to; code++) table[code] = as ?? code - width
  return table
}

/** The same search, which finds what is written with such characters too, where it stands. */
export const legibly =
  (search: Search): Search =>
  (text, found) => {
    if (!isOdd(text)) return search(text, found)
    const { read, unread } = readable(text)
    const told: Found = (kind, start, end, confidence) => found(kind, placeOf(start, unread), placeOf(end - 1, unread) + 1, confidence)
    search(read, told)
  }

/** In `unread`, for each character that is left out, where in what is read it would stand, in order. */
function readable(text: string): { readonly read: string; readonly unread: readonly number[] } {
  const plain = tableOf()
  const unread: number[] = []
  let read = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const written = text.charCodeAt(at)
    const code = plain[written]!
    if (code === written) continue
    read += text.slice(from, at)
    if (code === unseen) unread.push(at - unread.length)
    else read += String.fromCharCode(code)
    from = at + 1
  }
  return { read: read + text.slice(from), unread }
}

/** Where it stands in the text: behind all that was left out up to there. */
function placeOf(at: number, unread: readonly number[]): number {
  let from = 0
  let to = unread.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (unread[middle]! <= at) from = middle + 1
    else to = middle
  }
  return at + from
}
