/** Tells by its bytes alone that a message of a stream holds nothing but more words. */

/**
 * Text that only looks like a key cannot mislead: inside a JSON string its quotes are escaped, so that `"usage"` never stands there whole.
 * A name begins a call, which must be read. Whatever is doubtful is not plain.
 */
const doubtful = /"(?:finish_reason|usage)"\s*:\s*(?!null|\s)|"(?:error|name)"/
const hasDelta = /"delta"/

/** Two expressions over one string: measured, 0.2 µs for a frame, where five searches in the bytes take as long as parsing them. */
export function saysOnlyWords(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return hasDelta.test(text) && !doubtful.test(text)
}
