/** Each that is in, in turn. */

import { lowest } from './lowest.ts'

export const roundRobin = lowest((scores) => scores.fill(0), { tie: 'turn' })
