/** Numbers for Prometheus of where limits and budgets are counted. */

import { writeFamily } from './exposition.ts'

export interface CounterStoreStatus {
  readonly name: 'redis' | 'database'
  /** Exchanges with it that were answered, and that were not, or too late. */
  readonly answered: number
  readonly failed: number
  readonly isAway: boolean
}

/** Empty where nothing was counted yet. */
export function writeCounterMetrics(stores: readonly CounterStoreStatus[]): string {
  if (stores.length === 0) return ''
  const exchanges = stores.flatMap(({ name: store, answered, failed }) => [
    { labels: { store, result: 'answered' }, value: answered },
    { labels: { store, result: 'failed' }, value: failed },
  ])
  const away = stores.map(({ name: store, isAway }) => ({ labels: { store }, value: Number(isAway) }))
  return [
    writeFamily(
      'omni_counter_exchanges_total',
      'counter',
      'Times that this process exchanged its shares of limits and budgets with where they are counted.',
      exchanges,
    ),
    writeFamily('omni_counters_away', 'gauge', 'Whether the last of them failed.', away),
  ].join('')
}
