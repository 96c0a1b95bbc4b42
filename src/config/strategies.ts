/** The strategies by name: how a chain, or a provider with several accounts, picks who is asked next. */

export const strategyNames = ['priority', 'round-robin', 'random', 'weighted', 'least-used', 'cost-optimized', 'fastest', 'sticky'] as const

export type StrategyName = (typeof strategyNames)[number]
