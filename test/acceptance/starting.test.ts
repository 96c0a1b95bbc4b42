/** A start that would leave a door open is refused with a sentence; what is kept opens with nothing but its own key. */

import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { startGateway, type GatewayOptions } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { talk } from './raw.ts'
import { openScene } from './scene.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-starting-'))
after(() => rmSync(folder, { recursive: true }))
let folders = 0
const newFolder = (): string => mkdtempSync(join(folder, `${(folders += 1)}-`))

/** The start is refused in words, without a stack of calls. */
async function refused(options: GatewayOptions, says: RegExp): Promise<string> {
  const error = await startGateway({ dataDir: newFolder(), ...options }).then(
    (gateway) => gateway.stop().then(() => assert.fail('it started')),
    (thrown: Error) => thrown,
  )
  assert.match(error.message, says)
  assert.match(error.message, /ended with [1-9]/)
  assert.doesNotMatch(error.message, /\n\s+at /)
  return error.message
}

const isOpen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host)
      .on('connect', () => (socket.destroy(), resolve(true)))
      .on('error', () => resolve(false))
  })

describe('a fresh installation', () => {
  test('[C02] listens on 127.0.0.1 alone, wants a key, and gives the first one once, for its owner’s eyes', async () => {
    const dataDir = newFolder()
    await using upstream = await startUpstream(openai.speak('fine'))
    const first = await openScene({ dataDir, env: { OMNI_OPENAI_BASE_URL: `${upstream.url}/v1`, OMNI_OPENAI_API_KEY: 'upstream-key-of-fresh-1' } })
    const others = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    )
    for (const host of ['127.0.0.2', '::1', ...others]) assert.equal(await isOpen(first.port, host), false, host)
    assert.equal(await isOpen(first.port, '127.0.0.1'), true)
    for (const path of ['/v1/chat/completions', '/v1/messages', '/chat/completions'])
      assert.equal((await first.say('openai/m', {}, { path, key: null })).status, 401)
    assert.equal((await first.ask({ method: 'GET', path: '/v1/models', key: null })).status, 401)
    assert.equal(upstream.requests.length, 0)
    assert.equal((await first.say('openai/m')).status, 200)
    for (const name of ['first.key', 'admin.key', 'master.key']) assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name)
    assert.equal(statSync(dataDir).mode & 0o777, 0o700)
    assert.doesNotMatch(first.stdout() + first.stderr(), new RegExp(`${first.key}|${first.adminKey}|upstream-key-of`))
    assert.equal(await first.stop(), 0)
    await using second = await openScene({ dataDir })
    assert.deepEqual([second.key, second.adminKey], [first.key, first.adminKey])
    assert.doesNotMatch(second.stderr(), /first key/)
    await holdAlive(second)
  })
})

describe('a start is refused', () => {
  test('[C03] beyond loopback without TLS or a word of the operator’s', async () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1']) await refused({ env: { OMNI_HOST: host } }, /server\.host|OMNI_HOST/)
    await refused({ args: ['--host', '0.0.0.0'] }, /--allow-plaintext/)
  })

  test('[C03] with a certificate that cannot be read, or is none', async () => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(newFolder(), name))
    const tls = { config: JSON.stringify({ server: { tls: { cert, key } } }) }
    await refused(tls, /server\.tls/)
    for (const path of [cert!, key!]) writeFileSync(path, 'no PEM')
    await refused(tls, /server\.tls/)
  })

  test('[C03] beyond loopback without client auth, whatever else is said', async () => {
    await refused({ env: { OMNI_HOST: '0.0.0.0', OMNI_AUTH_TOKENS: '' }, args: ['--allow-plaintext'] }, /loopback/)
  })

  const placeholders = [
    'sk-1234',
    'your-api-key-1',
    'CHANGEME',
    '123456',
    'test-token',
    'secret-api-key',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
    'password',
    'replace-me',
    '<your-key>',
  ]
  test('[C04] with tokens that stand in examples, each named and none repeated', async () => {
    const message = await refused({ env: { OMNI_AUTH_TOKENS: placeholders.join(',') } }, /what stands in examples/)
    placeholders.forEach((token, at) => {
      assert.ok(message.includes(`Token ${at + 1} `), token)
      assert.ok(!message.includes(token), `${token} is repeated`)
    })
    for (const key of ['sk-1234', 'your-api-key-1', 'CHANGEME'])
      await refused({ config: JSON.stringify({ providers: { openai: { key } } }) }, /providers\.openai\.key/)
  })

  test('[C04] beyond loopback with tokens that could be guessed, which loopback takes with a warning', async () => {
    await refused({ env: { OMNI_HOST: '0.0.0.0', OMNI_AUTH_TOKENS: 'my-local-token' }, args: ['--allow-plaintext'] }, /128 bits/)
    await using gateway = await openScene({ env: { OMNI_AUTH_TOKENS: 'my-local-token' } })
    assert.match(gateway.stderr(), /Warning: .*guessed/)
    assert.doesNotMatch(gateway.stderr() + gateway.stdout(), /my-local-token/)
    assert.equal((await gateway.say('omni-runtime/smoke', {}, { key: 'my-local-token' })).status, 200)
    assert.equal((await gateway.say('omni-runtime/smoke', {}, { key: null })).status, 401)
  })

  test('[C04] for nobody where the token list is empty on loopback, and the operator’s paths stay shut', async () => {
    await using gateway = await openScene({ env: { OMNI_AUTH_TOKENS: '' } })
    assert.equal((await gateway.say('omni-runtime/smoke', {}, { key: null })).status, 200)
    for (const path of ['/_omni/keys', '/_omni/reports', '/metrics']) {
      assert.equal((await gateway.ask({ method: 'GET', path, key: null })).status, 401)
      assert.ok([401, 403].includes((await gateway.ask({ method: 'GET', path, key: 'anything' })).status))
    }
    const rebound = await talk(
      gateway.port,
      `POST /v1/chat/completions HTTP/1.1\r\nHost: evil.example:${gateway.port}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    )
    assert.deepEqual(rebound.statuses, [421], 'a page that rebinds its name is not let in')
  })

  for (const name of ['master.key', 'admin.key']) {
    test(`[C05] with a ${name} that is empty, short, public, or a link`, async () => {
      const says = new RegExp(name)
      for (const text of ['', '0'.repeat(63)]) {
        const dataDir = newFolder()
        writeFileSync(join(dataDir, name), text, { mode: 0o600 })
        await refused({ dataDir }, says)
      }
      const dataDir = newFolder()
      await (await startGateway({ dataDir })).stop()
      chmodSync(join(dataDir, name), 0o644)
      await refused({ dataDir }, /chmod 600/)
      chmodSync(join(dataDir, name), 0o600)
      renameSync(join(dataDir, name), join(dataDir, 'moved'))
      symlinkSync(join(dataDir, 'moved'), join(dataDir, name))
      await refused({ dataDir }, /symbolic link/)
    })
  }
})

describe('what is kept', () => {
  const secrets = ['provider-secret-of-the-first-9d3f', 'provider-secret-of-the-second-77ab']

  test('[C13] holds no key in clear, in the database, its log or a backup, and a sealed row opens in its own place alone', async () => {
    const dataDir = newFolder()
    const gateway = await openScene({ dataDir })
    const [one, two] = await Promise.all(
      secrets.map((key, at) => gateway.ask({ method: 'PUT', path: `/_omni/credentials/${['openai', 'anthropic'][at]}`, key: gateway.adminKey, body: { key } })),
    )
    assert.deepEqual([one?.status, two?.status], [200, 200])
    const made = (await gateway.ask({ path: '/_omni/keys', key: gateway.adminKey, body: { name: 'more' } })).json()
    const asked = await gateway.ask({ method: 'GET', path: '/_omni/credentials', key: gateway.adminKey })
    assert.doesNotMatch(asked.text, /provider-secret|sealed/)
    const hold = () => {
      const places = [
        dataDir,
        ...readdirSync(dataDir)
          .map((name) => join(dataDir, name))
          .filter((path) => statSync(path).isDirectory()),
      ]
      const files = places
        .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
        .filter((path) => statSync(path).isFile() && !/\.(key|yaml)$/.test(path))
      assert.ok(files.some((path) => path.endsWith('omni.db')))
      for (const path of files)
        for (const secret of [...secrets, gateway.key, String(made.key), gateway.adminKey])
          assert.ok(!readFileSync(path).includes(secret), `${path} holds a secret`)
    }
    hold()
    assert.equal(await gateway.stop(), 0)
    hold()
    copyFileSync(join(dataDir, 'omni.db'), join(dataDir, 'whole.db'))
    for (const [what, swap] of [
      ['another row', "UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE provider = 'openai') WHERE provider = 'anthropic'"],
      ['an older version', "UPDATE credentials SET version = version + 1 WHERE provider = 'openai'"],
      ['another name', "UPDATE credentials SET id = 'cred_other' WHERE provider = 'openai'"],
    ] as const) {
      copyFileSync(join(dataDir, 'whole.db'), join(dataDir, 'omni.db'))
      const database = new DatabaseSync(join(dataDir, 'omni.db'))
      assert.equal(database.prepare(swap).run().changes, 1, what)
      database.close()
      const message = await refused({ dataDir }, /does not open/)
      for (const secret of secrets) assert.ok(!message.includes(secret))
    }
    assert.ok(existsSync(join(dataDir, 'whole.db')))
  })
})
