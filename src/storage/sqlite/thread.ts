/** The database's thread: the only place that waits for SQLite. */

import { parentPort } from 'node:worker_threads'
import type { DatabaseSync } from 'node:sqlite'
import { StorageError, toStorageError } from '../errors.ts'
import { backUp } from './backup.ts'
import { attachCounters, detachCounters, openCounterFile } from './counter-file.ts'
import { CounterBank } from './counters.ts'
import { openDatabase } from './file.ts'
import type { Answers, Asked, Reply, Request, Rows, Value } from './messages.ts'
import { ReceiptWriter } from './receipts.ts'

/** So many texts of queries are kept prepared: more than the gateway has. */
const preparedLimit = 200

let database: DatabaseSync | undefined
let receipts: ReceiptWriter | undefined
let counters: CounterBank | undefined
const prepared = new Map<string, ReturnType<typeof prepare>>()

parentPort!.on('message', ({ number, request }: Asked) => parentPort!.postMessage(reply(number, request)))

function reply(number: number, request: Request): Reply {
  try {
    return { number, value: answer(request) }
  } catch (error) {
    const { reason, message, code } = toStorageError(error)
    return { number, reason, message, code }
  }
}

function answer(request: Request): Answers[Request['kind']] {
  switch (request.kind) {
    case 'open':
      return void (database = openDatabase(request.file, request.busyMs))
    case 'query':
      return query(request.sql, request.parameters)
    case 'append':
      return writer().append(request.batch)
    case 'addUp':
      return writer().addUp()
    case 'backup':
      return backUp(opened(), request.file)
    case 'count':
      return void (database = openCounterFile(request.file, request.busyMs))
    case 'attach':
      return attachCounters(opened(), request.file)
    case 'detach':
      return detachCounters(opened())
    case 'exchange':
      return bank().exchange(request.instance, request.asks)
    case 'keep':
      return bank().keep(request.instance, request.ms)
    case 'leave':
      return bank().leave(request.instance)
    case 'close':
      return close()
  }
}

/** Made when the tables are there. */
function writer(): ReceiptWriter {
  receipts ??= new ReceiptWriter(opened())
  return receipts
}

function bank(): CounterBank {
  counters ??= new CounterBank(opened())
  return counters
}

function opened(): DatabaseSync {
  if (database === undefined) throw new StorageError('closed')
  return database
}

function query(sql: string, parameters: readonly Value[]): Rows {
  const { statement, reads } = prepared.get(sql) ?? prepare(sql)
  if (reads) return { rows: statement.all(...parameters), changes: 0 }
  return { rows: [], changes: Number(statement.run(...parameters).changes) }
}

function prepare(sql: string) {
  const statement = opened().prepare(sql)
  const entry = { statement, reads: statement.columns().length > 0 }
  if (prepared.size >= preparedLimit) prepared.clear()
  prepared.set(sql, entry)
  return entry
}

/** Moves what the write-ahead log holds into the file, as far as other programs let it. */
function close(): undefined {
  database?.exec('pragma optimize; pragma wal_checkpoint(truncate)')
  database?.close()
  database = undefined
}
