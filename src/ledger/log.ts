/** A log that this process writes: entries in batches, intents in between, and checkpoints that vouch for what is synced. */

import { writeCanonical } from '../base/json.ts'
import { now } from '../base/clock.ts'
import { Tree, joinEdge } from '../receipts/merkle.ts'
import { writeCheckpoint } from '../receipts/note-bodies.ts'
import { vouch } from '../receipts/note-keys.ts'
import { signerOf, writeNote } from '../receipts/note.ts'
import type { Signer } from '../receipts/note.ts'
import type { NewEntry, Placed } from './batch.ts'
import { readNoted } from './checkpoints.ts'
import type { Noted } from './checkpoints.ts'
import { LogError, toLogError } from './errors.ts'
import { syncFolder } from './files.ts'
import type { GrowingFile } from './files.ts'
import type { Intents } from './intents.ts'
import { originOf, segmentEntries } from './layout.ts'
import type { Lock } from './lock.ts'
import { Segment } from './segment.ts'
import { rootLine } from './tail.ts'

/** Entries and milliseconds after which there is a checkpoint. */
const checkpointEntries = 1000
const checkpointMs = 60_000

/** What a log is put together from; `openLog` does. */
export interface Parts {
  readonly id: string
  /** Its own folder. */
  readonly folder: string
  readonly lock: Lock
  readonly signer: Signer
  /** Of the roots of all full segments before `segment`. */
  readonly roots: Tree
  readonly segment: Segment
  readonly intents: Intents
  readonly files: { readonly segments: GrowingFile; readonly checkpoints: GrowingFile; readonly keys: GrowingFile }
  readonly last: Noted | undefined
  /** SHA-256 in hex. */
  config(): string
  readonly build: string
  /** A checkpoint that could not be written, outside any call. */
  report(log: string, error: LogError): void
}

export class ReceiptLog {
  readonly #parts: Parts
  readonly #listeners: ((checkpoint: Noted) => void)[] = []
  readonly #timer: NodeJS.Timeout
  #signer: Signer
  #segment: Segment
  /** A full segment whose end is not written down yet: at most one, since it is before the next batch. */
  #full: Segment | undefined
  #last: Noted | undefined
  /** What is done to the files is done one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #isCheckpointDue = false
  #end: 'broken' | 'closed' | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#signer = parts.signer
    this.#segment = parts.segment
    this.#last = parts.last
    this.#timer = setInterval(() => this.#checkpointSoon(), checkpointMs).unref()
  }

  get id(): string {
    return this.#parts.id
  }

  get folder(): string {
    return this.#parts.folder
  }

  get origin(): string {
    return originOf(this.id)
  }

  /** Entries of the log. */
  get size(): number {
    return this.#segment.first + this.#segment.count
  }

  get lastCheckpoint(): Noted | undefined {
    return this.#last
  }

  get signer(): Signer {
    return this.#signer
  }

  /** Intents that are written and whose receipts are not, by the calls' ids. */
  get openCalls(): ReadonlyMap<string, string> {
    return this.#parts.intents.open
  }

  /** Hears of each checkpoint once it is on the disk. It must not throw. */
  onCheckpoint(listener: (checkpoint: Noted) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Appends the entries, 4,096 at most, all or none of them, behind those of all calls before. Rejects with `LogError`: where it says `again`,
   * the same batch may be handed in later; `broken`, where only opening the log again helps.
   */
  append(entries: readonly NewEntry[]): Promise<readonly Placed[]> {
    return this.inTurn(() => this.write(entries))
  }

  /** Resolves when the intent, one line of JSON with the call's `id`, outlives the process. Rejects with `LogError`. */
  intend(id: string, text: string): Promise<void> {
    return this.#end === undefined ? this.#parts.intents.add(id, text) : Promise.reject(new LogError(this.#end))
  }

  /** The call's receipt will not come: a `gap` has counted it. */
  forget(id: string): void {
    if (this.#end === undefined) this.#parts.intents.forget(id)
  }

  /** Forgets the intents of calls that have their receipt: where that is erased, a process that starts would take them for calls without one. Throws `LogError`. */
  tidy(): void {
    if (this.#end === undefined) this.#parts.intents.tidy()
  }

  /** Syncs what was appended and signs for it. Rejects with `LogError`. */
  checkpoint(): Promise<Noted> {
    return this.inTurn(() => this.vouch())
  }

  /** Goes on with another key, for which this one vouches. The 32 bytes of its private key. Rejects with `LogError`. */
  adopt(seed: Buffer): Promise<void> {
    return this.inTurn(() => this.#adopt(signerOf(this.origin, seed)))
  }

  /** Writes the last checkpoint and gives the log away. What is under way is done first. */
  async close(): Promise<void> {
    if (this.#end === 'closed') return
    clearInterval(this.#timer)
    try {
      if (this.#end === undefined) await this.inTurn(() => this.vouch())
    } finally {
      await this.abandon()
      this.#parts.lock.release()
    }
  }

  /** Gives the log away as it is, as a process does that dies. */
  async abandon(): Promise<void> {
    clearInterval(this.#timer)
    await this.inTurn(() => this.#release()).catch(() => {})
  }

  /** Does something to the files when all before is done. For this folder alone. Rejects with `LogError`. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => {
      if (this.#end === 'closed') throw new LogError('closed')
      try {
        return await act()
      } catch (error) {
        const found = toLogError(error)
        if (found instanceof LogError && found.reason === 'broken') this.#end ??= 'broken'
        throw found
      }
    })
    this.#turn = done.catch(() => {})
    return done
  }

  /** `append`, for what is in turn already. */
  async write(entries: readonly NewEntry[]): Promise<readonly Placed[]> {
    if (this.#end !== undefined) throw new LogError(this.#end)
    if (entries.length > segmentEntries) throw new LogError('refused', `A batch has ${segmentEntries} entries at most.`)
    await this.#finishFull()
    const { room } = this.#segment
    const placed = entries.length > room ? await this.#writeAcross(entries.slice(0, room), entries.slice(room)) : await this.#writeWithin(entries)
    for (const { closes } of entries) if (closes !== undefined) this.#parts.intents.close(closes)
    if (this.size - (this.#last?.size ?? 0) >= checkpointEntries) this.#checkpointSoon()
    return placed
  }

  /** `checkpoint`, for what is in turn already. */
  async vouch(): Promise<Noted> {
    if (this.#end !== undefined) throw new LogError(this.#end)
    await this.sync()
    const { roots, files, config, build } = this.#parts
    const within = this.#segment.count === 0 ? [] : [this.#segment.tree.root()]
    const root = joinEdge([...roots.state().edge, ...within])
    const body = writeCheckpoint({ origin: this.origin, size: this.size, root, time: now(), config: config(), build })
    const note = writeNote(body, [this.#signer])
    await files.checkpoints.append(`${note}\n`)
    const noted = readNoted(note)!
    this.#last = noted
    for (const listener of this.#listeners) listener(noted)
    return noted
  }

  /** Syncs the entries, without a checkpoint. */
  async sync(): Promise<void> {
    await this.#finishFull()
    await this.#segment.sync()
  }

  async #writeWithin(entries: readonly NewEntry[]): Promise<readonly Placed[]> {
    const draft = await this.#segment.write(entries)
    this.#segment.keep(draft)
    return draft.placed
  }

  /** The segment takes `head` and is full; the next one begins with `rest`. */
  async #writeAcross(head: readonly NewEntry[], rest: readonly NewEntry[]): Promise<readonly Placed[]> {
    const full = this.#segment
    const ending = await full.write(head)
    let next: Segment | undefined
    try {
      next = await Segment.open(this.folder, full.first + segmentEntries, { tree: new Tree(), bytes: 0 })
      const beginning = await next.write(rest)
      full.keep(ending)
      next.keep(beginning)
      this.#full = full
      this.#segment = next
      return [...ending.placed, ...beginning.placed]
    } catch (error) {
      await full.undo()
      await next?.remove()
      throw error
    }
  }

  /** Each step may be done again: where one fails, all are before the next batch. */
  async #finishFull(): Promise<void> {
    const full = this.#full
    if (full === undefined) return
    const { intents, files, roots } = this.#parts
    intents.roll(this.#segment.first)
    await full.sync()
    await syncFolder(this.folder)
    const root = full.tree.root()
    await files.segments.append(rootLine(roots.size, root))
    roots.add(root)
    this.#full = undefined
    await full.close()
  }

  #checkpointSoon(): void {
    if (this.#isCheckpointDue || this.#end !== undefined) return
    this.#isCheckpointDue = true
    const done = this.checkpoint().catch((error: unknown) => {
      if (!(error instanceof LogError)) throw error
      if (error.reason !== 'closed') this.#parts.report(this.id, error)
    })
    void done.finally(() => (this.#isCheckpointDue = false))
  }

  async #adopt(next: Signer): Promise<void> {
    if (next.key.id === this.#signer.key.id) return
    const at = now()
    const statement = vouch(next, this.#signer, { time: at, from: this.size + 1 })
    await this.write([{ kind: 'key', text: writeCanonical({ at, statement }) }])
    // From here on the entry says who signs: a file that cannot say the same is mended when the log is opened again.
    try {
      await this.sync()
      await this.#parts.files.keys.append(`${statement}\n`)
    } catch (error) {
      const { code } = error as LogError
      throw new LogError('broken', undefined, code)
    }
    this.#signer = next
  }

  async #release(): Promise<void> {
    this.#end = 'closed'
    const { intents, files } = this.#parts
    intents.end()
    const open = [this.#segment, ...(this.#full === undefined ? [] : [this.#full]), files.segments, files.checkpoints, files.keys]
    await Promise.all(open.map((each) => each.close()))
  }
}
