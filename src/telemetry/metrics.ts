/** Numbers for Prometheus, read from closed receipts. Labels come from closed lists and the operator's own names. */

import type { AttemptRecord, ReceiptRecord } from '../receipts/signals.ts'
import { Buckets, writeFamily, writeHistogram, type Sample } from './exposition.ts'

/** What is not a receipt's business: read when somebody asks. */
export interface Gauges {
  readonly outboxDepth: () => number
  readonly outboxDropped: () => number
  readonly receiptsAreAway: () => boolean
  readonly intentsLost: () => number
  readonly indexBehind: () => number
  readonly logDropped: () => number
  readonly configIsStale: () => boolean
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const shortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5]

/** The keys of the calls' metadata that are counted by value, and how many values of one: those beyond count as `other`. */
export interface DeclaredLabels {
  readonly metricLabels: readonly string[]
  readonly mostValues: number
}

/** Closed receipts that are not counted yet. */
const mostWaiting = 64

interface SurfaceRow {
  readonly duration: Buckets
  readonly overhead: Buckets
  readonly firstToken: Buckets
  readonly queued: Buckets
}

interface ProviderRow {
  prompt: number
  completion: number
  cost: number
  /** By reason. */
  readonly attempts: Map<string, number>
}

/**
 * Plain numbers, written out when somebody asks. A general library looks each label set up by a hash of its own on every
 * call: that was 23 µs of a call's 83 here, and this is too little to see.
 */
export class Metrics {
  readonly #gauges: Gauges
  /** Bounded by `mostWaiting`. */
  readonly #waiting: ReceiptRecord[] = []
  /** Bounded, all of them: by the surfaces, statuses, outcomes and reasons that there are, and by the configured providers. */
  readonly #calls = new Map<string, { readonly surface: string; readonly status: number; readonly outcome: string; count: number }>()
  readonly #surfaces = new Map<string, SurfaceRow>()
  readonly #providers = new Map<string, ProviderRow>()
  readonly #refused = new Map<string, number>()

  readonly #labelled: ReadonlyMap<string, Map<string, number>>
  readonly #mostValues: number

  constructor(gauges: Gauges, { metricLabels, mostValues }: DeclaredLabels = { metricLabels: [], mostValues: 0 }) {
    this.#gauges = gauges
    this.#labelled = new Map(metricLabels.map((key) => [key, new Map<string, number>()]))
    this.#mostValues = mostValues
  }

  /** It counts when somebody asks, or many have come: all at once takes a third of what it takes one by one between calls. */
  observe(receipt: ReceiptRecord): void {
    this.#waiting.push(receipt)
    if (this.#waiting.length >= mostWaiting) this.#countWaiting()
  }

  #countWaiting(): void {
    for (const receipt of this.#waiting) this.#count(receipt)
    this.#waiting.length = 0
  }

  #count(receipt: ReceiptRecord): void {
    this.#countCall(receipt)
    const { duration, overhead, firstToken, queued } = this.#surface(receipt.surface)
    duration.add(receipt.duration / 1e9)
    overhead.add(receipt.overhead / 1e9)
    if (receipt.queued !== null && receipt.queued > 0) queued.add(receipt.queued / 1e9)
    if (receipt.first_token_after !== null) firstToken.add(receipt.first_token_after / 1e9)
    for (const { provider, reason } of receipt.attempts as readonly AttemptRecord[]) bump(this.#provider(provider).attempts, reason)
    if (receipt.metadata !== null) this.#countLabels(receipt.metadata)
    if (receipt.provider === null) return
    const row = this.#provider(receipt.provider)
    row.prompt += receipt.prompt_tokens ?? 0
    row.completion += receipt.completion_tokens ?? 0
    row.cost += receipt.cost ?? 0
  }

  /** A request that was refused before anybody was identified. */
  refuse(reason: string): void {
    bump(this.#refused, reason)
  }

  text(): string {
    this.#countWaiting()
    return [...this.#writeCalls(), ...this.#writeProviders(), ...this.#writeTimes(), ...this.#writeGauges()].join('')
  }

  #writeCalls(): string[] {
    const calls = [...this.#calls.values()].map(({ surface, status, outcome, count }): Sample => ({
      labels: { surface, outcome, status: String(status) },
      value: count,
    }))
    const labelled = [...this.#labelled].map(([key, values]) =>
      writeFamily(`omni_requests_by_${key.replaceAll('-', '_')}_total`, 'counter', 'Calls by this key of their metadata.', samplesOf('value', values)),
    )
    const refused = 'Requests refused before anybody was identified; they leave no receipt.'
    return [
      writeFamily('omni_requests_total', 'counter', 'Calls of model surfaces.', calls),
      writeFamily('omni_unauthorized_total', 'counter', refused, samplesOf('reason', this.#refused)),
      ...labelled,
    ]
  }

  #writeProviders(): string[] {
    const attempts: Sample[] = []
    const tokens: Sample[] = []
    const costs: Sample[] = []
    for (const [provider, row] of this.#providers) {
      for (const [reason, value] of row.attempts) attempts.push({ labels: { provider, reason }, value })
      tokens.push({ labels: { provider, kind: 'prompt' }, value: row.prompt }, { labels: { provider, kind: 'completion' }, value: row.completion })
      costs.push({ labels: { provider }, value: row.cost })
    }
    return [
      writeFamily('omni_upstream_attempts_total', 'counter', 'Times a provider was asked, by what came of it.', attempts),
      writeFamily('omni_tokens_total', 'counter', 'Tokens in and out.', tokens),
      writeFamily('omni_cost_nano_usd_total', 'counter', 'Known and estimated cost, in nano-dollars; what is unknown is not in it.', costs),
    ]
  }

  #writeTimes(): string[] {
    const histogram = (name: string, help: string, of: keyof SurfaceRow) =>
      writeHistogram(
        name,
        help,
        [...this.#surfaces].map(([surface, row]) => ({ labels: { surface }, buckets: row[of] })),
      )
    return [
      histogram('omni_request_duration_seconds', 'From the first byte of a request to the last of its answer.', 'duration'),
      histogram('omni_first_token_seconds', 'Until the first word of an answer.', 'firstToken'),
      histogram('omni_queued_seconds', 'What of it was waiting for room, of calls that had to wait.', 'queued'),
      histogram('omni_overhead_seconds', 'What the gateway itself took of it.', 'overhead'),
    ]
  }

  #writeGauges(): string[] {
    const { outboxDepth, outboxDropped, receiptsAreAway, intentsLost, indexBehind, logDropped, configIsStale } = this.#gauges
    const gauge = (name: string, help: string, value: number) => writeFamily(name, 'gauge', help, [{ labels: {}, value }])
    return [
      gauge('omni_receipts_waiting', 'Receipts that wait to be written to the log.', outboxDepth()),
      gauge('omni_receipts_dropped', 'Receipts that found the outbox full.', outboxDropped()),
      gauge('omni_receipts_unavailable', '1 while receipts cannot be written.', Number(receiptsAreAway())),
      gauge('omni_receipts_intents_lost', 'Calls that went to a provider and could not be written down before.', intentsLost()),
      gauge('omni_receipts_index_behind', 'Entries of the log of receipts that the index does not have yet.', indexBehind()),
      gauge('omni_log_lines_dropped', 'Log lines that found their reader too slow.', logDropped()),
      gauge('omni_config_stale', '1 while a newer configuration is broken and an older one runs.', Number(configIsStale())),
    ]
  }

  #countCall({ surface, status, outcome }: ReceiptRecord): void {
    const name = `${surface} ${status} ${outcome}`
    const row = this.#calls.get(name)
    if (row) row.count += 1
    else this.#calls.set(name, { surface, status, outcome, count: 1 })
  }

  #countLabels(metadata: Readonly<Record<string, string>>): void {
    for (const [key, values] of this.#labelled) {
      const value = metadata[key]
      if (value !== undefined) bump(values, values.has(value) || values.size < this.#mostValues ? value : 'other')
    }
  }

  #surface(name: string): SurfaceRow {
    let row = this.#surfaces.get(name)
    if (row === undefined) this.#surfaces.set(name, (row = newRow()))
    return row
  }

  #provider(name: string): ProviderRow {
    let row = this.#providers.get(name)
    if (row === undefined) this.#providers.set(name, (row = { prompt: 0, completion: 0, cost: 0, attempts: new Map() }))
    return row
  }
}

function newRow(): SurfaceRow {
  return { duration: new Buckets(seconds), overhead: new Buckets(shortSeconds), firstToken: new Buckets(seconds), queued: new Buckets(seconds) }
}

function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function samplesOf(label: string, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }))
}
