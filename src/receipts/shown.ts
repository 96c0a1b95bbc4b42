/** What a prompt shows instead of saying: pictures, documents and sound stand in it as base64, whose bytes are no text. */

import { isObject, type Json } from '../base/json.ts'
import { dataShare, pictureWeight } from '../canonical/weights.ts'

/** Shorter ones are not worth a look. */
const leastData = 4096

const heads = ['iVBORw0KGgo', '/9j/', 'R0lGOD', 'UklGR']

/** Bytes of a body below which nothing in it can count for much more than it should. */
const leastShown = 32 * 1024

/** The same of a body of that many bytes, where it is worth a look. */
export function shownIn(length: number, body: Json): number {
  return length > leastShown ? shownBytes(body) : 0
}

/** Bytes of a JSON value that do not count as text. Bounded by the value, which was read within the limits. */
export function shownBytes(value: Json): number {
  let surplus = 0
  const waiting: Json[] = [value]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (typeof one === 'string') surplus += surplusOf(one)
    else if (Array.isArray(one)) for (const item of one) waiting.push(item)
    else if (isObject(one)) for (const key in one) waiting.push(one[key]!)
  }
  return surplus
}

function surplusOf(text: string): number {
  if (text.length < leastData) return 0
  const data = text.slice(0, 512).replace(/^data:[^,]{0,200};base64,/, '')
  if (!/^[\w+/-]+$/.test(data)) return 0
  return Math.floor(heads.some((head) => data.startsWith(head)) ? Math.max(0, text.length - pictureWeight) : text.length * (1 - dataShare))
}
