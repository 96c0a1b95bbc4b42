/** Names are asked for once, remembered for as long as they hold, and a name server that fails takes nothing away that was known. */

import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startNameServer, type Said } from '../../test/upstream/name-server.ts'
import { Names, type Ages } from './names.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-names-'))
const files = { hosts: join(folder, 'hosts'), resolv: join(folder, 'resolv.conf') }
after(() => rmSync(folder, { recursive: true }))
writeFileSync(files.hosts, '127.0.0.1 localhost\n10.1.2.3\tBox.internal box # 9.9.9.9 other\n::7 box\n')

const ages: Ages = { least: 30, most: 200, stale: 400, wait: 50, again: 100 }
const there = (...addresses: string[]): Said => ({ addresses, ttl: 60 })
const shown = async (names: Names, name: string) => (await names.find(name)).map(({ address, family }) => `${family} ${address}`)

async function openNames(script: Parameters<typeof startNameServer>[0], patience = 100) {
  const server = await startNameServer(script)
  const names = new Names({ resolvers: [server.address], files, ages, patience })
  const dispose = async () => {
    names.close()
    await server.stop()
  }
  return { server, names, [Symbol.asyncDispose]: dispose }
}

describe('a name', () => {
  test('has its addresses of both families, IPv4 first', async () => {
    await using stage = await openNames(() => there('10.0.0.1', '::9', '10.0.0.2'))
    assert.deepEqual(await shown(stage.names, 'api.example.com'), ['4 10.0.0.1', '4 10.0.0.2', '6 ::9'])
  })

  test('of one family waits for no server that is silent about the other', async () => {
    for (const [silent, address] of [
      [6, '10.0.0.1'],
      [4, '::9'],
    ] as const) {
      await using stage = await openNames((_name, family) => (family === silent ? 'silent' : there(address)), 2000)
      const from = performance.now()
      assert.equal((await stage.names.find('api.example.com'))[0]!.address, address)
      assert.ok(performance.now() - from < 500)
    }
  })

  test('is asked for once by a hundred who want it at once, and by nobody while it holds', async () => {
    await using stage = await openNames(() => there('10.0.0.1'))
    await Promise.all(Array.from({ length: 100 }, () => stage.names.find('api.example.com')))
    await stage.names.find('API.example.com')
    assert.deepEqual(stage.server.asked.toSorted(), ['api.example.com 4', 'api.example.com 6'])
  })

  test('holds no longer than is said, and no shorter or longer than is sensible', async () => {
    await using stage = await openNames((name) => ({ addresses: ['10.0.0.1'], ttl: name.startsWith('long') ? 9_000_000 : 0 }))
    for (const name of ['long.example', 'short.example']) await stage.names.find(name)
    for (const name of ['long.example', 'short.example']) await stage.names.find(name)
    assert.equal(stage.server.asked.length, 4, 'even a record of no time at all holds for a moment')
    await pause(60)
    for (const name of ['long.example', 'short.example']) await stage.names.find(name)
    assert.deepEqual(stage.server.asked.slice(4).toSorted(), ['short.example 4', 'short.example 6'])
    await pause(200)
    await stage.names.find('long.example')
    assert.equal(stage.server.asked.length, 8)
  })

  test('[B02] that nobody has, or that the server fails on, is told so, and not asked for again at once', async () => {
    await using stage = await openNames((name) => (name.startsWith('no') ? 'absent' : 'failed'))
    await assert.rejects(stage.names.find('no.example'), { code: 'ENOTFOUND' })
    await assert.rejects(stage.names.find('failed.example'), { code: 'ESERVFAIL' })
    const before = stage.server.asked.length
    await assert.rejects(stage.names.find('no.example'), { code: 'ENOTFOUND' })
    assert.equal(stage.server.asked.length, before)
  })

  test('[B02] keeps its last address for a while when the name servers fail, and loses it when they say that it is gone', async () => {
    let said: Said = { addresses: ['10.0.0.1'], ttl: 0 }
    await using stage = await openNames(() => said)
    await stage.names.find('api.example.com')
    for (const failing of ['failed', 'silent'] as const) {
      said = failing
      await pause(110)
      const from = performance.now()
      assert.deepEqual(await shown(stage.names, 'api.example.com'), ['4 10.0.0.1'])
      assert.ok(performance.now() - from < 250, 'nobody waits long for what is known')
    }
    said = 'absent'
    await pause(600)
    await assert.rejects(stage.names.find('api.example.com'), { code: 'ENOTFOUND' })
    said = there('10.0.0.2')
    await pause(60)
    assert.deepEqual(await shown(stage.names, 'api.example.com'), ['4 10.0.0.2'])
  })

  test('[B02] that a hundred ask for is no reason to wait for a file or a hash, however long the servers are silent', async () => {
    await using stage = await openNames(() => 'silent', 400)
    const hung = Array.from({ length: 100 }, (_, at) => stage.names.find(`hung${at}.example`))
    const hash = promisify(pbkdf2)
    const from = performance.now()
    await Promise.all([...Array.from({ length: 20 }, () => readFile(files.hosts)), ...Array.from({ length: 8 }, () => hash('a', 'b', 1000, 32, 'sha256'))])
    assert.ok(performance.now() - from < 400, 'the threads are free')
    const ends = await Promise.allSettled(hung)
    assert.ok(ends.every((end) => end.status === 'rejected' && (end.reason as NodeJS.ErrnoException).code === 'ETIMEOUT'))
  })
})

describe('what this machine says itself', () => {
  test('comes before what servers say: its file of hosts, in any case of letters', async () => {
    await using stage = await openNames(() => there('10.0.0.1'))
    assert.deepEqual(await shown(stage.names, 'box'), ['4 10.1.2.3', '6 ::7'])
    assert.deepEqual(await shown(stage.names, 'BOX.internal'), ['4 10.1.2.3'])
    assert.deepEqual(await shown(stage.names, 'other'), ['4 10.0.0.1'], 'a remark is no name')
  })

  test('of localhost needs no file and no server', async () => {
    const names = new Names({ files: { hosts: join(folder, 'none'), resolv: files.resolv } })
    assert.deepEqual(await shown(names, 'localhost'), ['4 127.0.0.1', '6 ::1'])
    assert.deepEqual(await shown(names, 'app.localhost'), ['4 127.0.0.1', '6 ::1'])
    names.close()
  })
})

describe('the system', () => {
  test('is asked what no name server knows', async (context) => {
    const own = hostname()
    if ((await lookup(own).catch(() => undefined)) === undefined) return context.skip('this machine does not know its own name')
    const names = new Names({ files: { hosts: join(folder, 'none'), resolv: join(folder, 'none') } })
    const found = await names.find(own).catch((error: NodeJS.ErrnoException) => error.code)
    names.close()
    if (found === 'ETIMEOUT') return context.skip('no name server answers here')
    assert.ok(Array.isArray(found) && found.length > 0, String(found))
  })
})

describe('`net.connect`', () => {
  const look = (names: Names, options: object) => new Promise<unknown[]>((resolve) => names.lookup('box', options, (...told: unknown[]) => resolve(told)))

  test('gets one address or all, of the family that it wants', async () => {
    const names = new Names({ files })
    assert.deepEqual(await look(names, {}), [null, '10.1.2.3', 4])
    assert.deepEqual(await look(names, { family: 6 }), [null, '::7', 6])
    assert.deepEqual(await look(names, { all: true, family: 4 }), [null, [{ address: '10.1.2.3', family: 4 }]])
    names.close()
  })
})
