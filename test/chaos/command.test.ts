/** `omni chaos` as a person runs it: it says what the gateway needs, drives it, and is not fooled by one that lies. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Finding } from '../../src/chaos/run.ts'
import { scenarios } from '../../src/chaos/scenarios/index.ts'
import { omni, type Ran } from '../contract/shell.ts'
import { eventually, findFreePort, startGateway } from '../gateway.ts'
import { finish, openai, startUpstream, stream } from '../upstream/index.ts'

const port = await findFreePort()
const gateway = await startGateway({ config: 'retry: { longestPause: 20ms }\n' })
after(() => gateway[Symbol.asyncDispose]())

const only = ['sound', 'flapping', '400', '401', '429-forever', '500', 'reset-at-once', 'reset-mid-answer', 'cut-before-finish', 'hostile-headers']
const chaos = (...words: readonly string[]): Promise<Ran> => omni(gateway, ['chaos', ...words])
const run = (...words: readonly string[]): Promise<Ran> => chaos('run', '--port', String(port), '--only', only.join(','), ...words)

describe('omni chaos', () => {
  test('lists every scenario, for people and for programs', async () => {
    const [people, programs] = await Promise.all([chaos('list'), chaos('list', '--json')])
    for (const { name, says } of scenarios) assert.ok(people.stdout.includes(name) && people.stdout.includes(says), name)
    assert.deepEqual(
      (JSON.parse(programs.stdout) as { readonly name: string }[]).map(({ name }) => name),
      scenarios.map(({ name }) => name),
    )
  })

  test('says what the gateway under test needs, and drives it through what was chosen: whole and streamed, alone and not', async () => {
    const needed = await run('--wire', 'anthropic-messages')
    assert.equal(needed.code, 0)
    appendFileSync(gateway.configPath, needed.stdout)
    assert.equal((await omni(gateway, ['reload'])).code, 0)
    const driven = await run('--gateway', gateway.url, '--key', gateway.key, '--surface', 'messages', '--json')
    const findings = JSON.parse(driven.stdout) as Finding[]
    assert.deepEqual(
      findings.filter(({ grade }) => grade !== 'pass'),
      [],
      driven.stderr,
    )
    assert.equal(driven.code, 0)
    // One of the chosen makes no sense for a whole answer.
    assert.equal(findings.length, only.length * 4 - 2)
    const calls = (name: string) => findings.filter(({ scenario, hasFallback }) => scenario === name && !hasFallback).map((finding) => finding.calls)
    assert.deepEqual([calls('sound'), calls('flapping'), calls('reset-mid-answer')[0]], [[1, 1], [2, 2], 1], 'the calls that the provider counted')
  })

  test('fails a gateway that calls everything whole, and one that is not there', async () => {
    const frames = openai.frames('One two three')
    const liar = await startUpstream(() => [...stream(frames), finish()])
    const lied = await run('--gateway', liar.url, '--key', 'any')
    await liar.stop()
    assert.equal(lied.code, 1)
    assert.match(lied.stdout, /reset-mid-answer +stream, alone +fail +200 +0 +\d+ ms +gave 13 of 39 characters as a whole answer/)
    const gone = await run('--gateway', liar.url, '--key', 'any')
    assert.equal(gone.code, 1)
    assert.match(gone.stdout, /0 pass, 0 partial, 0 safe, 38 fail/)
  })

  test('calls nothing tested that the provider was never asked for', async () => {
    const wrong = await run('--gateway', gateway.url, '--key', 'omni_of-somebody-else')
    assert.match(wrong.stdout, /0 fail\n$/)
    assert.match(wrong.stderr, /^10 of 10 scenarios were not tested.*: sound, flapping, 400, /)
    assert.equal(wrong.code, 1)
  })

  test('serves until it is told to stop, and tells each call', async () => {
    const entry = new URL('../../bin/omni.js', import.meta.url).pathname
    const child = spawn(process.execPath, [entry, 'chaos', 'serve', '--port', String(port)], { cwd: gateway.dataDir, stdio: 'pipe' })
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (told += piece))
    const url = `http://127.0.0.1:${port}/v2/chat`
    const body = JSON.stringify({ model: '503', messages: [{ role: 'user', content: 'hi' }] })
    const answer = await eventually(() => fetch(url, { method: 'POST', body }).catch(() => pause(50).then(() => undefined)))
    assert.equal(answer.status, 503)
    await eventually(() => /^cohere-chat whole 503 answered \d+ ms\n$/.test(told))
    const ended = new Promise((resolve) => child.on('exit', resolve))
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
  })

  test('complains in a sentence of what it cannot do', async () => {
    const complaints: readonly (readonly [words: readonly string[], says: RegExp])[] = [
      [['run', '--only', 'nothing-such'], /^There is no scenario nothing-such/],
      [['run', '--wire', 'morse'], /^`--wire` must be one of openai-chat, /],
      [['run', '--gateway', '127.0.0.1:8080'], /^`--gateway` must be a URL/],
      [['run', '--gateway', gateway.url, '--surface', 'morse'], /^`--surface` must be one of chat, /],
      [['serve', '--port', '0'], /^`--port` must be a number/],
      [['serve', '--stall', 'long'], /^`--stall` must be a time/],
      [['serve', '--port', new URL(gateway.url).port], /cannot be listened on/],
    ]
    for (const [words, says] of complaints) {
      const { code, stderr } = await chaos(...words)
      assert.equal(code, 1)
      assert.match(stderr, says)
    }
  })
})
