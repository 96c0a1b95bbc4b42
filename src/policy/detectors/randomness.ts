/** Tells what a machine has drawn from what a person has written. */

/** Bits a character, of the value's own letters (Shannon). */
function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** English words have 2.5 to 3 bits a letter at this length, keys in base64 4 and more; keys in hex cannot have more than 4. */
const leastBits = 3.4
const leastHexBits = 3

/** A key: letters and digits mixed, and no order in them. Names in code, paths and calls are none. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !/\d/.test(value) || !/[A-Za-z]/.test(value) || !/^[\w+/=.~-]+$/.test(value)) return false
  if (/^[\da-f]{16,}$/i.test(value)) return entropyOf(value) >= leastHexBits
  if (/^[A-Za-z]+(?:[._/-][A-Za-z]+)*\d{0,4}$/.test(value)) return false
  return entropyOf(value) >= leastBits
}

/** A password of a person: three of lower case, capitals, digits and signs; and no code. */
export function looksSecret(value: string): boolean {
  if (value.length > 64 || /[()[\]{}$\\]|\.\w+\.|^\w+\.\w+$|:\/\//.test(value)) return false
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^\w]/].filter((one) => one.test(value)).length
  return classes >= 3
}
