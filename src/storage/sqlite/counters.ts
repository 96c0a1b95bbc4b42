/** Counters in a file of SQLite, in a thread of their own: one short transaction an exchange, by the clock of the machine that all processes are on. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { now } from '../../base/clock.ts'
import { answerAsk, endOf } from '../../policy/counter-account.ts'
import type { CounterAsk, CounterState } from '../../policy/counter.ts'
import { accountOf, selectKnown, windowOf, type Known } from '../counters-known.ts'
import { toStorageError } from '../errors.ts'
import type { Answers } from './messages.ts'

/** Counters that are forgotten at once. */
const mostForgotten = 500

const over = `select id, window_from from counters where ends_at < ? order by ends_at, id limit ${mostForgotten}`

export class CounterBank {
  readonly #database: DatabaseSync
  readonly #lock: StatementSync
  readonly #read: StatementSync
  readonly #write: StatementSync
  readonly #hold: StatementSync
  readonly #release: StatementSync
  readonly #keep: StatementSync
  readonly #lapse: readonly StatementSync[]
  readonly #over: StatementSync
  readonly #forget: readonly StatementSync[]
  readonly #leave: readonly StatementSync[]

  constructor(database: DatabaseSync) {
    const prepare = (text: string): StatementSync => database.prepare(text)
    this.#database = database
    // What was spent is read after it, as it is then: what others have given back since is counted.
    this.#lock = prepare('update holders set ends_at = ends_at where false')
    this.#read = prepare(selectKnown({ asked: '(select ?1 as id, ?2 as window_from, 0 as place)', me: '?3', now: '?4' }))
    this.#write = prepare(
      `insert into counters (id, window_from, taken, filled_at, capacity, ends_at) values (?, ?, ?, ?, ?, ?) on conflict do update
      set taken = excluded.taken, filled_at = excluded.filled_at, capacity = excluded.capacity, ends_at = excluded.ends_at`,
    )
    this.#hold = prepare('insert into shares (counter, window_from, instance, held) values (?, ?, ?, ?) on conflict do update set held = excluded.held')
    this.#release = prepare('delete from shares where counter = ? and window_from = ? and instance = ?')
    this.#keep = prepare('insert into holders (instance, ends_at) values (?, ?) on conflict do update set ends_at = excluded.ends_at')
    this.#lapse = ['delete from shares where instance in (select instance from holders where ends_at <= ?)', 'delete from holders where ends_at <= ?'].map(
      prepare,
    )
    this.#over = prepare(over)
    this.#forget = [`delete from spending where (counter, window_from) in (${over})`, `delete from counters where (id, window_from) in (${over})`].map(prepare)
    this.#leave = ['delete from shares where instance = ?', 'delete from holders where instance = ?'].map(prepare)
  }

  exchange(instance: string, asks: readonly CounterAsk[]): Answers['exchange'] {
    return this.#inTransaction(() => {
      const at = now()
      return { at, states: asks.map((ask) => this.#answer(instance, ask, at)) }
    })
  }

  keep(instance: string, ms: number): undefined {
    this.#inTransaction(() => {
      const at = now()
      this.#keep.run(instance, at + ms)
      for (const statement of this.#lapse) statement.run(at)
    })
    this.#forgetOver()
  }

  /** What was spent stands among the receipts: while others write there, it waits for another time. No exchange waits for that. */
  #forgetOver(): void {
    const at = now()
    if (this.#over.get(at) === undefined) return
    try {
      for (const statement of this.#forget) statement.run(at)
    } catch (error) {
      if (toStorageError(error).reason !== 'busy') throw error
    }
  }

  leave(instance: string): undefined {
    this.#inTransaction(() => {
      for (const statement of this.#leave) statement.run(instance)
    })
  }

  #answer(instance: string, ask: CounterAsk, at: number): CounterState {
    const { terms } = ask
    const window = windowOf(terms)
    const account = accountOf(terms, this.#read.get(terms.id, window, instance, at) as unknown as Known)
    const answer = answerAsk(ask, account, at)
    this.#write.run(terms.id, window, terms.kind === 'window' ? account.debt : answer.taken, answer.at, terms.capacity, endOf(terms, answer, at))
    if (answer.held > 0) this.#hold.run(terms.id, window, instance, answer.held)
    else if (account.own !== undefined) this.#release.run(terms.id, window, instance)
    return answer.state
  }

  #inTransaction<T>(work: () => T): T {
    // Of both files it locks that of the counters alone.
    this.#database.exec('begin')
    try {
      this.#lock.run()
      const result = work()
      this.#database.exec('commit')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }
}
