/** What the operator's weights mean to every strategy but `priority`: whoever has no share is asked only when all others are out. */

import type { Candidate, Circumstances, Strategy } from './strategy.ts'

/** A choice among those that have a share, or among those that have none; -1 where they are all out. */
type Choice = <C extends Candidate>(candidates: readonly C[], circumstances: Circumstances<C>, hasShare: boolean) => number

export function sharesFirst(choose: Choice): Strategy {
  return (candidates, circumstances) => {
    const at = choose(candidates, circumstances, true)
    return at === -1 ? choose(candidates, circumstances, false) : at
  }
}

/** Who takes part in which of the two choices. */
export const belongs = ({ weight }: Candidate, hasShare: boolean): boolean => weight > 0 === hasShare

/** How much of the calls is meant for it, against the others in the same choice: those that have no share are all alike. */
export const shareOf = ({ weight }: Candidate): number => (weight > 0 ? weight : 1)
