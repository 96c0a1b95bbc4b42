/** The keys of epochs. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { epochMs } from '../receipts/epoch.ts'
import { pseudonymOf } from '../receipts/digest.ts'
import { EpochKeys } from './epoch-keys.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-epochs-'))
after(() => rmSync(root, { recursive: true, force: true }))

let dataDir: string
let epochs: EpochKeys
beforeEach(() => {
  dataDir = mkdtempSync(join(root, 'data-'))
  epochs = new EpochKeys(dataDir)
})

/** In the middle of an epoch. */
const time = epochMs * 684.5
const first = '2026-03-08'
const nameOf = (keys: EpochKeys, at = time, tenant = 'default') => pseudonymOf(keys.at(tenant, at).key, 'user', 'ada')
const folder = () => join(dataDir, 'epochs', 'default')

test('an epoch has one key, for the user alone, whoever asks for it first', () => {
  const names = [nameOf(epochs), nameOf(epochs), nameOf(new EpochKeys(dataDir)), nameOf(epochs, time + epochMs / 3)]
  assert.equal(new Set(names).size, 1)
  assert.deepEqual(readdirSync(folder()), [first])
  assert.equal(epochs.at('default', time).name, first)
  assert.match(readFileSync(join(folder(), first), 'utf8'), /^[\da-f]{64}\n$/)
  assert.deepEqual(
    [join(folder(), first), folder(), join(dataDir, 'epochs')].map((path) => statSync(path).mode & 0o777),
    [0o600, 0o700, 0o700],
  )
})

test('another epoch has another key, and so has another tenant', () => {
  assert.equal(new Set([nameOf(epochs), nameOf(epochs, time + epochMs), nameOf(epochs, time - epochMs), nameOf(epochs, time, 'other')]).size, 4)
  assert.deepEqual(
    epochs.list('default').map(({ name }) => name),
    ['2026-02-06', first, '2026-04-07'],
  )
})

test('[C75] a destroyed key is overwritten and gone, and an epoch that still runs goes on under another', () => {
  const before = nameOf(epochs)
  const key = readFileSync(join(folder(), first), 'latin1').trim()
  assert.equal(epochs.destroy('default', first), true)
  assert.deepEqual(readdirSync(folder()), [`${first}.destroyed`])
  assert.deepEqual(epochs.living('default'), [])
  assert.notEqual(nameOf(epochs), before)
  assert.equal(epochs.at('default', time).name, `${first}.2`)
  assert.equal(nameOf(new EpochKeys(dataDir)), nameOf(epochs))
  for (const file of readdirSync(folder())) assert.ok(!readFileSync(join(folder(), file), 'latin1').includes(key))
  assert.equal(epochs.destroy('default', first), false)
  assert.equal(epochs.destroy('default', '../../master.key'), false)
  assert.deepEqual(epochs.list('default'), [
    { name: first, isDestroyed: true },
    { name: `${first}.2`, isDestroyed: false },
  ])
})

test('[C75] another process leaves a destroyed key within a second', async () => {
  const other = new EpochKeys(dataDir)
  const before = nameOf(other)
  epochs.destroy('default', first)
  await setTimeout(1010)
  assert.notEqual(nameOf(other), before)
})

test('a destruction that was cut short is finished when it is asked for again, and the key is used by nobody', () => {
  nameOf(epochs)
  writeFileSync(join(folder(), `${first}.destroyed`), '', { mode: 0o600 })
  assert.equal(new EpochKeys(dataDir).at('default', time).name, `${first}.2`)
  assert.deepEqual(
    epochs.living('default').map(({ name }) => name),
    [`${first}.2`],
  )
  assert.equal(epochs.destroy('default', first), true)
  assert.deepEqual(readdirSync(folder()).toSorted(), [`${first}.2`, `${first}.destroyed`])
})

test('a key that is damaged, or a tenant that leads elsewhere, is refused with a sentence', () => {
  nameOf(epochs)
  writeFileSync(join(folder(), first), 'short')
  assert.throws(() => nameOf(new EpochKeys(dataDir)), /is damaged/)
  for (const tenant of ['..', 'a/b', '']) assert.throws(() => epochs.at(tenant, time), /letters, digits/)
})
