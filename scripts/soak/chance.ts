/** Chance that can be had again: the same seed gives the same numbers. */

/** From 0 to below 1. */
export type Chance = () => number

/** Mulberry32, of which nothing is asked but to be even. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const pick = <T>(chance: Chance, list: readonly T[]): T => list[Math.floor(chance() * list.length)]!

/** One of the names, as often as its number says beside the others. */
export function draw<Name extends string>(chance: Chance, shares: Readonly<Record<Name, number>>): Name {
  const entries = Object.entries<number>(shares) as [Name, number][]
  let left = chance() * entries.reduce((sum, [, share]) => sum + share, 0)
  return entries.find(([, share]) => (left -= share) < 0)?.[0] ?? entries[0]![0]
}
