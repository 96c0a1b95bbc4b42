/** Every strategy, by the name that it has in the configuration. */

import { costOptimized } from './cost-optimized.ts'
import { fastest } from './fastest.ts'
import { leastUsed } from './least-used.ts'
import { priority } from './priority.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { sticky } from './sticky.ts'
import type { Strategy } from './strategy.ts'
import { weighted } from './weighted.ts'

export const strategies = {
  priority,
  'round-robin': roundRobin,
  random,
  weighted,
  'least-used': leastUsed,
  'cost-optimized': costOptimized,
  fastest,
  sticky,
} as const satisfies { readonly [name: string]: Strategy }

export type StrategyName = keyof typeof strategies
