/** Connections to PostgreSQL, whose faults are ours and whose whole numbers are numbers. */

import type { PostgresPool } from 'kysely'
import type { Pool } from 'pg'
import { StorageError, toStorageError } from '../errors.ts'

/** One for receipts, the others for the control API: all that a gateway needs of a server that a fleet shares. */
const connections = 4
const connectMs = 5000
/** A statement that takes longer has met a lock or a table scan; upgrades lift the limit for themselves. */
const statementMs = 30_000
const int8 = 20

interface PoolTerms {
  readonly connections: number
  readonly statementMs: number
  /** How long a transaction may rest between two statements: whoever was stopped in one holds others up. */
  readonly restMs?: number
}

export async function openPool(url: string, terms: PoolTerms = { connections, statementMs }): Promise<Pool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    max: terms.connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: terms.statementMs,
    idle_in_transaction_session_timeout: terms.restMs,
    application_name: 'omni-gateway',
    keepAlive: true,
    // Whole numbers come as text unless asked for; those here are below 2^53.
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  })
  // A connection that breaks while nobody waits for it, in the pool or in a transaction: the next query hears of it, or opens another.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** The pool as Kysely sees it. */
export function translated(pool: Pool): PostgresPool {
  return {
    options: {},
    end: () => pool.end(),
    connect: async () => {
      const client = await translate(opened(pool).connect())
      return {
        query: ((text: string, values: unknown[]) => translate(client.query(text, values))) as never,
        release: (destroy) => client.release(destroy),
      }
    },
  }
}

/** Throws `StorageError` `closed` where the pool was ended: it will never answer again. */
export function opened(pool: Pool): Pool {
  if (pool.ending) throw new StorageError('closed')
  return pool
}

async function translate<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw toStorageError(error)
  }
}
