/** Calls against receipts: how many calls were accepted, and whether each of them is in the database, which is read beside the gateway. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { outcomes, type Outcome, type Visit } from './clients.ts'

export class Ledger implements Disposable {
  readonly #database: DatabaseSync
  readonly counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  #missing = 0
  /** What answers named since the last look, and before it: receipts are stored a moment after the answer. Bounded by the calls between two looks. */
  #fresh: string[] = []
  #ripe: string[] = []

  constructor(dataDir: string) {
    this.#database = new DatabaseSync(join(dataDir, 'omni.db'), { readOnly: true, timeout: 10_000 })
  }

  note({ outcome, id }: Visit): void {
    this.counts[outcome] += 1
    // Whoever is not let in leaves no receipt, whatever the answer names.
    if (id !== undefined && outcome !== 'unauthorized') this.#fresh.push(id)
  }

  get calls(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0)
  }

  get accepted(): number {
    return this.calls - this.counts.unauthorized
  }

  /** Receipts that an answer named, and that were not there at the look after the next. */
  get missing(): number {
    return this.#missing
  }

  /** Looks whether what ripened is stored; how many receipts are. */
  look(): number {
    const find = this.#database.prepare('select 1 from receipts where id = ?')
    for (const id of this.#ripe) if (find.get(id) === undefined) this.#missing += 1
    this.#ripe = this.#fresh
    this.#fresh = []
    return Number(this.#database.prepare('select count(*) as stored from receipts').get()!.stored)
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}
