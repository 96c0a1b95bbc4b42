/** `omni receipts export` where it is read slowly, or not to its end, and filters that are given several times. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))
/** More than pipes and sockets hold. */
const line = `${JSON.stringify({ id: 'dec_0', filler: 'x'.repeat(1000) })}\n`
const lines = 20_000

/** Plays the control API: no log of a test is as long as its answer. */
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  if (request.url?.includes('format=') !== true) return void response.end('{"data":[],"next_cursor":null}')
  if (request.url.includes('provider=cut')) return void response.write(line, () => response.destroy())
  response.end(line.repeat(lines))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const dataDir = await mkdtemp(join(tmpdir(), 'omni-export-'))
await writeFile(join(dataDir, 'admin.key'), 'admin\n', { mode: 0o600 })
after(async () => {
  server.close().closeAllConnections()
  await rm(dataDir, { recursive: true })
})

function omni(words: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env
  const { port } = server.address() as AddressInfo
  const child = spawn(process.execPath, [entry, 'receipts', ...words], { cwd: dataDir, env: { PATH, HOME, OMNI_DATA_DIR: dataDir, OMNI_PORT: String(port) } })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  const ended = once(child, 'close').then(([code]) => [code as number, said] as const)
  return { child, ended }
}

test('an export waits for whoever reads it, however slowly', { concurrency: true }, async () => {
  const { child, ended } = omni(['export'])
  let bytes = 0
  child.stdout.on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  await once(child.stdout, 'data')
  child.stdout.pause()
  // Longer than a gateway that says nothing is waited for.
  await setTimeout(12_000)
  child.stdout.resume()
  assert.deepEqual(await ended, [0, ''])
  assert.equal(bytes, line.length * lines)
})

test('an export ends quietly with its reader', async () => {
  const { child, ended } = omni(['export', '--format', 'csv'])
  await once(child.stdout, 'data')
  child.stdout.destroy()
  assert.deepEqual(await ended, [0, ''])
})

test('an export that broke off says so', async () => {
  const { child, ended } = omni(['export', '--provider', 'cut'])
  child.stdout.resume()
  const [code, said] = await ended
  assert.equal(code, 1)
  assert.match(said, /^It broke off .* not all that there is\.\n$/)
})

test('every signal that is filtered by counts', async () => {
  const { ended } = omni(['list', '--where', 'client=codex', '--where', 'stream=true', '--json'])
  assert.deepEqual(await ended, [0, ''])
  assert.match(asked.at(-1) ?? '', /client=codex&stream=true/)
})
