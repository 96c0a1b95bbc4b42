/** Vectors as dialects write them: lists of numbers, or base64 of little-endian 32-bit floats. */

import type { Json } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Vector } from '../../canonical/forms.ts'

const bytesOfFloat = 4

export function toFloats(vector: Vector): number[] {
  if (typeof vector !== 'string') return [...vector]
  const bytes = Buffer.from(vector, 'base64')
  return Array.from({ length: Math.floor(bytes.length / bytesOfFloat) }, (_, at) => bytes.readFloatLE(at * bytesOfFloat))
}

function toBase64(vector: Vector): string {
  if (typeof vector === 'string') return vector
  const bytes = Buffer.allocUnsafe(vector.length * bytesOfFloat)
  vector.forEach((value, at) => bytes.writeFloatLE(value, at * bytesOfFloat))
  return bytes.toString('base64')
}

export const encode = (vector: Vector, encoding: 'float' | 'base64'): Json => (encoding === 'base64' ? toBase64(vector) : toFloats(vector))

/** Throws `Failure` where it is no vector: a client would take what is missing for zeros. */
export function readVector(value: Json | undefined): Vector {
  if (typeof value === 'string' && holdsFloats(value)) return value
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) return value
  throw new Failure('upstream_invalid_response', 'The provider’s answer has something else where a vector should be.')
}

/** What is cut short, or no base64 at all, would be read as fewer numbers, or none. */
function holdsFloats(text: string): boolean {
  const digits = /^[A-Za-z\d+/]+(?=={0,2}$)/.exec(text)?.[0].length ?? 0
  const bytes = Math.floor((digits * 3) / 4)
  return bytes > 0 && bytes % bytesOfFloat === 0
}

/** Puts what came with places of its own into the order of what was asked. Throws `Failure` where one is missing or comes twice. */
export function inOrder<T>(items: readonly (readonly [place: number, item: T])[], count: number): T[] {
  const ordered = new Map(items)
  const list = Array.from({ length: count }, (_, at) => ordered.get(at))
  if (items.length !== count || ordered.size !== count || list.includes(undefined))
    throw new Failure('upstream_invalid_response', 'The provider’s answer does not hold one result for each input.')
  return list as T[]
}
