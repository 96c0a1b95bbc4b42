/** Writes the bytes of a surveyed object anew with other top-level members, and keeps all that stays as it stood. */

import type { Member } from './survey.ts'

/** The same object with another value, which is JSON, in the place of one member's. */
export function replace(bytes: Buffer, { value, end }: Member, by: Buffer): Buffer {
  const replaced = Buffer.allocUnsafe(bytes.length - (end - value) + by.length)
  bytes.copy(replaced, 0, 0, value)
  by.copy(replaced, value)
  bytes.copy(replaced, value + by.length, end)
  return replaced
}

/**
 * The same object with other top-level members: those of `remove` left out, those of `set` replaced or added, all else byte for byte.
 * Values of `set` are JSON text.
 */
export function splice(bytes: Buffer, members: readonly Member[], set: ReadonlyMap<string, string>, remove: ReadonlySet<string>): Buffer {
  const kept = members.filter(({ key }) => !remove.has(key))
  const added = [...set].filter(([key]) => kept.every((member) => member.key !== key)).map(([key, text]) => `${JSON.stringify(key)}:${text}`)
  const pieces: Buffer[] = []
  // Where every member stays, what stands between them stays too; else they are joined anew.
  let from = kept.length === members.length ? 0 : -1
  if (from === -1) pieces.push(Buffer.from('{'))
  for (const [at, { key, start, value, end }] of kept.entries()) {
    if (from === -1 && at > 0) pieces.push(Buffer.from(','))
    const text = set.get(key)
    if (text !== undefined) pieces.push(bytes.subarray(from === -1 ? start : from, value), Buffer.from(text))
    else if (from === -1) pieces.push(bytes.subarray(start, end))
    if (text !== undefined && from !== -1) from = end
  }
  if (from !== -1) pieces.push(bytes.subarray(from, bytes.lastIndexOf('}')))
  if (added.length > 0) pieces.push(Buffer.from(`${kept.length > 0 ? ',' : ''}${added.join(',')}`))
  pieces.push(Buffer.from('}'))
  return Buffer.concat(pieces)
}
