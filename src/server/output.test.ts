/** A log that goes to a file outlives a full disk. */

import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Log } from '../telemetry/log.ts'
import { openOutput } from './output.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-output-'))
test.after(() => rmSync(folder, { recursive: true }))

const settled = (out: ReturnType<typeof openOutput>) => new Promise((resolve) => out.write('', resolve))

test('lines reach the file whole and in order', async () => {
  const file = openSync(join(folder, 'log'), 'a')
  const out = openOutput(file)
  const log = new Log(out, 'info')
  for (let told = 0; told < 200; told += 1) log.tell('info', `line ${told} ${'x'.repeat(500)}`)
  await settled(out)
  closeSync(file)
  const lines = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { msg: string }).msg.split(' ')[1]),
    Array.from({ length: 200 }, (_, at) => String(at)),
  )
  assert.equal(log.dropped, 0)
})

test(
  '[B30] lines for a full disk are lost and counted, one by one, and nothing else happens',
  { skip: process.platform !== 'linux' && 'only Linux has /dev/full' },
  async () => {
    const full = openSync('/dev/full', 'w')
    const out = openOutput(full)
    const log = new Log(out, 'info')
    for (let told = 0; told < 10; told += 1) {
      log.tell('info', 'x')
      await settled(out)
    }
    assert.equal(log.dropped, 10)
    closeSync(full)
  },
)

test('what is no file is left to Node', () => {
  const usual = new PassThrough()
  const none = openSync(folder, 'r')
  assert.equal(openOutput(none, usual), usual)
  closeSync(none)
})
