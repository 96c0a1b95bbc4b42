/** Kysely's queries, taken to the database's thread. */

import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, Driver } from 'kysely'
import type { Connection } from './connection.ts'
import type { Value } from './messages.ts'

/** There is one connection: who has acquired it has its turn. */
interface Turn extends DatabaseConnection {
  readonly end: () => void
}

export function threadDialect(connection: Connection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => threadDriver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function threadDriver(connection: Connection): Driver {
  const say = (text: string) => async (turn: DatabaseConnection) => void (await turn.executeQuery(CompiledQuery.raw(text)))
  return {
    init: async () => {},
    acquireConnection: async () => takeTurn(connection),
    // At once, not at the first write: two writers that both began by reading could never both go on.
    beginTransaction: say('begin immediate'),
    commitTransaction: say('commit'),
    rollbackTransaction: say('rollback'),
    releaseConnection: async (turn) => (turn as Turn).end(),
    destroy: () => connection.close(),
  }
}

async function takeTurn(connection: Connection): Promise<Turn> {
  const end = await connection.turns.take()
  return {
    end,
    executeQuery: async <R>({ sql, parameters }: CompiledQuery) => {
      const { rows, changes } = await connection.ask({ kind: 'query', sql, parameters: parameters.map(bindable) })
      return { rows: rows as R[], numAffectedRows: BigInt(changes) }
    },
    streamQuery: () => {
      throw new TypeError('rows come whole from the database thread: ask for pages')
    },
  }
}

const bindable = (value: unknown): Value => (typeof value === 'boolean' ? Number(value) : (value as Value))
