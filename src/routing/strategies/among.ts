/** One of those that are in: those with a share first, and whoever has none when all of these are out. */

import type { Candidate, Circumstances, Strategy } from './strategy.ts'

/** Those that are in, by their places in the list. */
interface Places {
  count: number
  readonly at: number[]
}

/** Which of the places is asked: from 0 to below their count, which is at least 1. It may order them anew. */
type Choose = (places: Places, candidates: readonly Candidate[], asked: Omit<Circumstances, 'isIn'>) => number

/** Kept between choices to spare the memory: as long as the longest list. Nothing that says who is in may choose meanwhile. */
const places: Places = { count: 0, at: [] }

export function among(choose: Choose): Strategy {
  return (candidates, circumstances) => {
    gather(candidates, circumstances, true)
    if (places.count === 0) gather(candidates, circumstances, false)
    return places.count === 0 ? -1 : places.at[choose(places, candidates, circumstances)]!
  }
}

function gather<C extends Candidate>(candidates: readonly C[], circumstances: Circumstances<C>, hasShare: boolean): void {
  let count = 0
  for (let at = 0; at < candidates.length; at += 1) {
    const candidate = candidates[at]!
    if (candidate.weight > 0 === hasShare && circumstances.isIn(candidate)) places.at[count++] = at
  }
  places.count = count
}

/** How much of the calls is meant for it, against the others that are in: where nobody has a share, all are alike. */
export const shareOf = ({ weight }: Candidate): number => (weight > 0 ? weight : 1)
