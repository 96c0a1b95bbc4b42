/** Holds calls for a person: each payload comes to one review, waits for whoever decides, and runs as often as it was approved for. */

import { now, pause } from '../base/clock.ts'
import { reviewId } from '../base/ids.ts'
import type { Settings } from '../config/settings.ts'
import { piecesOf, type Asked, type Held, type Payload, type Reviews } from '../policy/review.ts'
import { StorageError } from '../storage/errors.ts'
import type { NewReview, Review, StoredReviews } from '../storage/reviews.ts'
import type { Store } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Data } from './data.ts'
import { faultOf } from './outage.ts'
import { noticeOf } from './reviews-notice.ts'

export interface ReviewBookParts {
  readonly data: Pick<Data, 'hashPayload' | 'sealReview'> & { readonly store: Pick<Store, 'reviews'> }
  /** How many may wait at once, and who is told of new ones. */
  readonly settings: () => Pick<Settings, 'reviews' | 'alerts'>
  /** A notice of a new one was written down. */
  readonly onNotice: () => void
  readonly log: Log
}

/** Of a body that is longer nothing is kept: whoever decides sees that there was too much of it. */
const mostContent = 4 * 1024 * 1024
const bounds = { pendingOfKey: 100, pending: 10_000, bytes: 1024 ** 3 }
/** How soon a decision counts that was made in another process, in milliseconds. */
const lookEvery = 500
/** Milliseconds that the store may take to say what becomes of a call. */
const patience = 5000
const sweepEvery = 60_000
const keptFor = 30 * 24 * 3_600_000
const mostKept = 100_000

interface Waiting {
  readonly id: string
  readonly decide: (review: Review | undefined) => void
  /** Nobody has decided. */
  readonly end: () => void
}

export class ReviewBook implements Reviews {
  readonly #parts: ReviewBookParts
  /** Bounded by the setting. */
  readonly #waiting = new Set<Waiting>()
  #isLooking = false
  #looks: NodeJS.Timeout | undefined
  readonly #sweeps: NodeJS.Timeout
  #isClosed = false

  constructor(parts: ReviewBookParts) {
    this.#parts = parts
    this.#sweeps = setInterval(() => void this.sweep(), sweepEvery).unref()
  }

  get #store(): StoredReviews {
    return this.#parts.data.store.reviews
  }

  get waiting(): number {
    return this.#waiting.size
  }

  digest(payload: Payload): string {
    return this.#parts.data.hashPayload(piecesOf(payload))
  }

  async hold(asked: Asked): Promise<Held> {
    try {
      const review = await inTime(this.#attach(asked))
      if (review === 'full') return { state: 'full' }
      const decided = review.state === 'pending' ? await this.#wait(review, asked) : review
      return decided === undefined ? { state: 'pending', review: review.id, until: review.endsAt } : await inTime(this.#answer(decided, asked))
    } catch (error) {
      this.#parts.log.tell('error', 'a call could not be held for a person', { ...faultOf(error) })
      return { state: 'unavailable' }
    }
  }

  async giveBack(review: string, decision: string): Promise<void> {
    await this.#store.giveBack(review, decision, now()).catch(() => {})
  }

  /** Somebody has decided here: whoever waits for it need not wait for the next look. */
  wake(id: string): void {
    if (![...this.#waiting].some((one) => one.id === id)) return
    void this.#store.decided([id]).then(
      (decided) => this.#tell(decided),
      () => {},
    )
  }

  /** Ends what has had its time; its content is gone then. */
  async sweep(): Promise<void> {
    const at = now()
    await this.#store.sweep(at, at - keptFor, mostKept).catch(() => {})
  }

  /** Nobody waits any more: the reviews stay. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweeps)
    for (const { end } of this.#waiting) end()
  }

  /** The review of the payload, which may be a new one. */
  async #attach(asked: Asked): Promise<Review | 'full'> {
    const { settings, onNotice, log } = this.#parts
    const at = now()
    const found = await this.#store.find(boundTo(asked), at)
    if (found !== undefined) return found
    const made = this.#make(asked, at)
    const added = await this.#store.add(made, bounds, { notice: noticeOf(made), receivers: settings().alerts.map(({ name }) => name) })
    if (added === 'full') log.tell('warn', 'more calls wait for a person than may', { tenant: asked.tenant, key: asked.key ?? 'none' })
    else if (added.id === made.id) onNotice()
    return added
  }

  #make(asked: Asked, at: number): NewReview {
    const { tenant, key, user, rule, estimate, model, surface, terms, decision, content } = asked
    const id = reviewId()
    const text = content?.()
    const isKept = text !== undefined && Buffer.byteLength(text) <= mostContent
    const sealed = isKept ? this.#parts.data.sealReview(text, tenant, id) : null
    const told = { id, tenant, key, user: user ?? null, hash: boundTo(asked), rule, estimate, model, surface, decision }
    const times = { createdAt: at, endsAt: at + terms.expiresIn }
    return { ...told, ...times, content: isKept ? 'kept' : text === undefined ? 'withheld' : 'too_large', sealed }
  }

  /** Resolves to the review once it is decided, or as it is when nobody has in time; undefined where the client has left. */
  async #wait(review: Review, { terms, onGone }: Asked): Promise<Review | undefined> {
    const time = Math.min(terms.wait, review.endsAt - now())
    if (time <= 0 || this.#isClosed || this.#waiting.size >= this.#parts.settings().reviews.waiting) return review
    const { promise, resolve } = Promise.withResolvers<Review | undefined>()
    const waiting: Waiting = { id: review.id, decide: resolve, end: () => resolve(review) }
    this.#waiting.add(waiting)
    this.#looks ??= setInterval(() => void this.#look(), lookEvery)
    const timer = setTimeout(waiting.end, time)
    onGone(() => resolve(undefined))
    const decided = await promise
    clearTimeout(timer)
    this.#waiting.delete(waiting)
    if (this.#waiting.size === 0) this.#stopLooking()
    return decided
  }

  /** One question for all that wait. Where the store does not answer, they wait on. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const decided = await this.#store.decided([...new Set(Array.from(this.#waiting, ({ id }) => id))]).catch(() => [])
    this.#isLooking = false
    this.#tell(decided)
  }

  #tell(decided: readonly Review[]): void {
    const byId = new Map(decided.map((review) => [review.id, review]))
    for (const { id, decide } of this.#waiting) if (byId.has(id)) decide(byId.get(id))
  }

  #stopLooking(): void {
    clearInterval(this.#looks)
    this.#looks = undefined
  }

  /** What the review says of this call. Of an approval one use is taken, before anything of the call goes anywhere. */
  async #answer(review: Review, { decision }: Asked): Promise<Held> {
    const { id, state, endsAt: until, budget, reason } = review
    switch (state) {
      case 'approved':
        return (await this.#store.claim(id, decision, now())) ? { state, review: id, budget } : { state: 'used', review: id }
      case 'pending':
        return now() < until ? { state, review: id, until } : { state: 'expired', review: id }
      case 'denied':
        return { state, review: id, until, reason: reason ?? 'other' }
      case 'expired':
      case 'used':
        return { state, review: id }
    }
  }
}

/** What was allowed under one rule is not what another wants to know. */
const boundTo = ({ hash, rule }: Asked): string => `${hash} ${rule}`

/** Rejects with `unavailable` where it takes too long. What was asked may still be done: a use that was taken so is lost. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = pause(patience)
  const fail = async (): Promise<never> => {
    await late.done
    throw new StorageError('unavailable')
  }
  try {
    return await Promise.race([work, fail()])
  } finally {
    late.cancel()
  }
}
