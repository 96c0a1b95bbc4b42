/** The table in the data directory: written whole, followed when it changes, and left alone when it is broken. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { builtIn, type PriceTable } from '../catalog/table.ts'
import { StoredPrices } from './prices-stored.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-prices-'))
after(() => rmSync(root, { recursive: true }))

const tableOf = (version: string): PriceTable => ({
  version,
  date: '2026-11-01',
  providers: { openai: { models: [{ match: { is: ['m'] }, periods: [{ prices: { input: 1 } }] }] } },
})

function open() {
  const folder = mkdtempSync(join(root, 'one-'))
  const complaints: string[] = []
  return { folder, file: join(folder, 'prices.json'), complaints, prices: new StoredPrices(folder, (problem) => complaints.push(problem)) }
}

test('where nothing is stored the built-in table is used', () => {
  const { prices, complaints } = open()
  assert.deepEqual([prices.read(), prices.problem, complaints], [builtIn, undefined, []])
})

test('what one process writes, another reads as soon as it looks, and the mark tells that it is other', () => {
  const { folder, file, prices } = open()
  const other = new StoredPrices(folder, assert.fail)
  assert.equal(other.read(), builtIn)
  prices.write(tableOf('first'))
  const mark = other.mark
  assert.equal(other.read().table.version, 'first')
  assert.notEqual(other.mark, mark)
  const first = other.read()
  assert.equal(other.read(), first, 'it is read once')
  prices.write(tableOf('second'))
  assert.equal(other.read().table.version, 'second')
  assert.deepEqual(readdirSync(folder), ['prices.json'])
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
  rmSync(file)
  assert.equal(other.read(), builtIn)
})

test('[B34] a broken table is told of once, and the built-in one goes on until it is mended', () => {
  const { file, prices, complaints } = open()
  prices.write(tableOf('first'))
  truncateSync(file, 40)
  for (let turn = 0; turn < 3; turn += 1) assert.equal(prices.read(), builtIn)
  assert.deepEqual(complaints, ['This is no table of prices: it is not JSON.'])
  assert.equal(prices.problem, complaints[0])
  writeFileSync(file, '{"version":"v","date":"2026-11-01","providers":{"openai":{"models":[{"match":{"is":["m"]},"periods":[{"prices":{"input":-1}}]}]}}}')
  assert.equal(prices.read(), builtIn)
  assert.equal(complaints.length, 2)
  prices.write(tableOf('mended'))
  assert.deepEqual([prices.read().table.version, prices.problem], ['mended', undefined])
})

test('[B34] a file that is far too large, and a folder in its place, are no tables', () => {
  const large = open()
  writeFileSync(large.file, '[')
  truncateSync(large.file, 9 * 1024 * 1024)
  assert.equal(large.prices.read(), builtIn)
  assert.match(large.complaints[0]!, /larger than/)
  const folder = open()
  mkdirSync(folder.file)
  assert.equal(folder.prices.read(), builtIn)
  assert.deepEqual(folder.complaints, ['The file cannot be read.'])
})
