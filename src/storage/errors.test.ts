/** Faults of both databases, read into one table. */

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { StorageError, toStorageError } from './errors.ts'

test('a fault of a driver becomes a reason and a code, and none of its words are kept', () => {
  const cases = [
    [{ errcode: 5, message: 'database is locked' }, 'busy', true],
    [{ errcode: 261 }, 'busy', true],
    [{ errcode: 13 }, 'full', true],
    [{ errcode: 267 }, 'damaged', false],
    [{ errcode: 1 }, 'fault', false],
    [{ code: '53100' }, 'full', true],
    [{ code: '57P01' }, 'unavailable', true],
    [{ code: 'ECONNREFUSED' }, 'unavailable', true],
    [{ code: '40001' }, 'busy', true],
    [{ code: '42P01' }, 'fault', false],
    [{ code: '22021' }, 'invalid', false],
    [new Error('Connection terminated with a secret'), 'unavailable', true],
    [new TypeError('ours'), 'fault', false],
    [undefined, 'unavailable', true],
  ] as const
  for (const [thrown, reason, again] of cases) {
    const error = toStorageError(thrown)
    assert.deepEqual([error.reason, error.again], [reason, again])
    assert.doesNotMatch(error.message, /locked$|secret/)
  }
})

test('what SQLite really throws for a taken key is a conflict', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table t (id text primary key, other text unique); insert into t values (1, 1)')
  for (const values of ['1, 2', '2, 1']) {
    assert.throws(
      () => database.exec(`insert into t values (${values})`),
      (error) => toStorageError(error).reason === 'conflict',
    )
  }
  database.close()
})

test('an error of ours stays as it is', () => {
  const error = new StorageError('refused', 'Because.')
  assert.equal(toStorageError(error), error)
})
