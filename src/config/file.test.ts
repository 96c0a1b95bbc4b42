/** The reading of the file itself. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { mostBytes, readConfigFile } from './file.ts'

const inside = mkdtempSync(join(tmpdir(), 'omni-file-'))
after(() => rmSync(inside, { recursive: true, force: true }))

const written = (content: string | Buffer): string => {
  const file = join(inside, 'omni.yaml')
  writeFileSync(file, content)
  return file
}

test('a file is its text, and none is undefined', () => {
  assert.equal(readConfigFile(written('a: ü')), 'a: ü')
  assert.equal(readConfigFile(join(inside, 'none')), undefined)
})

test('what is too large, no text or no file is refused in a sentence', () => {
  assert.equal(readConfigFile(written('#'.repeat(mostBytes)))?.length, mostBytes)
  assert.throws(() => readConfigFile(written('#'.repeat(mostBytes + 1))), /larger than 1 MiB/)
  assert.throws(() => readConfigFile(written(Buffer.from([0x61, 0xff]))), /not UTF-8/)
  assert.throws(() => readConfigFile(inside), /cannot be read/)
})
