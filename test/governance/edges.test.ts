/** From where the gateway may be called and controlled: a trusted proxy says where each request comes from. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import { startGateway } from '../gateway.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { askAt, chatPath, hello, messagesPath, type Told } from '../acceptance/scene.ts'
import { omni } from '../contract/shell.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ env: { OMNI_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' } })
const plain = await openGoverned()

const chat = { model: 'up/gpt-4o', max_tokens: 8, messages: hello }
const from = (address: string) => ({ 'x-forwarded-for': address })
const call = (address: string, path = chatPath): Promise<Told> => scene.ask({ path, headers: from(address), body: chat })
const control = (address: string | undefined, path = '/_omni/keys', key = scene.adminKey): Promise<Told> =>
  scene.ask({ method: 'GET', path, key, ...(address !== undefined && { headers: from(address) }) })
const versionNow = async (): Promise<number> => Number((await control(undefined, '/_omni/addresses')).json().version)
/** Sent from the machine itself, unless another address is said. */
const set = async (lists: object, address?: string): Promise<Told> =>
  scene.ask({
    method: 'PUT',
    path: `/_omni/addresses?version=${await versionNow()}`,
    key: scene.adminKey,
    body: lists,
    ...(address !== undefined && { headers: from(address) }),
  })
const setWell = async (lists: object, address?: string): Promise<void> => assert.equal((await set(lists, address)).status, 200)

beforeEach(() => setWell({}))

describe('a list for calls', () => {
  test('shuts out whom it denies, on every surface in its own envelope, however the address is spelled, and before anything is read', async () => {
    await setWell({ data: { deny: ['203.0.113.0/24', '2001:db8:bad::/48'] } })
    const before = scene.upstream.requests.length
    for (const address of [
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '::FFFF:CB00:7107',
      '2001:db8:bad::1',
      '2001:0DB8:0bad:0:0::9',
      '203.0.113.7:4711',
      '[2001:db8:bad::1]:80',
    ])
      for (const path of [chatPath, messagesPath, '/v1beta/models/up/gpt-4o:generateContent', '/v1/models', '/v1/responses/resp_1']) {
        const told = await scene.ask({
          method: /models$|resp_/.test(path) ? 'GET' : 'POST',
          path,
          headers: from(address),
          body: /models$|resp_/.test(path) ? undefined : chat,
        })
        assert.equal(told.status, 403, `${address} ${path} ${told.text}`)
      }
    assert.equal(scene.upstream.requests.length, before, 'nothing went to the provider')
    for (const address of ['203.0.114.7', '2001:db8:bae::1', '192.0.2.1']) assert.equal((await call(address)).status, 200, address)
    assert.equal((await control('203.0.113.7')).status, 200, 'the control API has lists of its own')
  })

  test('lets in nobody else than it allows, nor anybody whose address cannot be told', async () => {
    await setWell({ data: { allow: ['192.0.2.0/24', '::1'], deny: ['192.0.2.66'] } })
    for (const [address, status] of [
      ['192.0.2.1', 200],
      ['192.0.2.66', 403],
      ['198.51.100.1', 403],
      ['unknown', 403],
      ['_hidden', 403],
      ['', 403],
    ] as const)
      assert.equal((await call(address)).status, status, address)
    assert.equal(
      (await scene.ask({ method: 'GET', path: '/healthz', headers: from('198.51.100.1'), key: null })).status,
      200,
      'whoever balances the load may ask for health',
    )
  })

  test('[C07] counts the last address that no trusted proxy wrote down', async () => {
    await setWell({ data: { deny: ['203.0.113.7'] } })
    for (const [forwarded, status] of [
      ['203.0.113.7, 192.0.2.1', 200],
      ['192.0.2.1, 203.0.113.7', 403],
      ['192.0.2.1, 203.0.113.7, 10.1.2.3', 403],
      ['203.0.113.7, 192.0.2.1, 10.1.2.3, 10.9.9.9', 200],
      ['203.0.113.7, nonsense, 10.1.2.3', 403],
    ] as const)
      assert.equal((await call(forwarded)).status, status, forwarded)
  })

  for (const [what, line, more] of [
    ['the body has come', `POST ${chatPath}`, 'content-type: application/json\r\ncontent-length: 30000000'],
    [
      'a WebSocket is opened',
      'GET /v1/responses',
      'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    ],
  ] as const)
    test(`refuses before ${what}`, async () => {
      await setWell({ data: { deny: ['203.0.113.7'] } })
      const socket = connect(scene.port, '127.0.0.1')
      socket.write(`${line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${scene.key}\r\n${more}\r\nx-forwarded-for: 203.0.113.7\r\n\r\n`)
      const answer = await new Promise<string>((resolve) => socket.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1'))))
      socket.destroy()
      assert.match(answer, /^HTTP\/1\.1 403 /)
    })

  test('leaves no receipt of whom it shut out, and a number', async () => {
    await setWell({ data: { deny: ['203.0.113.7'] } })
    const counted = async () =>
      Number(/omni_unauthorized_total\{reason="address_not_allowed"\} (\d+)/.exec((await control(undefined, '/metrics')).text)?.[1] ?? 0)
    /** Receipts are indexed in the order of their calls. */
    const retained = async () => {
      await scene.receiptOf(await call('192.0.2.1'))
      return Number((await control(undefined, '/_omni/reports?limit=1')).json().retained)
    }
    const before = [await counted(), await retained()]
    for (let turn = 0; turn < 5; turn += 1) await call('203.0.113.7')
    assert.deepEqual([await counted(), await retained()], [before[0]! + 5, before[1]! + 1])
  })
})

describe('a list for the control API', () => {
  test('shuts out everybody else but the admin key on the machine itself, who may mend it', async () => {
    await setWell({ control: { allow: ['198.51.100.0/24'] } }, '198.51.100.1')
    assert.equal((await control('198.51.100.9')).status, 200)
    for (const path of ['/_omni/keys', '/metrics', '/_omni/addresses', '/_omni/reports']) assert.equal((await control('192.0.2.1', path)).status, 403, path)
    assert.equal((await control(undefined)).status, 403, 'the machine itself has no other way in')
    assert.equal((await control(undefined, '/_omni/addresses')).status, 200)
    assert.equal((await control(undefined, '/_omni/addresses', scene.key)).status, 403, 'a client may not mend anything')
    assert.equal((await control('192.0.2.1', '/_omni/reports', scene.key)).status, 200, 'a client reads its own receipts from where it calls')
    await setWell({})
    assert.equal((await control('192.0.2.1')).status, 200)
  })

  test('[C23] is refused where it would shut out whoever sends it', async () => {
    for (const lists of [{ control: { allow: ['192.0.2.0/24'] } }, { control: { deny: ['198.51.100.0/24'] } }, { control: { deny: ['0.0.0.0/0', '::/0'] } }]) {
      const told = await set(lists, '198.51.100.1')
      assert.deepEqual([told.status, told.param()], [409, 'control'], told.text)
    }
    assert.equal((await control('198.51.100.1')).status, 200)
  })

  test('is refused with a word on what is wrong with it, and never half taken', async () => {
    const before = await versionNow()
    for (const lists of [
      { data: { deny: ['10.0.0.0/33'] } },
      { data: { deny: ['everybody'] } },
      { datas: {} },
      { data: { deny: Array(1001).fill('10.0.0.1') } },
      { control: { allow: '10.0.0.0/8' } },
    ])
      assert.equal((await set(lists)).status, 400, JSON.stringify(lists).slice(0, 80))
    const stale = await scene.ask({ method: 'PUT', path: `/_omni/addresses?version=${before - 1}`, key: scene.adminKey, body: {} })
    assert.equal(stale.status, 409)
    assert.equal(await versionNow(), before)
  })

  test('holds after a restart and, within five seconds, in another process', async () => {
    const other = await startGateway({ dataDir: scene.dataDir, env: { OMNI_TRUSTED_PROXIES: '127.0.0.1' } }).catch(() => undefined)
    if (other === undefined) return assert.fail('the second process did not start')
    after(() => other[Symbol.asyncDispose]())
    const port = Number(new URL(other.url).port)
    const there = () => askAt(port, { key: scene.key, headers: from('203.0.113.7'), body: chat })
    assert.equal((await there()).status, 200)
    const at = performance.now()
    await setWell({ data: { deny: ['203.0.113.7'] } })
    while ((await there()).status !== 403) assert.ok(performance.now() - at < 5000, 'it holds there too')
    await other.stop()
    const again = await startGateway({ dataDir: scene.dataDir, env: { OMNI_TRUSTED_PROXIES: '127.0.0.1' } })
    after(() => again[Symbol.asyncDispose]())
    assert.equal((await askAt(Number(new URL(again.url).port), { key: scene.key, headers: from('203.0.113.7'), body: chat })).status, 403)
    await again.stop()
  })
})

test('a key is taken from the addresses that it names, and from no others', async () => {
  const { key } = await scene.keyWith({ addresses: ['192.0.2.0/24', '2001:db8::/32'] })
  const ask = (address: string, path = chatPath) =>
    scene.ask({ method: path === chatPath ? 'POST' : 'GET', path, key, headers: from(address), body: path === chatPath ? chat : undefined })
  for (const address of ['192.0.2.9', '2001:db8::7', '::ffff:192.0.2.9']) assert.equal((await ask(address)).status, 200, address)
  for (const path of [chatPath, '/v1/models', '/v1/responses/resp_1', '/_omni/reports'])
    assert.deepEqual(await ask('198.51.100.1', path).then((told) => [told.status, told.code()]), [403, 'address_not_allowed'], path)
})

test('[C07] without a trusted proxy nothing that a request says of its address counts', async () => {
  await plain.admin('PUT', 'addresses', { data: { deny: ['203.0.113.7'] }, control: { deny: ['203.0.113.7'] } })
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip', 'cf-connecting-ip'])
    assert.equal((await plain.ask({ headers: { [name]: name === 'forwarded' ? 'for=203.0.113.7' : '203.0.113.7' }, body: chat })).status, 200, name)
  await plain.admin('PUT', 'addresses?version=1', { data: { deny: ['127.0.0.0/8'] } })
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded'])
    assert.equal((await plain.ask({ headers: { [name]: '192.0.2.1' }, body: chat })).status, 403, name)
  await plain.admin('PUT', 'addresses?version=2', {})
})

test('`omni addresses` shows and replaces them', async () => {
  const run = (...words: readonly string[]) => omni(scene, ['addresses', ...words])
  assert.match(
    (await run('set', '--data-deny', '203.0.113.0/24, 2001:db8::/32', '--control-allow', '127.0.0.0/8')).stdout,
    /data +deny +203\.0\.113\.0\/24, 2001:db8::\/32/,
  )
  await run('set', '--data-deny', 'none')
  assert.match((await run('show')).stdout, /data +deny +none[^]*control +allow +127\.0\.0\.0\/8[^]*You come from 127\.0\.0\.1/)
  const refused = await run('set', '--control-allow', '192.0.2.0/24')
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /shut out/)
})

test('[I5] after all of this the same processes serve', async () => {
  await holdAlive(scene)
  await holdAlive(plain)
})
