/** JSON that stands in a string, as the arguments of tools do: read without its escapes, and still JSON when something was taken out. */

const looksLikeJson = /^\s*[[{]/
const escape = /\\(?:u([\da-fA-F]{4})|([^]))/g

/** The same JSON with its letters as they are: its writers may escape any of them. Other texts stay as they are. */
export function unescapeJson(text: string): string {
  if (!text.includes('\\') || !looksLikeJson.test(text)) return text
  return text.replace(escape, (written: string, hex: string | undefined, sign: string | undefined) => {
    if (hex === undefined) return sign === '/' ? sign : written
    const code = Number.parseInt(hex, 16)
    return code < 0x20 || code === 0x22 || code === 0x5c ? written : String.fromCharCode(code)
  })
}

/** What stands in the place of a number, without quotation marks. */
const bare = /(?<=[:,[]\s{0,20})(<[A-Z][A-Z0-9_]{0,80}>|\[[a-z][a-z0-9_]{0,60}\])(?=\s{0,20}[,}\]])/g

/** `edited`, with what is no JSON any more in quotation marks, where `original` was some. */
export const mendJson = (original: string, edited: string): string => (isJson(original) && !isJson(edited) ? edited.replace(bare, '"$1"') : edited)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
