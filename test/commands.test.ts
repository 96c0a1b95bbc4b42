/** The README's two commands in a fresh clone, under the machine's own Node.js, which may be old. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { askSmoke, noOldNode, noRegistry, oldNode, sh, shellWith, soonMs, startGateway } from './command.ts'

const root = dirname(import.meta.dirname)
const folder = mkdtempSync(join(tmpdir(), 'omni-commands-'))
const clone = join(folder, 'clone')
const shell = { cwd: folder, env: shellWith(oldNode ?? process.execPath) }
const skip = noOldNode || noRegistry(shell)
after(() => rmSync(folder, { recursive: true, force: true }))

describe('in a fresh clone, under an old Node.js', { skip }, () => {
  before(() => {
    sh(`git clone --quiet --depth 1 "file://${root}" clone`, shell)
    sh('npm ci --no-audit --no-fund', { ...shell, cwd: clone })
  })

  /** The key that the first start makes; nobody is there to read it from a terminal, so it is in a file. */
  const firstKey = (dataDir: string): string => readFileSync(join(dataDir, 'first.key'), 'utf8').trim()

  const ways = [
    { says: '`npm start`', command: ['npm', 'start'] },
    { says: 'the command itself', command: [oldNode!, 'bin/omni.js', 'start'] },
  ] as const
  for (const { says, command } of ways) {
    test(`${says} serves soon, answers the first key with no provider connected, and ends with 0 on SIGTERM`, async () => {
      const dataDir = mkdtempSync(join(folder, 'data-'))
      const gateway = await startGateway(command, { cwd: clone, env: { ...shell.env, OMNI_DATA_DIR: dataDir } })
      try {
        assert.equal(statSync(join(dataDir, 'first.key')).mode & 0o777, 0o600)
        assert.notEqual(await askSmoke(gateway.url, firstKey(dataDir)), '')
        await assert.rejects(askSmoke(gateway.url, 'omni_nobody'), /^Error: 401: /)
      } finally {
        assert.equal(await gateway.stop(), 0)
      }
      assert.ok(gateway.startedInMs < soonMs, `it took ${Math.round(gateway.startedInMs)} ms`)
    })
  }

  test('`npm test` runs the tests it is asked for, and its last line counts them', () => {
    const lines = sh('npm test -- src/base', { ...shell, cwd: clone })
      .trimEnd()
      .split('\n')
    assert.match(lines.at(-1)!, /^[1-9]\d* passed, 0 failed, \d+ skipped$/)
  })

  test('installing and running leave nothing behind that git would add', () => {
    assert.equal(sh('git status --porcelain', { ...shell, cwd: clone }), '')
  })
})
