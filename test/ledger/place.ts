/** A folder of logs, and what a log is opened with. */

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after } from 'node:test'
import type { LogError } from '../../src/ledger/errors.ts'
import { openLog } from '../../src/ledger/open.ts'
import type { LogOptions } from '../../src/ledger/open.ts'
import type { ReceiptLog } from '../../src/ledger/log.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { optionsOf } from './options.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-log-'))
after(() => rmSync(root, { recursive: true, force: true }))

export const makeFolder = (): string => mkdtempSync(join(root, 'receipts-'))
export const openAt = (folder: string, changes: Partial<LogOptions> = {}): Promise<ReceiptLog> => openLog(optionsOf(folder, changes))

/** Opens, and tells what was reported. */
export async function openTold(folder: string): Promise<{ readonly log: ReceiptLog; readonly told: readonly LogError[] }> {
  const told: LogError[] = []
  return { log: await openAt(folder, { report: (_, error) => void told.push(error) }), told }
}

/** What a process would leave that died now: a copy of the folder, without its lock. */
export function leave(folder: string): string {
  const copy = makeFolder()
  cpSync(folder, copy, { recursive: true, filter: (path) => basename(path) !== 'lock' })
  return copy
}

/** Fails where a log of the folder is not right. */
export async function assertRight(folder: string): Promise<void> {
  for (const verdict of await verifyLogs(folder)) assert.equal(verdict.wrong, undefined)
}
