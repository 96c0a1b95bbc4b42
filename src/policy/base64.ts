/** Bytes as JSON holds them: whether a string is some, and the text that they may spell. */

/** What stood before the bytes: `data:text/plain;base64,`, or nothing. */
export interface Sealed {
  readonly prefix: string
}

const dataUrl = /^data:([\w.+/-]{0,100})(?:;[\w=.+-]{1,60}){0,3};base64,/i
const alphabet = /^[\w+/-]+={0,2}$/
/** Some writers break it into lines, and end the last one. */
const inLines = /^[\w+/\r\n-]+={0,2}$/
/** Shorter ones may be words, where nothing says that they are bytes. */
const leastCharacters = 64

/** A data URL says so itself, and so does a type that is no text's: whoever reads it takes it for bytes. Anything else must look like it to its end. */
export function isBase64(text: string, mime: string | undefined): boolean {
  if (dataUrl.test(text)) return true
  if (mime === undefined) return text.length >= leastCharacters && alphabet.test(text)
  return inLines.test((mayBeText(mime) ? text : text.slice(0, leastCharacters)).trimEnd())
}

/** Whether the bytes are a text that a model would read. */
export function isTextual(text: string, mime: string | undefined): boolean {
  const found = dataUrl.exec(text)
  const said = found?.[1] ?? mime
  if (said !== undefined && isText(said)) return true
  return (said === undefined || mayBeText(said)) && readsAsText(text.slice(found?.[0].length ?? 0))
}

const isText = (mime: string): boolean => /^(?:text\/|application\/(?:json|xml|yaml|javascript)(?:;|$)|[\w./-]+\+(?:json|xml|yaml)(?:;|$))/i.test(mime)
/** Of all others nobody knows: source code goes by many names. */
const mayBeText = (mime: string): boolean => isText(mime) || !/^(?:image|audio|video|font)\/|^application\/pdf/i.test(mime)

/** Characters of base64 by which texts are told from bytes. */
const looked = 2048
/** Control characters that no text has; logs have escapes. */
const neverInTexts = /(?![\t\n\v\f\r])\p{Cc}/u

function readsAsText(text: string): boolean {
  const start = text.slice(0, looked).replace(/[\r\n]/g, '')
  try {
    const bytes = bytesOf(start.slice(0, start.length - (text.length > looked ? start.length % 4 : 0)))
    return !neverInTexts.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }).replaceAll('\u001b', ''))
  } catch {
    return false
  }
}

/** Broken bytes are read as far as they go. */
export function base64Text(text: string): { readonly text: string; readonly sealed: Sealed } {
  const prefix = dataUrl.exec(text)?.[0] ?? ''
  const bytes = decode(text.slice(prefix.length))
  return { text: new TextDecoder().decode(bytes), sealed: { prefix } }
}

export function toBase64(text: string, { prefix }: Sealed): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return prefix + btoa(bytes)
}

function decode(text: string): Uint8Array {
  try {
    return bytesOf(text)
  } catch {
    return new TextEncoder().encode(text)
  }
}

/** Throws where it is no base64. */
function bytesOf(text: string): Uint8Array {
  const said = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(said.length)
  // A loop: a file has millions, and all other calls wait.
  for (let at = 0; at < said.length; at++) bytes[at] = said.charCodeAt(at)
  return bytes
}
