/** A gateway in which nothing governs calls: nobody is asked what it would take. */

import type { Gateway } from '../src/gateway/gateway.ts'

const nobody = (): never => {
  throw new Error('nothing is governed here')
}

export const ungoverned: Pick<Gateway, 'counters' | 'inspect' | 'reviews'> = {
  counters: { take: nobody, stateOf: nobody, time: 0 },
  inspect: nobody,
  reviews: { digest: nobody, hold: nobody, giveBack: nobody },
}
