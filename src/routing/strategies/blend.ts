/** A number for every pair of numbers, even over all pairs: what strategies draw by, and what keeps a session where it is. */

/** Two times 32 bits to one from 0 to below 1: the last steps of MurmurHash3 (https://github.com/aappleby/smhasher). */
export function blend(one: number, other: number): number {
  let mixed = one ^ Math.imul(other, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** 32 bits from dice. They are thrown once for a choice, and blended with each place of the list: a thousand throws would leave garbage. */
export const seedOf = (random: number): number => Math.floor(random * 2 ** 32)
