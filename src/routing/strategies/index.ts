/** Every strategy, by the name that it has in the configuration. */

import { priority } from './priority.ts'
import type { Strategy } from './strategy.ts'

export const strategies = {
  priority,
} as const satisfies { readonly [name: string]: Strategy }

export type StrategyName = keyof typeof strategies
