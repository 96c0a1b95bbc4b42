/** The file is watched however it is written: in place, by a rename, by the swap of a link; and never told of half written. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchConfig, type WatchTimes } from './watch.ts'

const times = { gather: 20, settle: 20, look: 50, gone: 10_000 }
const quietTime = 200

function folder(context: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'omni-watch-'))
  context.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function counted(context: TestContext, file: string, other: Partial<WatchTimes> = {}): { readonly times: () => Promise<number> } {
  let told = 0
  const watching = watchConfig(file, () => (told += 1), { ...times, ...other })
  context.after(() => watching.close())
  return { times: () => sleep(quietTime).then(() => told) }
}

test('a file that is written anew is told of once', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file)
  writeFileSync(file, 'a: 2')
  assert.equal(await seen.times(), 1)
  writeFileSync(file, 'a: 2')
  assert.equal(await seen.times(), 1, 'what is as it was is no change')
})

test('a file that is put in the place of another by a rename is told of', async (context) => {
  const inside = folder(context)
  const file = join(inside, 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file)
  writeFileSync(join(inside, 'new'), 'a: 2')
  renameSync(join(inside, 'new'), file)
  assert.equal(await seen.times(), 1)
  writeFileSync(join(inside, 'new'), 'a: 3')
  renameSync(join(inside, 'new'), file)
  assert.equal(await seen.times(), 2, 'and again, though it is another file by now')
})

test('a link whose folder is swapped, as Kubernetes swaps it, is told of', async (context) => {
  const inside = folder(context)
  for (const version of ['1', '2']) {
    mkdirSync(join(inside, `..${version}`))
    writeFileSync(join(inside, `..${version}`, 'omni.yaml'), `a: ${version}`)
  }
  symlinkSync('..1', join(inside, '..data'))
  symlinkSync(join('..data', 'omni.yaml'), join(inside, 'omni.yaml'))
  const seen = counted(context, join(inside, 'omni.yaml'))
  symlinkSync('..2', join(inside, '..data_tmp'))
  renameSync(join(inside, '..data_tmp'), join(inside, '..data'))
  assert.equal(await seen.times(), 1)
})

test('a file that grows in pieces is told of when it is whole', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  writeFileSync(file, '')
  const seen = counted(context, file)
  for (let pieces = 1; pieces <= 8; pieces += 1) {
    writeFileSync(file, 'a: [1,'.repeat(pieces))
    await sleep(5)
  }
  assert.equal(await seen.times(), 1)
})

test('a file beside others that never rest is told of all the same', async (context) => {
  const inside = folder(context)
  const file = join(inside, 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file)
  const busy = setInterval(() => writeFileSync(join(inside, 'busy'), String(Math.random())), 5)
  context.after(() => clearInterval(busy))
  writeFileSync(file, 'a: 2')
  assert.equal(await seen.times(), 1)
})

test('a file that is missing for a moment changes nothing, and is told of when it is back, since who read it meanwhile found none', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file)
  rmSync(file)
  assert.equal(await seen.times(), 0)
  writeFileSync(file, 'a: 1')
  assert.equal(await seen.times(), 1)
  assert.equal(await seen.times(), 1, 'and once')
})

test('a file that stays away is told of once, and again when it comes back', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file, { gone: 30 })
  rmSync(file)
  assert.equal(await seen.times(), 1)
  assert.equal(await seen.times(), 1)
  writeFileSync(file, 'a: 1')
  assert.equal(await seen.times(), 2)
})

test('a file that comes into being is told of', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  const seen = counted(context, file)
  writeFileSync(file, 'a: 1')
  assert.equal(await seen.times(), 1)
})

test('a file that is too large to be one of settings is told of, so that it can be refused', async (context) => {
  const file = join(folder(context), 'omni.yaml')
  writeFileSync(file, 'a: 1')
  const seen = counted(context, file)
  writeFileSync(file, '#'.repeat(1024 * 1024 + 1))
  assert.equal(await seen.times(), 1)
})

test('a folder that does not exist is looked at from time to time', async (context) => {
  const inside = folder(context)
  const file = join(inside, 'later', 'omni.yaml')
  const seen = counted(context, file)
  mkdirSync(join(inside, 'later'))
  writeFileSync(file, 'a: 1')
  assert.equal(await seen.times(), 1)
})
