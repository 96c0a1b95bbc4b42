/** The commands of the contract that talk to a running gateway: what they print, how they end, and what they change at once. */

import assert from 'node:assert/strict'
import { copyFile, mkdir } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { findFreePort } from '../gateway.ts'
import { openScene, question } from './scene.ts'
import { omni } from './shell.ts'

const scene = await openScene()
const { gateway } = scene
const smoke = { model: 'omni-runtime/smoke', ...question }
const askWith = (key: string) => scene.post('/v1/chat/completions', smoke, { authorization: `Bearer ${key}` })

describe('`omni keys`', () => {
  test('makes a key that works at once, lists it without itself, and revokes it at once', async () => {
    const made = await omni(gateway, ['keys', 'create', 'laptop'])
    assert.equal(made.code, 0, made.stderr)
    const [key = ''] = made.stdout.split('\n')
    assert.match(key, /^omni_[\w-]{43}$/)
    assert.equal((await askWith(key)).status, 200)
    const listed = await omni(gateway, ['keys', 'list'])
    assert.match(listed.stdout, /^ID +NAME +KEY +OF +MADE +ROUTES +STATE\n/)
    assert.match(listed.stdout, /laptop +omni_[\w-]{1,8}… +default .* active/)
    assert.ok(!listed.stdout.includes(key))
    const id = /(key_[\da-f]+)/.exec(made.stdout)![1]!
    const revoked = await omni(gateway, ['keys', 'revoke', id])
    assert.deepEqual([revoked.code, revoked.stdout], [0, '“laptop” is revoked.\n'])
    assert.equal((await askWith(key)).status, 401)
    assert.match((await omni(gateway, ['keys', 'list'])).stdout, /laptop .* revoked/)
  })

  test('makes keys that end, for programs too', async () => {
    const made = await omni(gateway, ['keys', 'create', 'guest', '--expires', '2099-01-31', '--json'])
    const key = JSON.parse(made.stdout) as { key: string; expires_at: number }
    assert.equal(key.expires_at, Date.parse('2099-02-01'), 'its last day counts to the end')
    const precise = await omni(gateway, ['keys', 'create', 'guest-of-noon', '--expires', '2099-01-31T12:00Z', '--json'])
    assert.equal((JSON.parse(precise.stdout) as { expires_at: number }).expires_at, Date.parse('2099-01-31T12:00Z'))
    assert.equal((await askWith(key.key)).status, 200)
    const rows = JSON.parse((await omni(gateway, ['keys', 'list', '--json'])).stdout) as { name: string }[]
    assert.ok(rows.some(({ name }) => name === 'guest'))
  })

  test('complains in a sentence, with 1, about what cannot be done', async () => {
    for (const [words, says] of [
      [['keys', 'revoke', 'key_nobody'], /There is no such key/],
      [['keys', 'create', 'late', '--expires', 'soon'], /is not a date/],
      [['keys', 'create', 'late', '--expires', '2001-01-01'], /has passed/],
      [['keys', 'create', 'a\u0007b'], /The body is not what this call takes/],
    ] as const) {
      const { code, stdout, stderr } = await omni(gateway, words)
      assert.equal(code, 1)
      assert.match(stderr, says)
      assert.equal(stdout, '')
      assert.doesNotMatch(stderr, /\n\s+at /)
    }
  })
})

const healthOf = async (provider: string) =>
  (JSON.parse((await omni(gateway, ['providers', 'health', '--json'])).stdout) as { provider: string | null }[]).filter((one) => one.provider === provider)

describe('`omni connect`', () => {
  const secret = 'gsk-9f86d081884c7d65-of-the-operator'

  test('stores a provider’s key from standard input, and connects it at once', async () => {
    assert.equal((await scene.get('/v1/models/groq%2Fany')).status, 404)
    const { code, stdout, stderr } = await omni(gateway, ['connect', 'groq'], { input: `${secret}\n` })
    assert.deepEqual([code, stdout, stderr], [0, 'groq is connected.\n', ''])
    assert.equal((await scene.get('/v1/models/groq%2Fany')).status, 200)
    const shown = await omni(gateway, ['config', 'show'])
    const kept = await scene.get('/_omni/credentials', { authorization: `Bearer ${gateway.adminKey}` })
    for (const text of [shown.stdout, await kept.text(), gateway.stdout(), gateway.stderr()]) assert.ok(!text.includes('9f86d081884c7d65'))
  })

  test('and `omni disconnect` forgets it, and how it fared', async () => {
    assert.notDeepEqual(await healthOf('groq'), [])
    assert.equal((await omni(gateway, ['disconnect', 'groq'])).code, 0)
    assert.equal((await scene.get('/v1/models/groq%2Fany')).status, 404)
    assert.deepEqual(await healthOf('groq'), [])
    assert.match((await omni(gateway, ['disconnect', 'groq'])).stderr, /No key is stored/)
  })

  test('does not call a key connected that the configuration would keep from being used', async () => {
    const { code, stdout, stderr } = await omni(gateway, ['connect', 'openai'], { input: secret })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /The configuration connects this provider/)
  })

  test('refuses a provider that nobody knows, and a key that is none', async () => {
    assert.match((await omni(gateway, ['connect', 'nobody'], { input: secret })).stderr, /There is no provider of this name/)
    assert.match((await omni(gateway, ['connect', 'bedrock'], { input: secret })).stderr, /needs an address, a region or a project/)
    assert.match((await omni(gateway, ['connect', 'groq'])).stderr, /No key was given/)
  })
})

test('`omni receipts` shows the newest calls, and all of one', async () => {
  const answer = await askWith(gateway.key)
  const id = String((await scene.receiptOf(answer)).id)
  const listed = await omni(gateway, ['receipts', 'list', '--limit', '1'])
  assert.match(listed.stdout, new RegExp(`^ID .*\n${id} .* omni-runtime/smoke +omni-runtime +200 +completed `))
  const lines = (await omni(gateway, ['receipts', 'list', '--limit', '2', '--json'])).stdout.trim().split('\n')
  assert.equal((JSON.parse(lines[0]!) as { id: string }).id, id)
  const shown = (await omni(gateway, ['receipts', 'show', id])).stdout
  assert.match(shown, new RegExp(`^${id} · completed · status 200\n`))
  assert.match(shown, /\n {2}AT MS +TOOK MS +PROVIDER +ACCOUNT +MODEL +STATUS +CAME TO\n {2}\d+ +\d+ +omni-runtime +– +smoke +200 +answered/)
  assert.match(shown, /\n {2}user +\d+ +estimated +0\.70 +█/)
  assert.equal((JSON.parse((await omni(gateway, ['receipts', 'show', id, '--json'])).stdout) as { id: string }).id, id)
  assert.match(
    (await omni(gateway, ['receipts', 'show', 'dec_nobody'])).stderr,
    /There is no receipt of this id\. .* known key, .* in the metrics and no receipt/,
  )
})

test('`omni receipts` adds up by short names, and filters by signals alone', async () => {
  assert.equal((await askWith(gateway.key)).status, 200)
  const told = await omni(gateway, ['receipts', 'summary', '--by', 'tenant'])
  assert.match(told.stdout, /TENANT ID[^\n]*\n[^\n]*default/, told.stderr)
  assert.match((await omni(gateway, ['receipts', 'summary', '--by', 'model'])).stderr, /takes up to 3 of/)
  for (const name of ['limit', 'cursor', 'format', 'by', 'per', 'from', 'to']) {
    const { code, stdout, stderr } = await omni(gateway, ['receipts', 'list', '--where', `${name}=two`])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, new RegExp(`\`${name}\` is no signal`))
  }
})

test('`omni status` and `omni doctor` say how the running gateway is', async () => {
  assert.match((await omni(gateway, ['status'])).stdout, /^config +current$/m)
  assert.match((await omni(gateway, ['doctor'])).stdout, /a gateway of version \d+\.\d+\.\d+ runs[^]*it runs on the newest configuration/)
})

test('commands find the running gateway by its data, whatever the configuration says meanwhile', async () => {
  assert.match((await omni(gateway, ['status'], { env: { OMNI_PORT: String(await findFreePort()) } })).stdout, /^config +current$/m)
})

test('without a gateway, commands say how to start one', async () => {
  const stopped = `${gateway.dataDir}/stopped`
  await mkdir(stopped)
  await copyFile(`${gateway.dataDir}/admin.key`, `${stopped}/admin.key`)
  const { code, stderr } = await omni(gateway, ['keys', 'list'], { env: { OMNI_PORT: String(await findFreePort()), OMNI_DATA_DIR: stopped } })
  assert.equal(code, 1)
  assert.match(stderr, /No gateway answers on 127\.0\.0\.1:\d+\. Start one with `omni start`\./)
  assert.match((await omni(gateway, ['keys', 'list'], { env: { OMNI_DATA_DIR: `${gateway.dataDir}/nowhere` } })).stderr, /There is no admin\.key/)
})

test('`omni --help` and `omni --version` explain themselves', async () => {
  assert.match((await omni(gateway, ['--help'])).stdout, /start.*\n[^]*keys[^]*connect[^]*receipts[^]*doctor/)
  assert.match((await omni(gateway, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  assert.notEqual((await omni(gateway, ['nonsense'])).code, 0)
})
