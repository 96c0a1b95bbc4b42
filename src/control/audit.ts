/** What is done through the control API, told to the log of receipts: by whom, to what, and digests of how everything stood before and after. */

import { createHash } from 'node:crypto'
import { now } from '../base/clock.ts'
import { safeName } from '../receipts/names.ts'
import type { Control } from './control.ts'
import { nameOf, type Action, type ControlRequest, type ControlRoute } from './route.ts'

/** Names in order, as canonical JSON has them. There is no text in it: `target` is a name or an id. */
export interface AuditEntry {
  readonly action: Action
  /** SHA-256 of all that the control API can change, in hex; what reads has neither. */
  readonly after?: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly before?: string
  /** `admin`, or the id of a key. */
  readonly by: string
  /** How often it was read since the entry before. */
  readonly count?: number
  readonly target?: string
}

type Answer = Awaited<ReturnType<ControlRoute['run']>>

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

  /** Runs a call of the control API, and tells of it where it did something. A key that reads its own receipts is nobody’s business. */
  async run(route: ControlRoute, request: ControlRequest): Promise<Answer> {
    const { action } = route
    if (action === undefined) return route.run(request, this.#control)
    if (route.method === 'GET') {
      const answer = await route.run(request, this.#control)
      if (request.viewer.role !== 'client') await this.#noteReading(action, nameOf(request.viewer))
      return answer
    }
    const before = await stateOf(this.#control)
    const answer = await route.run(request, this.#control)
    const target = targetOf(request, answer.body)
    const after = await stateOf(this.#control)
    await this.#tell({ action, after, at: now(), before, by: nameOf(request.viewer), ...(target !== undefined && { target }) })
    return answer
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
    const { target = null, before = null, after = null, count = null, ...done } = entry
    try {
      await ledger.audit(JSON.stringify(entry))
      await store.actions.add({ ...done, target, before, after, count })
    } catch {
      this.#control.tell('an action could not be written to the log of receipts', { action: entry.action, by: entry.by })
    }
  }
}

/** What the path names, or what the answer says was made. A user's id is neither. */
function targetOf({ params }: ControlRequest, body: Answer['body']): string | undefined {
  const named = Object.values(params).join('/')
  const { id, tenant } = typeof body === 'string' ? ({} as { id?: unknown; tenant?: unknown }) : (body as { id?: unknown; tenant?: unknown })
  const target = named === '' ? (id ?? tenant) : named
  return typeof target === 'string' ? (safeName(target) ?? 'unknown') : undefined
}

/** The same for the same configuration, prices, keys, credentials, chains, objects, holds and calls that wait; of secrets only which version they are. */
async function stateOf({ store, snapshot }: Control): Promise<string> {
  const [keys, credentials, chains, objects, holds, waiting] = await Promise.all([
    store.keys.list(),
    store.credentials.list(),
    store.chains.list(),
    store.objects.list(),
    store.holds.list(),
    store.reviews.pending(),
  ])
  const state = [
    snapshot().version,
    snapshot().catalogue.stamp,
    keys.map(({ id, name, expiresAt, revokedAt, mayRoute, version }) => [id, name, expiresAt ?? null, revokedAt ?? null, mayRoute, version]),
    credentials.map(({ id, tenant, provider, version }) => [id, tenant, provider, version]),
    chains.map(({ name, version, body }) => [name, version, body]),
    objects.map(({ kind, id, version }) => [kind, id, version]),
    holds.map(({ tenant, since }) => [tenant, since]),
    waiting,
  ]
  return createHash('sha256').update(JSON.stringify(state)).digest('hex')
}
