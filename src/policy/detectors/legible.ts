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
const isOdd = /[\u00a0\u00ad\u2000-\u2013\u202f\u205f-\u2064\u2212\u3000\ufeff\uff01-\uff5e]/
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
    if (!isOdd.test(text)) return search(text, found)
    const { read, places } = readable(text)
    const told: Found = (kind, start, end, confidence) => found(kind, places[start]!, places[end - 1]! + 1, confidence)
    search(read, told)
  }

const chunk = 8192

/** With the place of each character that is left. */
function readable(text: string): { readonly read: string; readonly places: Uint32Array } {
  const plain = tableOf()
  const codes = new Uint16Array(text.length)
  const places = new Uint32Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const written = text.charCodeAt(at)
    const code = plain[written]!
    if (code === unseen && written !== unseen) continue
    codes[length] = code
    places[length] = at
    length += 1
  }
  let read = ''
  for (let at = 0; at < length; at += chunk) read += String.fromCharCode(...codes.subarray(at, Math.min(length, at + chunk)))
  return { read, places }
}
