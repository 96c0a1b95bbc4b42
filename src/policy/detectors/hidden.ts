/** Texts that are in a text and that a reader does not see: in tags of Unicode, in base64, in letters that stand apart. */

export interface Hidden {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Texts that are taken out of one. */
const mostHidden = 16
/** Letters that stand apart, and digits for letters, are looked for in texts up to here: such are written by hand. */
const mostByHand = 16 * 1024

/** The block of tags repeats ASCII in characters that nothing shows: whoever writes with them hides something. */
const tags = /(?:\udb40[\udc20-\udc7e]){4,4096}/g
const base64 = /(?<![A-Za-z\d+/])[A-Za-z\d+/]{32,4096}={0,2}(?![A-Za-z\d+/=])/g
const apart = /(?<![\p{L}\d])(?:\p{L}[ .\-_·]{1,2}){7,600}\p{L}(?![\p{L}\d])/gu
/** A look that costs less: most texts have no three letters apart. */
const mayBeApart =
  /[ .\-_·][^\W\d_][ .\-_·]{1,2}[^\W\d_][ .\-_·]{1,2}[^\W\d_][ .\-_·]|[\u00c0-\uffff][ .\-_·]{1,2}[\u00c0-\uffff][ .\-_·]{1,2}[\u00c0-\uffff][ .\-_·]/
/** Letters, digits and signs of a text, as against those of bytes. */
const printable = /^[\t\n\r\x20-\x7e]+$/

export function hiddenText(text: string): readonly Hidden[] {
  const hidden: Hidden[] = []
  const take = (found: RegExpExecArray, said: string): void => {
    if (said !== '' && hidden.length < mostHidden) hidden.push({ text: said, start: found.index, end: found.index + found[0].length })
  }
  if (text.includes('\udb40')) for (const found of text.matchAll(tags)) take(found, readTags(found[0]))
  if (hasLongRun(text))
    for (const found of text.matchAll(base64)) {
      if (hidden.length >= mostHidden) break
      take(found, readBase64(found[0]))
    }
  if (text.length <= mostByHand && mayBeApart.test(text)) for (const found of text.matchAll(apart)) take(found, closed(found[0]))
  return hidden
}

const shortest = 32

/** Whether there are so many characters of base64 in a row: of any such row, one stands at a multiple of its length. */
function hasLongRun(text: string): boolean {
  for (let at = shortest - 1; at < text.length; at += shortest) {
    if (!isBase64(text.charCodeAt(at))) continue
    let from = at
    while (from > 0 && at - from < shortest && isBase64(text.charCodeAt(from - 1))) from -= 1
    let to = at + 1
    while (to < text.length && to - from < shortest && isBase64(text.charCodeAt(to))) to += 1
    if (to - from >= shortest) return true
  }
  return false
}

const isBase64 = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 47 && code <= 57) || code === 43

export const isInTags = (text: string, { start }: Hidden): boolean => text.charCodeAt(start) === 0xdb40

function readTags(written: string): string {
  let said = ''
  for (let at = 1; at < written.length; at += 2) said += String.fromCharCode(written.charCodeAt(at) - 0xdc00)
  return said
}

/** Empty where the bytes are no text. A word in camel case is base64 too, and says nothing. */
function readBase64(written: string): string {
  try {
    const said = atob(written.slice(0, written.length - (written.replace(/=+$/, '').length % 4 === 1 ? 1 : 0)))
    return printable.test(said) && said.includes(' ') ? said : ''
  } catch {
    return ''
  }
}

/** Where a sign stands between the letters, a space is one between words; else two are. */
const closed = (written: string): string =>
  /[.\-_·]/.test(written) ? written.replace(/[.\-_·]/g, '') : written.replace(/([^ ]) /gu, '$1').replace(/ {2,}/g, ' ')

const invisible = /[\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069]/g
/** Emoji and some scripts join their parts by one; who hides words puts one between many letters. */
const leastInvisible = 12

/** Where the first of many characters stands that nobody sees; undefined where they are few. */
export function invisibleFrom(text: string): number | undefined {
  let first: number | undefined
  let count = 0
  for (const { index } of text.matchAll(invisible)) {
    first ??= index
    count += 1
    if (count >= leastInvisible) return first
  }
  return undefined
}

/** A digit or a sign inside a word, where a letter would be. */
export const hasDigitLetters = (text: string): boolean => text.length <= mostByHand && /[A-Za-z][013457@$!][A-Za-z]/.test(text)
