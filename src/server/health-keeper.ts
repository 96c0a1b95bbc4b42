/** Stores what is known of places' health, learns what other processes found out, and tells the log. */

import { monotonic, now } from '../base/clock.ts'
import { reasons, type ReasonRow } from '../canonical/failure.ts'
import type { Health, PlaceRecord } from '../routing/health.ts'
import { readPlace } from '../routing/place.ts'
import type { Standing } from '../routing/standing.ts'
import type { Places, StoredPlace } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { PlaceMetrics } from '../telemetry/places.ts'

/** How soon others know, in milliseconds. */
const lookEvery = 1000
/** What changes together is written together. */
const writeAfter = 50
/** Looks between two sweeps. */
const sweepEvery = 600

export interface Kept {
  readonly health: Health
  readonly places: Places
  readonly instance: string
  readonly log: Log
  readonly metrics: Pick<PlaceMetrics, 'eject'>
}

/** Where the database cannot be asked, what is known in memory goes on, and is stored when it can be again. */
export class HealthKeeper {
  readonly #kept: Kept
  /** By place: not stored yet. Bounded by the places. */
  readonly #unwritten = new Map<string, PlaceRecord>()
  /** By place: which of others' changes were taken over. Bounded by the rows that are news. */
  #seen = new Map<string, string>()
  #looks = 0
  #isLooking = false
  #writing: Promise<void> | undefined
  #soon: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(kept: Kept) {
    this.#kept = kept
    kept.health.onChange = (standing) => this.#note(standing)
  }

  /** Takes over what was stored, also by this installation before it was started anew, and goes on looking. */
  async start(): Promise<void> {
    await this.#adopt().catch(() => {})
    this.#timer = setInterval(() => void this.#turn(), lookEvery).unref()
  }

  #note(standing: Standing): void {
    this.#soon ??= setTimeout(() => void this.#write(), writeAfter).unref()
    const { name: place, ejection } = standing
    const time = monotonic()
    if (ejection === undefined || standing.stateAt(time) === 'closed') return this.#kept.log.tell('info', 'trusted again', { place })
    const { reason, times } = ejection
    this.#kept.metrics.eject(readPlace(place).kind, reason)
    const { health }: ReasonRow = reasons[reason]
    // A secret that is refused does not mend itself: somebody has to look.
    const level = health?.at === 'account' ? 'error' : 'warn'
    const until = new Date(now() + ejection.until - time).toISOString()
    this.#kept.log.tell(level, 'left alone', { place, reason, until, for_ms: Math.round(ejection.until - time), times })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#write()
  }

  /** A database that takes long is not asked again meanwhile. */
  async #turn(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#write()
    await this.#adopt().catch(() => {})
    this.#looks += 1
    if (this.#looks % sweepEvery === 0) await this.#kept.places.sweep(now()).catch(() => {})
    this.#isLooking = false
  }

  /** One write at a time, so that a newer one is never overtaken. */
  async #write(): Promise<void> {
    clearTimeout(this.#soon)
    this.#soon = undefined
    while (this.#writing) await this.#writing
    const { places, instance } = this.#kept
    this.#collect()
    if (this.#unwritten.size === 0) return
    const records = [...this.#unwritten.values()]
    this.#writing = places.put(instance, records).then(
      () => {
        for (const record of records) if (this.#unwritten.get(record.place) === record) this.#unwritten.delete(record.place)
      },
      () => {},
    )
    await this.#writing
    this.#writing = undefined
  }

  #collect(): void {
    for (const record of this.#kept.health.takeChanges()) this.#unwritten.set(record.place, record)
  }

  async #adopt(): Promise<void> {
    const { health, places, instance } = this.#kept
    const rows = await places.list(now())
    this.#collect()
    // What was found out here while the rows were read is newer than that others trust it.
    const isNews = (row: StoredPlace) => row.instance !== instance && this.#seen.get(row.place) !== stampOf(row)
    const news = rows.filter((row) => isNews(row) && (row.until !== 0 || !this.#unwritten.has(row.place)))
    this.#seen = new Map(rows.map((row) => [row.place, stampOf(row)]))
    health.adopt(news)
  }
}

const stampOf = ({ instance, changedAt }: StoredPlace): string => `${instance} ${changedAt}`
