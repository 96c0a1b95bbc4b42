/** Numbers for Prometheus, read from closed receipts. Labels come from closed lists and the operator's own names. */

import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import type { AttemptRecord, ReceiptRecord } from '../receipts/signals.ts'

/** What is not a receipt's business: read when somebody asks. */
export interface Gauges {
  readonly outboxDepth: () => number
  readonly outboxDropped: () => number
  readonly logDropped: () => number
  readonly configIsStale: () => boolean
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

export class Metrics {
  readonly #registry = new Registry()
  readonly #calls = this.#counter('omni_requests_total', 'Calls of model surfaces.', ['surface', 'status', 'outcome'])
  readonly #attempts = this.#counter('omni_upstream_attempts_total', 'Times a provider was asked, by what came of it.', ['provider', 'reason'])
  readonly #tokens = this.#counter('omni_tokens_total', 'Tokens in and out.', ['provider', 'kind'])
  readonly #cost = this.#counter('omni_cost_nano_usd_total', 'Known and estimated cost, in nano-dollars.', ['provider'])
  readonly #refused = this.#counter('omni_unauthorized_total', 'Requests refused before anybody was identified; they leave no receipt.', ['reason'])
  readonly #duration = this.#histogram('omni_request_duration_seconds', 'From the first byte of a request to the last of its answer.', seconds)
  readonly #firstToken = this.#histogram('omni_first_token_seconds', 'Until the first word of an answer.', seconds)
  readonly #overhead = this.#histogram('omni_overhead_seconds', 'What the gateway itself took of it.', [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5])

  constructor(gauges: Gauges) {
    this.#gauge('omni_receipts_waiting', 'Receipts that wait for storage.', gauges.outboxDepth)
    this.#gauge('omni_receipts_dropped', 'Receipts that found the outbox full.', gauges.outboxDropped)
    this.#gauge('omni_log_lines_dropped', 'Log lines that found their reader too slow.', gauges.logDropped)
    this.#gauge('omni_config_stale', '1 while a newer configuration is broken and an older one runs.', () => Number(gauges.configIsStale()))
  }

  observe(receipt: ReceiptRecord): void {
    const { surface } = receipt
    this.#calls.inc({ surface, status: receipt.status, outcome: receipt.outcome })
    for (const attempt of receipt.attempts as readonly AttemptRecord[]) this.#attempts.inc({ provider: attempt.provider, reason: attempt.reason })
    this.#duration.observe({ surface }, receipt.duration / 1e9)
    this.#overhead.observe({ surface }, receipt.overhead / 1e9)
    if (receipt.first_token_after !== null) this.#firstToken.observe({ surface }, receipt.first_token_after / 1e9)
    const { provider } = receipt
    if (provider === null) return
    if (receipt.prompt_tokens !== null) this.#tokens.inc({ provider, kind: 'prompt' }, receipt.prompt_tokens)
    if (receipt.completion_tokens !== null) this.#tokens.inc({ provider, kind: 'completion' }, receipt.completion_tokens)
    if (receipt.cost !== null) this.#cost.inc({ provider }, receipt.cost)
  }

  refuse(reason: string): void {
    this.#refused.inc({ reason })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] })
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<'surface'> {
    return new Histogram({ name, help, labelNames: ['surface'], buckets, registers: [this.#registry] })
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers: [this.#registry], collect() { this.set(read()) } })
  }
}
