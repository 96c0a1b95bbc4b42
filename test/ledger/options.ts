/** What a log is opened with, and entries for it. */

import assert from 'node:assert/strict'
import type { NewEntry } from '../../src/ledger/batch.ts'
import type { LogOptions } from '../../src/ledger/open.ts'

export const seed = (byte: number): Buffer => Buffer.alloc(32, byte)

/** `recover` says which call was cut off. */
export function optionsOf(folder: string, changes: Partial<LogOptions> = {}): LogOptions {
  return {
    folder,
    key: { current: seed(1), former: undefined },
    instance: 'ins_1',
    version: '1.2.3',
    build: 'b'.repeat(64),
    config: () => 'c'.repeat(64),
    recover: (intent) => JSON.stringify({ completeness: 'interrupted', id: (JSON.parse(intent) as { id: string }).id }),
    report: (log, error) => assert.fail(`${log}: ${error.message}`),
    ...changes,
  }
}

export const receipts = (count: number, name = 'dec'): readonly NewEntry[] =>
  Array.from({ length: count }, (_, at) => ({
    kind: 'receipt',
    text: `{"id":"${name}_${at}","model":"a model of some name or other"}`,
    closes: `${name}_${at}`,
  }))

export const intentOf = (id: string): string => `{"at":1,"id":"${id}"}`
