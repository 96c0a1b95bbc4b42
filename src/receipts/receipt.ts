/** The record of one call while it is open: what happened and how long it took, and nothing of what was said. */

import { now } from '../base/clock.ts'
import type { ChatEvent, Glance, Served, Usage } from '../canonical/chat.ts'
import type { Failure } from '../canonical/failure.ts'
import type { FormAnswer } from '../canonical/forms.ts'
import { conclude } from './closing.ts'
import { mostUsage, type MostUsage } from './estimate.ts'
import { openRecord, type Opening } from './opening.ts'
import { Teller } from './names.ts'
import { settleCost, type Billing, type Cost } from './price.ts'
import { Prompt } from './prompt.ts'
import { Reckoning } from './reckoning.ts'
import type { AttemptRecord, ReceiptRecord } from './signals.ts'
import { Timeline } from './timeline.ts'
import { estimatedTokens, isTold, outputOf, tellUsage, type CountedUsage } from './usage.ts'
import { Words } from './words.ts'

export class Receipt {
  readonly record: ReceiptRecord
  readonly time = new Timeline()
  readonly prompt: Prompt
  readonly words = new Words()
  readonly names = new Teller()
  readonly #reckoning = new Reckoning()
  /** Who is paid: told before anybody is asked. */
  billing: Billing | undefined
  /** That it reaches a provider is written down. */
  isIntended = false
  /** What is left of the limits that the call counts for, as headers of its answer: names and values in turn. */
  limits: readonly string[] | undefined
  /** What the last attempt asked for is the operator's own name for a model. */
  isDeployment = false
  readonly #attempts: AttemptRecord[] = []
  /** Each once, of a closed list: a few. */
  #dropped: readonly string[] = []
  #isAttempting = false
  #usage: Usage | undefined
  #mostTold = 0
  /** What was told last of the tokens was told before the first word. */
  #isEarly = false
  #requestBytes = 0
  #hasFinished = false
  #guesses = true
  /** Of a closed list: a few. */
  readonly #notices: string[] = []
  /** Milliseconds of the longest silence in the answer, where it is a stream. */
  #maxGap = 0
  #isStream = false

  constructor(opening: Opening) {
    this.record = openRecord(opening)
    this.prompt = new Prompt(this.record)
  }

  get id(): string {
    return this.record.id
  }

  get attempts(): readonly AttemptRecord[] {
    return this.#attempts
  }

  get dropped(): readonly string[] {
    return this.#dropped
  }

  measure(requestBytes: number): void {
    this.#requestBytes = requestBytes
    this.record.request_size = 2 ** Math.ceil(Math.log2(Math.max(1, requestBytes)))
  }

  drop(word: string): void {
    if (!this.#dropped.includes(word)) this.#dropped = [...this.#dropped, word]
  }

  /** What one target could not be told, the next may understand. */
  forgetDropped(): void {
    this.#dropped = []
    this.prompt.forget()
  }

  beginAttempt(): void {
    this.record.sent_after ??= this.time.elapsed()
    // What the gateway says itself calls nobody.
    this.record.provider_called ||= this.record.runtime_mode === 'live'
    this.time.beginAttempt()
    this.#isAttempting = true
    this.record.upstream_status = null
    this.#forgetAnswer()
  }

  /** The attempt has its connection. */
  connected(): void {
    this.record.connected_after ??= this.time.elapsed()
  }

  /** The headers of the attempt's answer have come. */
  answered(status: number, requestId: string | undefined): void {
    this.record.upstream_status = status
    this.record.first_byte_after = this.time.elapsed()
    this.record.upstream_request_id = this.names.id(requestId)
  }

  /** An attempt was begun and its end not told. */
  get isAttempting(): boolean {
    return this.#isAttempting
  }

  /** `reason` is `answered` or a reason of the failure table. */
  endAttempt(attempt: Omit<AttemptRecord, 'at' | 'ms'>): void {
    const { account, model, provider, reason, region, status } = attempt
    const { at, ms } = this.time.endAttempt(reason === 'answered')
    this.#attempts.push({ account, at, model: this.names.model(model), ms, provider, reason, region, status })
    this.#isAttempting = false
  }

  observe(events: readonly ChatEvent[]): void {
    const { record } = this
    this.words.isHeard = true
    for (const event of events) {
      switch (event.type) {
        case 'start':
          record.response_id = this.names.id(event.id)
          record.claimed_model = this.names.name(event.model)
          break
        case 'open':
          this.speak()
          this.words.open()
          record.tool_calls = (record.tool_calls ?? 0) + (event.block.type === 'tool-call' ? 1 : 0)
          break
        case 'delta':
          this.speak()
          this.words.hear(event.text)
          break
        case 'usage':
          this.#usage = event.usage
          this.#isEarly = record.first_token_after === null
          if (!this.#isEarly) this.#mostTold = Math.max(this.#mostTold, outputOf(event.usage))
          break
        case 'finish':
          record.finish = event.reason
          record.tool_calls ??= 0
          this.#hasFinished = true
          break
        case 'close':
      }
    }
  }

  /** How the provider says that it serves the answer. */
  tellServed({ fingerprint, tier }: Served): void {
    if (fingerprint !== undefined) this.record.fingerprint = this.names.name(fingerprint)
    if (tier !== undefined) this.record.service_tier = tier
  }

  /** A stream is begun for the client. */
  beginStream(): void {
    this.#isStream = true
    this.record.frames ??= 0
  }

  /** The provider said nothing for so many milliseconds in the middle of its stream. */
  silent(ms: number): void {
    if (ms > this.#maxGap) this.#maxGap = ms
  }

  /** A whole answer that was passed on. */
  glance({ id, model, finish, usage, toolCalls, said }: Glance): void {
    const { record } = this
    this.speak()
    record.response_id = this.names.id(id)
    record.claimed_model = this.names.name(model)
    record.finish = finish
    record.tool_calls = toolCalls
    this.words.hearAll(said)
    this.#usage = usage
    this.#hasFinished = true
  }

  /** The answer of a small form, which has no words to count. */
  observeForm({ id, model, usage }: FormAnswer): void {
    const { record } = this
    this.speak()
    record.response_id = this.names.id(id)
    record.claimed_model = this.names.name(model)
    this.#usage = usage
    this.#hasFinished = true
  }

  /** An upload went on while it came, and nobody else could be asked; or a limit could not be asked, and let the call pass. */
  note(notice: 'upload_spent' | 'limit_uncounted'): void {
    if (!this.#notices.includes(notice)) this.#notices.push(notice)
  }

  /** What the provider does not tell is not estimated: bytes of sound and pictures say nothing of tokens. */
  guessNothing(): void {
    this.#guesses = false
  }

  speak(): void {
    this.record.first_token_after ??= this.time.elapsed()
  }

  fail(failure: Failure, status: number): void {
    const { record } = this
    record.status = status
    record.error = failure.reason
    record.error_origin = failure.row.blame
    record.outcome =
      failure.reason === 'client_closed'
        ? 'client_closed'
        : record.sent_after !== null
          ? this.record.first_token_after === null
            ? 'failed'
            : 'truncated'
          : 'refused'
    if (record.outcome === 'refused' || failure.reason === 'policy_blocked') record.policy_outcome = failure.reason === 'review_required' ? 'REVIEW' : 'BLOCK'
  }

  /** Closes it, once: what follows from the rest is filled in. */
  close(): ReceiptRecord {
    const { record } = this
    record.dropped = this.dropped
    this.time.close(record)
    this.#settleUsage()
    this.prompt.close()
    conclude(record, {
      attempts: this.#attempts,
      time: now(),
      isDeployment: this.isDeployment,
      maxGap: this.#isStream ? Math.round(this.#maxGap * 1e6) : null,
      notices: this.#notices,
    })
    return record
  }

  /** Tokens in, as the receipt will say them: told or estimated. */
  currentInput(): number {
    return this.#countUsage().usage.input
  }

  /** What the answer costs, as the receipt will say it once the answer is whole; null without a price. */
  currentCost(): number | null {
    return !this.#guesses && !isTold(this.#usage ?? {}) ? null : (this.#priceOf(this.#countUsage().usage)?.total ?? null)
  }

  /** Tokens in and out at most, as far as they can be known before the answer. */
  get estimate(): MostUsage {
    return mostUsage(this.record, this.prompt.estimate ?? estimatedTokens(this.#requestBytes), this.#guesses)
  }

  #priceOf(usage: Usage): Cost | null {
    return this.billing === undefined ? null : this.#reckoning.price(this.billing, usage, this.record)
  }

  /** Another attempt's answer is another answer. */
  #forgetAnswer(): void {
    const { record } = this
    this.#usage = undefined
    this.#mostTold = 0
    this.#isEarly = false
    this.words.forget()
    this.#hasFinished = false
    record.response_id = record.claimed_model = record.finish = record.upstream_request_id = null
    record.fingerprint = record.service_tier = record.connected_after = null
    record.first_byte_after = record.first_token_after = record.tool_calls = null
    this.#maxGap = 0
  }

  #countUsage(): CountedUsage {
    const { estimate } = this.prompt
    const answered = this.words.tokens
    return this.#reckoning.count(this.#usage, {
      asked: estimate ?? estimatedTokens(this.#requestBytes),
      isWeighed: estimate !== undefined,
      answered,
      // A server that tells its tokens at the start tells a placeholder there.
      hasFinished: this.#hasFinished && !(this.#isEarly && answered > 0),
      mostTold: this.#mostTold,
    })
  }

  /** An answer that was whole or had begun, tokens that were told of one that nobody was given, or a prompt that was read for somebody who left. */
  get #isBilled(): boolean {
    const { outcome, first_token_after: spoke, connected_after: sent, upstream_status: status } = this.record
    const wasRead = outcome === 'client_closed' && sent !== null && (status ?? 200) < 300
    return outcome === 'completed' || spoke !== null || isTold(this.#usage ?? {}) || wasRead
  }

  /** Tokens and money, unless whoever answered counted by other means. */
  #settleUsage(): void {
    const { record } = this
    if (record.usage_source !== 'unavailable' || !this.#isBilled || (!this.#guesses && !isTold(this.#usage ?? {}))) return
    const counted = this.#countUsage()
    tellUsage(record, counted, this.words.isHeard ? this.words.tokens : undefined)
    settleCost(record, this.#priceOf(counted.usage), this.billing)
  }
}
