/** Where keys may stand in a text: words of letters and digits, and what joins them, in long rows. */

const none = 0
/** Letters, digits, `_` and `-`. */
const part = 1
/** Between the words of paths, keys and base64. */
const joint = 2

/** Of each UTF-16 unit. */
const classes = new Uint8Array(0x10000)
for (let code = 0; code < 0x80; code++) {
  const character = String.fromCharCode(code)
  classes[code] = /[\w-]/.test(character) ? part : './+='.includes(character) ? joint : none
}

/** No key with a shape of its own is shorter: `xoxb-` and ten characters. */
export const shortestRun = 15

/**
 * Where so many characters of words and joints begin, at `from` or behind it; -1 where none do. `from` is where a word begins, and so is that.
 * Each row is looked at from where it would end: of a text of short words most characters are passed over.
 */
export function runFrom(text: string, from: number): number {
  let start = from
  for (let end = start + shortestRun; end <= text.length; end = start + shortestRun) {
    let at = end - 1
    while (at >= start && classes[text.charCodeAt(at)] !== none) at -= 1
    if (at < start) return start
    start = at + 1
  }
  return -1
}

/** Where the next word begins behind the one that stands there, or a character that is in none. */
export function wordAfter(text: string, at: number): number {
  let next = at
  while (next < text.length && classes[text.charCodeAt(next)] === part) next += 1
  while (next < text.length && classes[text.charCodeAt(next)] === joint) next += 1
  return next
}
