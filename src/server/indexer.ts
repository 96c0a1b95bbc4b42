/** Brings what stands in a log into the index: from memory while it keeps up, and from the disk what it missed. */

import { pause } from '../base/clock.ts'
import type { IndexEntry } from '../receipts/index-entry.ts'
import type { Outage } from './outage.ts'

/** Entries of the log from one position to before another, and what the index needs of the receipts among them. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly entries: readonly IndexEntry[]
}

export interface Indexing {
  readonly log: { readonly id: string; readonly size: number }
  /** Up to which position the index has the log. */
  indexed(log: string): Promise<number>
  /** Stores entries and how far they reach, both or none; those that are there stay as they are. */
  store(entries: readonly IndexEntry[], progress: { readonly log: string; readonly next: number }): Promise<void>
  /** Whether the same entries will be refused as often as they are handed in. */
  isHopeless(error: unknown): boolean
  /** Hears when the index cannot be written to, or the log not be read, and when that is over. */
  readonly outage: Outage<'index'>
  /** Hears of an entry that the index refuses for good. */
  report(position: number, error: unknown, entry: IndexEntry): void
  /** Reads a piece of the log from the disk: one entry at least, where there is one. */
  read(from: number): Promise<Piece>
}

/** Entries that may wait in memory: what comes beyond is read from the disk later. */
const mostWaiting = 5000
const firstPauseMs = 250
const longestPauseMs = 10_000

export class Indexer {
  readonly #indexing: Indexing
  /** Bounded by `mostWaiting` entries. */
  #waiting: Piece[] = []
  #count = 0
  /** The position that the index needs next; undefined until it was asked. */
  #next: number | undefined
  /** Where to go on from instead, once what is being stored is. */
  #rewound: number | undefined
  #running: Promise<void> | undefined
  #pause: { cancel(): void } | undefined
  #isClosing = false

  constructor(indexing: Indexing) {
    this.#indexing = indexing
  }

  /** Entries that the index does not have yet. */
  get behind(): number {
    return this.#indexing.log.size - (this.#next ?? 0)
  }

  /** Takes a piece that was just written; never throws and never waits. */
  push(piece: Piece): void {
    if (this.#count + piece.entries.length <= mostWaiting) {
      this.#waiting.push(piece)
      this.#count += piece.entries.length
    }
    this.catchUp()
  }

  /** Begins, unless it is at it already. */
  catchUp(): void {
    if (!this.#isClosing) this.#running ??= this.#run()
  }

  /** From this position on everything is read anew. */
  rewind(position: number): void {
    this.#rewound = position
    this.catchUp()
  }

  /** Resolves when the index has all, or the last try failed. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** Stores what is left, and gives up after `ms`: the log has it, and the next start goes on from there. */
  async close(ms: number): Promise<void> {
    this.#pause?.cancel()
    const limit = pause(ms)
    await Promise.race([this.#running, limit.done])
    limit.cancel()
    this.#isClosing = true
    this.#pause?.cancel()
  }

  async #run(): Promise<void> {
    let wait = firstPauseMs
    for (;;) {
      try {
        const isDone = await this.#step()
        this.#indexing.outage.mend('index')
        wait = firstPauseMs
        if (isDone || this.#isClosing) break
      } catch (error) {
        this.#indexing.outage.fail('index', error)
        if (this.#isClosing) break
        const resting = pause(wait)
        this.#pause = resting
        await resting.done
        wait = Math.min(longestPauseMs, wait * 2)
      }
    }
    this.#running = undefined
  }

  /** One piece. Whether there is no other. */
  async #step(): Promise<boolean> {
    const { log, indexed, read } = this.#indexing
    this.#next = this.#rewound ?? this.#next ?? (await indexed(log.id))
    this.#rewound = undefined
    while (this.#waiting.length > 0 && this.#waiting[0]!.to <= this.#next) this.#forget()
    const first = this.#waiting[0]
    if (this.#next >= log.size && first === undefined) return true
    const piece = first?.from === this.#next ? first : await read(this.#next)
    if (piece.to <= this.#next) return true
    await this.#store(piece)
    this.#next = piece.to
    return this.#next >= log.size && this.#waiting.length === 0 && this.#rewound === undefined
  }

  /** One entry that cannot be stored holds up no others: it is found by halves, told, and left out. */
  async #store(piece: Piece): Promise<void> {
    const { log, store, isHopeless, report } = this.#indexing
    const { entries, from, to } = piece
    try {
      await store(entries, { log: log.id, next: to })
    } catch (error) {
      if (!isHopeless(error) || entries.length === 0) throw error
      if (entries.length === 1) {
        report(from, error, entries[0]!)
        return store([], { log: log.id, next: to })
      }
      const half = entries.length >> 1
      // Where the first half ends is not known: entries of other kinds stand between receipts. Until the second is stored too, it does not count.
      await this.#store({ entries: entries.slice(0, half), from, to: from })
      await this.#store({ entries: entries.slice(half), from, to })
    }
  }

  #forget(): void {
    this.#count -= this.#waiting.shift()!.entries.length
  }
}
