/** Asks services elsewhere what they find in texts: an endpoint that moderates, Presidio, or a host of the operator's own. */

import type { Deadlines } from '../base/deadlines.ts'
import { toFailure, type Reason } from '../canonical/failure.ts'
import type { DetectorSettings } from '../config/detectors.ts'
import { nothingDetected, type Detected, type OutsideTerms, type Passage, type Undetected } from '../policy/detector.ts'
import { deliver } from '../upstream/deliver.ts'
import type { Transport } from '../upstream/exchange.ts'
import { askers } from './outside-askers.ts'

export interface OutsideOptions {
  /** As the configuration names them now. */
  readonly services: () => { readonly [name: string]: DetectorSettings }
  /** Opened with the first question. */
  readonly openTransport: () => Transport & { close(): Promise<void> }
  /** From 0 up to 1, for `sample`. */
  readonly random?: () => number
}

/** Characters that are sent at once: a longer prompt is not inspected elsewhere, and the rules are told so. */
const mostCharacters = 1024 * 1024

export class OutsideDetectors {
  readonly #options: OutsideOptions
  /** Questions under way, by service; as many as are configured, or were. */
  readonly #busy = new Map<string, number>()
  #transport: ReturnType<OutsideOptions['openTransport']> | undefined

  constructor(options: OutsideOptions) {
    this.#options = options
  }

  /** Never rejects: what it could not do is said as the terms want it. */
  async ask(terms: OutsideTerms, passages: readonly Passage[]): Promise<Detected | Undetected> {
    const { services, random = Math.random } = this.#options
    if (terms.sample < 1 && random() >= terms.sample) return nothingDetected
    const service = services()[terms.service]
    const said = service === undefined ? failed : await this.#askIfFree(terms, service, passages)
    return 'fault' in said && terms.onFailure === 'nothing' ? nothingDetected : said
  }

  async close(): Promise<void> {
    await this.#transport?.close()
  }

  async #askIfFree(terms: OutsideTerms, service: DetectorSettings, passages: readonly Passage[]): Promise<Detected | Undetected> {
    const busy = this.#busy.get(terms.service) ?? 0
    if (busy >= service.concurrency) return failed
    this.#busy.set(terms.service, busy + 1)
    try {
      return await this.#askNow(terms, service, passages)
    } finally {
      this.#busy.set(terms.service, this.#busy.get(terms.service)! - 1)
    }
  }

  async #askNow(terms: OutsideTerms, service: DetectorSettings, all: readonly Passage[]): Promise<Detected | Undetected> {
    const looked = all.flatMap(({ from, text }, passage) => (text !== '' && (terms.of?.includes(from) ?? true) ? [{ from, text, passage }] : []))
    if (looked.length === 0) return nothingDetected
    if (looked.reduce((sum, { text }) => sum + text.length, 0) > mostCharacters) return failed
    const { write, read } = askers[service.kind]
    const headers = { 'content-type': 'application/json', ...(service.key !== undefined && { authorization: `Bearer ${service.key}` }) }
    try {
      const message = { url: service.url, headers, body: JSON.stringify(write(looked, service)) }
      this.#transport ??= this.#options.openTransport()
      return read(JSON.parse(await deliver(this.#transport, message, within(service.time))), terms.name, looked) ?? failed
    } catch (error) {
      return { fault: faults[toFailure(error).reason] ?? 'failed' }
    }
  }
}

const failed: Undetected = { fault: 'failed' }

const faults: { readonly [reason in Reason]?: Undetected['fault'] } = {
  upstream_timeout: 'timeout',
  upstream_unreachable: 'unreachable',
  upstream_truncated: 'unreachable',
  upstream_auth_error: 'refused',
  upstream_refused_request: 'refused',
  rate_limit_exceeded: 'refused',
  overloaded: 'refused',
}

const within = (ms: number): Deadlines => ({
  connect: ms,
  firstByteStreamed: ms,
  firstByteWhole: ms,
  firstWord: ms,
  idle: ms,
  progress: ms,
  total: ms,
})
