/** Tells by its bytes alone that a message of a stream holds nothing but more words. */

const SPACE = 32
const delta = Buffer.from('"delta"')
const name = Buffer.from('"name"')
const error = Buffer.from('"error"')
const finish = Buffer.from('"finish_reason"')
const usage = Buffer.from('"usage"')
const nil = Buffer.from('null')

/**
 * Text that only looks like a key cannot mislead: inside a JSON string its quotes are escaped, so that `"usage"` never stands there whole.
 * A name begins a call, which must be read. Whatever is doubtful is not plain.
 */
export function saysOnlyWords(bytes: Buffer): boolean {
  return bytes.includes(delta) && isUnsaid(bytes, finish) && isUnsaid(bytes, usage) && !bytes.includes(error) && !bytes.includes(name)
}

/** The key is not there, or once and null. */
function isUnsaid(bytes: Buffer, key: Buffer): boolean {
  const at = bytes.indexOf(key)
  if (at === -1) return true
  let value = at + key.length + 1
  if (bytes[value] === SPACE) value += 1
  for (let i = 0; i < nil.length; i += 1) if (bytes[value + i] !== nil[i]) return false
  return bytes.indexOf(key, value) === -1
}
