/** Bytes as JSON holds them: whether a string is some, and the text that they may spell. */

/** What stood before the bytes: `data:text/plain;base64,`, or nothing. */
export interface Sealed {
  readonly prefix: string
}

const dataUrl = /^data:([\w.+/-]{0,100})(?:;[\w=.+-]{1,60}){0,3};base64,/
const alphabet = /^[\w+/-]+={0,2}$/
/** Shorter ones may be words. */
const leastCharacters = 64

/** A data URL says so itself, and so does a type that is no text's: whoever reads it takes it for bytes. Anything else must look like it to its end. */
export function isBase64(text: string, mime: string | undefined): boolean {
  if (dataUrl.test(text)) return true
  if (mime !== undefined && !isText(mime)) return alphabet.test(text.slice(0, leastCharacters))
  return text.length >= leastCharacters && alphabet.test(text)
}

/** Whether the bytes are a text that a model would read. */
export function isTextual(text: string, mime: string | undefined): boolean {
  const said = dataUrl.exec(text)?.[1] ?? mime
  return said !== undefined && isText(said)
}

const isText = (mime: string): boolean => mime.startsWith('text/') || mime === 'application/json' || mime === 'application/xml'

/** Broken bytes are read as far as they go. */
export function base64Text(text: string): { readonly text: string; readonly sealed: Sealed } {
  const prefix = dataUrl.exec(text)?.[0] ?? ''
  const bytes = decode(text.slice(prefix.length).replaceAll('-', '+').replaceAll('_', '/'))
  return { text: new TextDecoder().decode(bytes), sealed: { prefix } }
}

export function toBase64(text: string, { prefix }: Sealed): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return prefix + btoa(bytes)
}

function decode(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return new TextEncoder().encode(text)
  }
}
