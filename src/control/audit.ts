/** What is done through the control API, published and told to the log of receipts: by whom, to what, and keyed hashes of how that stood before and after. */

import { writeCanonical, type Json } from '../base/json.ts'
import { now } from '../base/clock.ts'
import { safeName } from '../receipts/names.ts'
import type { Control } from './control.ts'
import { nameOf, type Action, type Change, type ChangedKind, type ControlAnswer, type ControlRequest, type ControlRoute } from './route.ts'

/** Names in order, as canonical JSON has them. There is no text in it: `target` is a name or an id. */
export interface AuditEntry {
  readonly action: Action
  /** As `hashOf` gives it; null where there is none, absent where nothing that is stored was changed. */
  readonly after?: string | null
  /** Milliseconds since 1970. */
  readonly at: number
  readonly before?: string | null
  /** `admin`, or the id of a user or a key. */
  readonly by: string
  /** How often it was read since the entry before. */
  readonly count?: number
  /** Of the target, where it was changed. */
  readonly kind?: ChangedKind
  readonly target?: string
}

/**
 * HMAC-SHA-256, in hex, of the kind, a space and the canonical JSON (RFC 8785) of an object as `GET` shows it, under a key of the installation: who has
 * only the entry cannot try what it may have been.
 */
export function hashOf(kind: ChangedKind, shown: object, { hashShown }: Pick<Control, 'hashShown'>): string {
  // As it is sent: what is undefined is not there.
  return hashShown(`${kind} ${writeCanonical(JSON.parse(JSON.stringify(shown)) as Json)}`)
}

/** A reader has one entry in so many milliseconds, and with it the number of its readings. */
const readingMs = 60_000
/** Readers are the operator, and one day people by name. */
const mostReaders = 1000

export class Auditor {
  readonly #control: Control
  /** Readings since a reader's last entry; bounded by `mostReaders`. */
  readonly #readings = new Map<string, number>()

  constructor(control: Control) {
    this.#control = control
  }

  /** Runs a call of the control API; what it changed is published, and told of. A key that reads its own receipts is nobody’s business. */
  async run(route: ControlRoute, request: ControlRequest): Promise<ControlAnswer> {
    const { action } = route
    if (action === undefined) return route.run(request, this.#control)
    if (route.method === 'GET') {
      const answer = await route.run(request, this.#control)
      if (request.viewer.role !== 'client') await this.#noteReading(action, nameOf(request.viewer))
      return answer
    }
    const answer = await route.run(request, this.#control)
    const { changes = [], body } = answer
    const done = { action, at: now(), by: nameOf(request.viewer) }
    if (changes.length === 0) await this.#tell({ ...done, ...targetOf(request, body) })
    else await Promise.all([this.#control.publish(), this.#tellChanges(changes, done)])
    return answer
  }

  async #tellChanges(changes: readonly Change[], done: Pick<AuditEntry, 'action' | 'at' | 'by'>): Promise<void> {
    const hash = (kind: ChangedKind, shown: object | null) => (shown === null ? null : hashOf(kind, shown, this.#control))
    for (const { kind, id, before, after } of changes)
      await this.#tell({ ...done, kind, target: safeName(id) ?? 'unknown', before: hash(kind, before), after: hash(kind, after) })
  }

  /** Tells of the readings that are not told yet. */
  async close(): Promise<void> {
    for (const by of this.#readings.keys()) await this.#flush('receipts_read', by)
  }

  async #noteReading(action: Action, by: string): Promise<void> {
    const known = this.#readings.get(by)
    if (known !== undefined) return void this.#readings.set(by, known + 1)
    if (this.#readings.size >= mostReaders) this.#readings.clear()
    this.#readings.set(by, 1)
    await this.#flush(action, by)
    setTimeout(() => void this.#endMinute(action, by), readingMs).unref()
  }

  /** Who read on is told of once more, and its next minute begins. */
  async #endMinute(action: Action, by: string): Promise<void> {
    if ((this.#readings.get(by) ?? 0) === 0) return void this.#readings.delete(by)
    await this.#flush(action, by)
    setTimeout(() => void this.#endMinute(action, by), readingMs).unref()
  }

  async #flush(action: Action, by: string): Promise<void> {
    const count = this.#readings.get(by) ?? 0
    if (count === 0) return
    this.#readings.set(by, 0)
    await this.#tell({ action, at: now(), by, count })
  }

  /** It is done, and cannot be undone because nobody could be told: then the log of the process says so. */
  async #tell(entry: AuditEntry): Promise<void> {
    const { ledger, store } = this.#control
    const { kind = null, target = null, before = null, after = null, count = null, ...done } = entry
    try {
      await ledger.audit(writeCanonical(entry as unknown as Json))
      await store.actions.add({ ...done, kind, target, before, after, count })
    } catch {
      this.#control.tell('an action could not be written to the log of receipts', { action: entry.action, by: entry.by })
    }
  }
}

/** What the path names, or what the answer says it was about. A user's id is neither. */
function targetOf({ params }: ControlRequest, body: ControlAnswer['body']): Pick<AuditEntry, 'target'> {
  const { id, tenant } = typeof body === 'string' ? ({} as { id?: unknown; tenant?: unknown }) : (body as { id?: unknown; tenant?: unknown })
  const target = Object.values(params).join('/') || (id ?? tenant)
  return typeof target === 'string' ? { target: safeName(target) ?? 'unknown' } : {}
}
