/** Letters that look alike, as one: case, accents, other alphabets and widths, and characters that nobody sees. */

/** In the place of a character that nobody sees. */
export const unseen = 0

/** Letters of other alphabets that are drawn as Latin ones are. */
const lookalikes: { readonly [latin: string]: string } = {
  a: 'аαɑ',
  b: 'ьв',
  c: 'сϲ',
  d: 'ԁ',
  e: 'еεҽ',
  g: 'ɡ',
  h: 'һн',
  i: 'іιıӏ',
  j: 'ј',
  k: 'кκ',
  l: 'ⅼ',
  m: 'м',
  n: 'ո',
  o: 'оοօ',
  p: 'рρ',
  q: 'ԛ',
  s: 'ѕ',
  t: 'тτ',
  u: 'υս',
  v: 'ѵν',
  w: 'ԝѡ',
  x: 'хχ',
  y: 'уγ',
}

const isUnseen = (code: number): boolean =>
  code === 0xad ||
  (code >= 0x300 && code <= 0x36f) ||
  code === 0x180e ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x2064) ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  code === 0xfeff ||
  code === mathematical

/** The first half of the letters of mathematics (𝐚, 𝒂, 𝔞), which texts are dressed up with; the second half tells which. */
const mathematical = 0xd835

/** Where letters have other forms: up to the last accents of Latin and Greek, letters in circles, letters of full width. */
const ranges = [
  [0x21, 0x214f],
  [0x2460, 0x24ff],
  [0xff01, 0xff5e],
] as const

let table: Uint16Array | undefined

/** What each UTF-16 unit stands for when texts are compared. Made when first asked for: some milliseconds. */
export function foldTable(): Uint16Array {
  return (table ??= makeTable())
}

function makeTable(): Uint16Array {
  const made = new Uint16Array(0x10000)
  for (let code = 0; code < made.length; code++) made[code] = isUnseen(code) ? unseen : code
  for (const [from, to] of ranges) for (let code = from; code <= to; code++) if (made[code] !== unseen) made[code] = plain(String.fromCharCode(code))
  for (let low = 0xdc00; low <= 0xdfff; low++) {
    const letter = plain(String.fromCharCode(mathematical, low))
    if (letter < 0x80) made[low] = letter
  }
  for (const latin in lookalikes) for (const other of lookalikes[latin]!) made[other.charCodeAt(0)] = latin.charCodeAt(0)
  for (const latin in lookalikes) for (const other of lookalikes[latin]!) made[other.toUpperCase().charCodeAt(0)] = latin.charCodeAt(0)
  return made
}

function plain(character: string): number {
  const code = character.normalize('NFKD').toLowerCase().charCodeAt(0)
  return code === 0x20 ? character.charCodeAt(0) : code
}

/** Digits and signs that stand for letters: `1gn0r3`. */
const digitLetters: { readonly [sign: string]: string } = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }

let digitTable: Uint16Array | undefined

export function digitFoldTable(): Uint16Array {
  if (digitTable !== undefined) return digitTable
  digitTable = foldTable().slice()
  for (const sign in digitLetters) digitTable[sign.charCodeAt(0)] = digitLetters[sign]!.charCodeAt(0)
  return digitTable
}

export function foldText(text: string, fold: Uint16Array = foldTable()): string {
  let folded = ''
  for (let at = 0; at < text.length; at++) {
    const code = fold[text.charCodeAt(at)]!
    if (code !== unseen) folded += String.fromCharCode(code)
  }
  return folded
}
