/** The bank of counters in SQLite, seen from the gateway: it has a thread of its own, which starts when something is counted first. */

import { resolve } from 'node:path'
import type { Bank } from '../../policy/counter.ts'
import type { SqliteOptions } from '../store.ts'
import { Connection } from './connection.ts'

/** How long an exchange waits for those of other processes: less than a call has patience for. */
const busyMs = 400

export async function openSqliteCounters({ file }: SqliteOptions, instance: string): Promise<Bank> {
  const connection = new Connection()
  try {
    await connection.ask({ kind: 'count', file: resolve(file), busyMs })
  } catch (error) {
    await connection.close()
    throw error
  }
  return {
    exchange: (asks) => connection.askInTurn({ kind: 'exchange', instance, asks }),
    keep: (ms) => connection.askInTurn({ kind: 'keep', instance, ms }),
    close: async () => {
      try {
        await connection.askInTurn({ kind: 'leave', instance })
      } finally {
        await connection.close()
      }
    },
  }
}
