/** The digest of the files that the gateway runs from. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestBuild } from './build.ts'

test('the digest follows every program and its name, and neither tests nor what else lies there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'omni-build-'))
  try {
    mkdirSync(join(folder, 'deep'))
    writeFileSync(join(folder, 'a.ts'), 'a')
    writeFileSync(join(folder, 'deep', 'b.json'), '{}')
    const before = digestBuild(folder)
    assert.match(before, /^[\da-f]{64}$/)
    writeFileSync(join(folder, 'a.test.ts'), 'x')
    writeFileSync(join(folder, 'notes.md'), 'x')
    assert.equal(digestBuild(folder), before)
    writeFileSync(join(folder, 'deep', 'b.json'), '[]')
    const changed = digestBuild(folder)
    assert.notEqual(changed, before)
    writeFileSync(join(folder, 'deep', 'c.js'), '')
    assert.notEqual(digestBuild(folder), changed)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
