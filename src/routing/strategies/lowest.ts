/** Of those that are in, the one with the lowest score: what most strategies come down to. */

import { blend } from './blend.ts'
import { belongs, shareOf, sharesFirst } from './share.ts'
import type { Candidate, Circumstances, Strategy } from './strategy.ts'

/** Writes how little each candidate is wanted; all at once, since a call for each of a thousand would cost more than the rest. */
type Score = (scores: Float64Array, candidates: readonly Candidate[], asked: Omit<Circumstances, 'isIn'>) => void

interface Rules {
  /** Who of equals: the first in the list where absent, else each in turn. */
  readonly tie?: 'turn'
  /** Where scores are less than they should be, since that is cheaper: what it should be, for a candidate of this share. */
  readonly exact?: (score: number, share: number) => number
}

/** Kept between choices to spare the memory: as long as the longest list. Nothing that says who is in may choose meanwhile. */
let scores = new Float64Array(0)

/** So many of those that would win were out: most are, and it is cheaper to ask all the others in a row than to be surprised by each. */
const mostMisses = 32

/** Who is in costs more to know than a score, and is asked only of those that would win. */
export function lowest(score: Score, { tie, exact }: Rules = {}): Strategy {
  return sharesFirst((candidates, circumstances, hasShare) => {
    const { length } = candidates
    if (scores.length < length) scores = new Float64Array(length * 2)
    score(scores, candidates, circumstances)
    let [best, misses] = [-1, 0]
    let [least, soonest] = [Infinity, Infinity]
    for (let at = 0; at < length; at += 1) {
      const candidate = candidates[at]!
      const bound = scores[at]!
      if ((misses === mostMisses && !circumstances.isIn(candidate)) || bound > least || !belongs(candidate, hasShare)) continue
      const turn = tie === undefined ? at : turnOf(at, circumstances.turn, length)
      if (bound === least && turn > soonest) continue
      if (misses < mostMisses && !circumstances.isIn(candidate)) {
        misses += 1
        continue
      }
      const own = exact === undefined ? bound : exact(bound, shareOf(candidate))
      if (own > least) continue
      best = at
      least = own
      soonest = turn
    }
    return best
  })
}

/** Each comes first once in a round. Where it is out, its turn goes to any of the others: were it to the next in the list, that one would have two. */
function turnOf(at: number, turn: number, length: number): number {
  return at === turn % length ? -1 : blend(turn, at)
}
