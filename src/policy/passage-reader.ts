/** Reads a body for its texts, field by field. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { base64Text, isBase64, isTextual, type Sealed } from './base64.ts'
import type { Passage, Speaker } from './detector.ts'
import { unescapeJson } from './json-text.ts'
import { fieldOf, plainField, settings, speakerOf, type Field } from './passage-fields.ts'

export interface PlacedPassage extends Passage {
  readonly path: readonly (string | number)[]
  /** The name of a field that is no word of any API; or text that stands there in base64. Absent: a plain string. */
  readonly spelled?: 'key' | Sealed
}

/** What the object around a value says of all that is in it. */
interface Around {
  /** Of a client's own, whose fields may be called anything. */
  readonly isFree: boolean
  /** What its bytes are. */
  readonly mime: string | undefined
  /** It holds plain text, whatever that looks like. */
  readonly isText: boolean
}

const nothingSaid: Around = { isFree: false, mime: undefined, isText: false }
const free: Around = { ...nothingSaid, isFree: true }

const wordPattern = /^[\w.:/+-]{1,128}$/

/** Numbers of so many digits may be an account's, or a person's. */
const leastNumber = 1e6

/** Made for one body; its list is as long as the body has texts. */
export class Reader {
  readonly list: PlacedPassage[] = []
  readonly media = { count: 0, characters: 0 }
  /** Texts and fields that are looked at. */
  readonly #most: number
  #seen = 0
  /** Where the value stands that is read now; as deep as the body. */
  readonly #path: (string | number)[] = []

  constructor(most: number) {
    this.#most = most
  }

  get isWhole(): boolean {
    return this.#seen <= this.#most
  }

  /** `promptFields` are the user's. */
  readBody(body: JsonObject, promptFields: readonly string[]): void {
    for (const key in body) {
      if (settings.has(key)) continue
      const field = fieldOf(key)
      this.#path.push(key)
      this.read(body[key]!, field.speaker ?? (promptFields.includes(key) ? 'user' : 'system'), field)
      this.#path.pop()
    }
  }

  /** `field` is the nearest above it. */
  read(value: Json, from: Speaker, field = plainField, around = nothingSaid): void {
    this.#seen += 1
    if (!this.isWhole) return
    if (typeof value === 'string') this.#text(value, from, field, around)
    else if (typeof value === 'number') {
      if (Math.abs(value) >= leastNumber && this.#path.length > 1) this.#list(from, String(value))
    } else if (Array.isArray(value)) this.#items(value, from, field, around)
    else if (isObject(value)) this.#object(value, from, around.isFree)
  }

  #items(items: readonly Json[], from: Speaker, field: Field, around: Around): void {
    for (let at = 0; at < items.length && this.isWhole; at++) {
      const item = items[at]!
      // Texts may come as lists of a million tokens.
      if (typeof item === 'number' && Math.abs(item) < leastNumber) continue
      this.#path.push(at)
      this.read(item, from, field, around)
      this.#path.pop()
    }
  }

  #object(object: JsonObject, inherited: Speaker, isFree: boolean): void {
    // A number that was kept as it was spelled; nothing else in a body is frozen.
    if (typeof object.rawJSON === 'string' && Object.isFrozen(object)) return this.#list(inherited, object.rawJSON)
    const from = isFree ? inherited : speakerOf(object, inherited)
    const around = aroundIn(object, isFree)
    const mayEnterFree = !isFree && this.#path.length > 1
    for (const key in object) {
      const value = object[key]!
      const field = isFree ? plainField : fieldOf(key)
      this.#path.push(key)
      if (isFree || field.isOdd) this.list.push({ from, text: key, path: [...this.#path], spelled: 'key' })
      const speaker = isFree || from === 'system' ? from : (field.speaker ?? from)
      const entersFree = mayEnterFree && field.isFree && typeof value === 'object'
      this.read(value, speaker, field, entersFree ? { ...around, isFree: true } : around)
      this.#path.pop()
    }
  }

  #text(text: string, from: Speaker, { holdsWord, holdsBytes }: Field, { isFree, mime, isText }: Around): void {
    if (text === '' || (!isFree && holdsWord && wordPattern.test(text))) return
    const isBytes = !isFree && !isText && holdsBytes && isBase64(text, mime)
    if (!isBytes) this.#list(from, unescapeJson(text))
    else if (isTextual(text, mime)) {
      const { text: said, sealed } = base64Text(text)
      this.list.push({ from, text: said, path: [...this.#path], spelled: sealed })
    } else {
      this.media.count += 1
      this.media.characters += text.length
    }
  }

  #list(from: Speaker, text: string): void {
    this.list.push({ from, text, path: [...this.#path] })
  }
}

function aroundIn({ media_type, mimeType, mime_type, type }: JsonObject, isFree: boolean): Around {
  const mime = media_type ?? mimeType ?? mime_type
  if (typeof mime !== 'string' && type !== 'text') return isFree ? free : nothingSaid
  return { isFree, mime: typeof mime === 'string' ? mime : undefined, isText: type === 'text' }
}
