/** Remembers answers: notes where they are and keeps them sealed, off the hot path, in the store. */

import { now, pause } from '../base/clock.ts'
import { isObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { AnswerPlace, KeptAnswer, Memory } from '../gateway/memory.ts'
import { itemIds } from '../gateway/remember.ts'
import { StorageError } from '../storage/errors.ts'
import type { KeptResponse, ResponsePlace, Responses } from '../storage/store.ts'

export interface AnswerMemoryParts {
  readonly store: Responses
  seal(text: string, owner: string, id: string): Uint8Array
  open(sealed: Uint8Array, owner: string, id: string): string
  readonly settings: Settings['responses']
}

/** What waits to be stored. */
interface Entry {
  readonly owner: string
  readonly id: string
  readonly places: readonly ResponsePlace[]
  readonly kept: KeptResponse | undefined
  readonly bytes: number
}

/** As long as OpenAI keeps answers: https://platform.openai.com/docs/guides/your-data */
const placesLive = 30 * 24 * 3_600_000
/** Some 300 bytes each. */
const mostPlaces = 1_000_000
const mostWaiting = 10_000
const mostWaitingBytes = 64 * 1024 * 1024
const batchSize = 100
const gatherMs = 20
const retryMs = 1000
const sweepEveryMs = 60_000

export class AnswerMemory implements Memory {
  readonly #parts: AnswerMemoryParts
  /** By owner and id of the answer. Bounded by `mostWaiting` and `mostWaitingBytes`; what comes when it is full is counted and not remembered. */
  readonly #waiting = new Map<string, Entry>()
  #bytes = 0
  #unswept = 0
  #running: Promise<void> | undefined
  #writing: Promise<void> = Promise.resolve()
  #isClosing = false
  readonly #timer: NodeJS.Timeout
  /** Answers that were not remembered: too long, or too many at once. */
  dropped = 0
  /** Kept answers that had to go before their time. */
  evicted = 0

  constructor(parts: AnswerMemoryParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.sweep(), sweepEveryMs)
    this.#timer.unref()
  }

  get keeps(): boolean {
    return this.#parts.settings.store
  }

  async find(owner: string, ids: readonly string[]): Promise<readonly AnswerPlace[]> {
    const wanted = new Set(ids)
    const waiting: ResponsePlace[] = []
    for (const entry of this.#waiting.values()) {
      if (entry.owner === owner) for (const place of entry.places) if (wanted.delete(place.id)) waiting.push(place)
    }
    return wanted.size === 0 ? waiting : [...waiting, ...(await available(this.#parts.store.find(owner, [...wanted], now())))]
  }

  async load(owner: string, id: string): Promise<KeptAnswer | undefined> {
    const sealed = this.#waiting.get(`${owner} ${id}`)?.kept?.sealed ?? (await available(this.#parts.store.load(owner, id, now())))
    if (sealed === undefined) return undefined
    const kept: unknown = JSON.parse(this.#parts.open(sealed, owner, id))
    return isObject(kept) ? (kept as unknown as KeptAnswer) : undefined
  }

  async remove(owner: string, id: string): Promise<boolean> {
    const waited = this.#forget(`${owner} ${id}`)
    await this.#writing
    return (await available(this.#parts.store.remove(owner, id))) || waited
  }

  note(owner: string, { id, itemIds: ids, connection, model }: Parameters<Memory['note']>[1]): void {
    this.#put({ owner, id, places: placesOf([id, ...ids], { owner, responseId: id, connection, model }, placesLive), kept: undefined, bytes: 0 })
  }

  keep(owner: string, answer: KeptAnswer, model: string): void {
    const { ttl, entryBytes } = this.#parts.settings
    const { id } = answer
    const text = JSON.stringify(answer)
    if (text.length > entryBytes) return void (this.dropped += 1)
    const places = placesOf([id, ...itemIds(answer.output)], { owner, responseId: id, connection: null, model }, ttl)
    const sealed = this.#parts.seal(text, owner, id)
    this.#put({ owner, id, places, kept: { owner, id, sealed, createdAt: now(), expiresAt: now() + ttl }, bytes: sealed.length })
  }

  /** Removes what is too old or too much; what fails today is done a minute later. */
  async sweep(): Promise<void> {
    this.#unswept = 0
    try {
      this.evicted += await this.#parts.store.sweep(now(), { places: mostPlaces, bytes: this.#parts.settings.totalBytes })
    } catch {
      // The database is away, locked or closed: it says so to those who write receipts.
    }
  }

  /** Stores what waits, at once, and gives up after `ms`. */
  async close(ms: number): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    const limit = pause(ms)
    await Promise.race([this.#running, limit.done])
    limit.cancel()
  }

  #put(entry: Entry): void {
    const key = `${entry.owner} ${entry.id}`
    this.#forget(key)
    if (this.#waiting.size >= mostWaiting || this.#bytes + entry.bytes > mostWaitingBytes) return void (this.dropped += 1)
    this.#waiting.set(key, entry)
    this.#bytes += entry.bytes
    this.#running ??= this.#run()
  }

  #forget(key: string): boolean {
    const entry = this.#waiting.get(key)
    this.#bytes -= entry?.bytes ?? 0
    return this.#waiting.delete(key)
  }

  async #run(): Promise<void> {
    if (!this.#isClosing) await pause(gatherMs).done
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, batchSize)
      const isStored = await this.#store(batch.map(([, entry]) => entry))
      if (!isStored && this.#isClosing) break
      if (!isStored) await pause(retryMs).done
      // What came anew under the same id meanwhile still waits.
      else for (const [key, entry] of batch) if (this.#waiting.get(key) === entry) this.#forget(key)
    }
    this.#running = undefined
  }

  /** False where it may be tried again. */
  async #store(batch: readonly Entry[]): Promise<boolean> {
    const writing = this.#parts.store.put(
      batch.flatMap(({ places }) => places),
      batch.flatMap(({ kept }) => kept ?? []),
    )
    this.#writing = writing.catch(() => {})
    try {
      await writing
      this.#unswept += batch.reduce((sum, { bytes }) => sum + bytes, 0)
      if (this.#unswept > this.#parts.settings.totalBytes / 32) await this.sweep()
      return true
    } catch (error) {
      if (error instanceof StorageError && error.again) return false
      this.dropped += batch.length
      return true
    }
  }
}

function available<Found>(looking: Promise<Found>): Promise<Found> {
  return looking.catch((cause: unknown) => {
    throw new Failure('answers_unavailable', 'Where answers are kept cannot be looked up at the moment.', { cause })
  })
}

function placesOf(ids: readonly string[], of: Pick<ResponsePlace, 'owner' | 'responseId' | 'connection' | 'model'>, live: number): readonly ResponsePlace[] {
  const createdAt = now()
  return ids.map((id) => ({ ...of, id, createdAt, expiresAt: createdAt + live }))
}
