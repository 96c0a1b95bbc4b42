/** A file of tests that hangs is ended and named, so that a run of all of them always comes to its end. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const preload = new URL('../scripts/test/end-hanging.ts', import.meta.url).href

function play(program: string, limit: number) {
  const env = { ...process.env, OMNI_TEST_LIMIT_MS: String(limit) }
  return spawnSync(process.execPath, ['--import', preload, '--eval', program], { env, encoding: 'utf8', timeout: 20_000, killSignal: 'SIGTERM' })
}

test('what hangs is ended and says so, whether it waits, turns in a circle or will not hear of ending', () => {
  for (const program of ['setInterval(() => {}, 50)', 'for (;;);', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 50)']) {
    const { signal, stderr } = play(program, 500)
    assert.deepEqual([signal, stderr.includes('It hangs')], ['SIGKILL', true], program)
  }
})

test('what ends by itself does not wait for its limit', () => {
  const { status, stderr } = play('process.exitCode = 3', 15_000)
  assert.deepEqual([status, stderr], [3, ''])
})
