/** The store over SQLite, and what can befall a file. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { clientKey, credentialId, keyId, shownPrefix } from '../../src/base/ids.ts'
import { deriveKey, keyedHash, masterKey, open, seal } from '../../src/base/seal.ts'
import type { StorageError } from '../../src/storage/errors.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { entry, placed, refusal, upgradeTo } from './place.ts'
import { testStore } from './suite.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-sqlite-'))
after(() => rmSync(root, { recursive: true, force: true }))

let folders = 0
const newFile = () => join(root, `data-${(folders += 1)}`, 'omni.db')
const backupsOf = (file: string) => (existsSync(join(file, '..', 'backups')) ? readdirSync(join(file, '..', 'backups')) : [])

function query(file: string, text: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(file)
  const counters = join(file, '..', 'counters.db')
  try {
    if (existsSync(counters)) database.prepare('attach database ? as counting').run(counters)
    return database.prepare(text).all()
  } finally {
    database.close()
  }
}

testStore('SQLite', async () => {
  const file = newFile()
  return { options: { file }, query: async (text) => query(file, text), backups: async () => backupsOf(file).length }
})

const countOf = (store: Store) => store.receipts.count({}, 1000)

/** A file with ten receipts in it. */
async function filledFile(): Promise<string> {
  const file = newFile()
  const store = await openStore({ file })
  await store.receipts.append(Array.from({ length: 10 }, () => entry({}, { ...placed(0), line: 'n'.repeat(4000) })))
  await store.close()
  return file
}

test('[C75] who was erased is in no page of the file and of its write-ahead log', async () => {
  const [file, person] = [newFile(), randomBytes(16).toString('hex')]
  const store = await openStore({ file })
  const isKept = () => ['', '-wal'].some((ending) => readFileSync(file + ending, 'latin1').includes(person))
  await store.receipts.append([entry({ user_pseudonym: person }, placed(7))])
  assert.ok(isKept())
  await store.removals.takeUser([person], { by: 'admin', reason: 'end_user', at: 7 })
  await store.removals.done(placed(7).log!, [7])
  assert.ok(!isKept())
  await store.close()
})

describe('a database file that must not be touched', () => {
  const refuses = async (file: string, said: RegExp) => {
    const bytes = readFileSync(file)
    await assert.rejects(openStore({ file }), refusal('refused', said))
    assert.deepEqual(readFileSync(file), bytes)
    assert.deepEqual(readdirSync(join(file, '..')), ['omni.db'])
  }

  test('is one that is garbage', async () => {
    const file = newFile()
    mkdirSync(join(file, '..'))
    writeFileSync(file, randomBytes(20_000))
    await refuses(file, /damaged.*restore/)
  })

  test('is one that was cut off', async () => {
    const file = await filledFile()
    truncateSync(file, statSync(file).size - 20_000)
    await refuses(file, /damaged/)
  })

  test('is one with a page overwritten', async () => {
    const file = await filledFile()
    const bytes = readFileSync(file)
    bytes.fill(0xee, 3 * 16_384, 4 * 16_384)
    writeFileSync(file, bytes)
    await refuses(file, /damaged/)
  })

  test('is one that was emptied', async () => {
    const file = await filledFile()
    truncateSync(file, 0)
    await refuses(file, /empty file/)
  })

  test('is one of another program', async () => {
    const file = newFile()
    mkdirSync(join(file, '..'))
    query(file, 'create table theirs (id integer)')
    await refuses(file, /another program/)
  })
})

describe('a backup', () => {
  test('is private, whole, and can take the place of the database', async () => {
    const file = await filledFile()
    await upgradeTo({ options: { file } }, 1)
    const [name] = backupsOf(file)
    const copy = join(file, '..', 'backups', name!)
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    const restored = newFile()
    mkdirSync(join(restored, '..'))
    copyFileSync(copy, restored)
    const store = await openStore({ file: restored })
    assert.equal(await countOf(store), 10)
    await store.close()
  })

  test('that cannot be written stops the upgrade', async () => {
    const file = await filledFile()
    writeFileSync(join(file, '..', 'backups'), 'in the way')
    await assert.rejects(upgradeTo({ options: { file } }, 1), refusal('refused', /No backup/))
    assert.deepEqual(query(file, `select name from sqlite_master where name like 'later%'`), [])
  })
})

describe('what is on the disk', () => {
  test('holds no secret in clear, in database, log and backup', async () => {
    const file = newFile()
    const store = await openStore({ file })
    const master = masterKey(randomBytes(32))
    const [key, secret] = [clientKey(), `sk-provider-${randomBytes(16).toString('hex')}`]
    const place = { tenant: 'default', id: credentialId(), version: 1 }
    const hash = keyedHash(deriveKey(master, 'client-keys'), key)
    await store.keys.create({ id: keyId(), name: 'one', prefix: shownPrefix(key), hash, createdAt: 1, mayRoute: true })
    await store.credentials.put({ ...place, provider: 'one', sealed: seal(deriveKey(master, 'credentials'), secret, place), createdAt: 1 })
    await upgradeTo({ options: { file } }, 1)
    const files = ['omni.db', 'omni.db-wal', ...backupsOf(file).map((name) => join('backups', name))].map((name) => join(file, '..', name))
    const bytes = files.map((name) => readFileSync(name).toString('latin1'))
    assert.equal(files.length, 3)
    assert.ok(bytes[2]!.includes(hash), 'the backup has the key')
    for (const text of bytes) assert.ok(![key, key.slice(9), secret].some((clear) => text.includes(clear)))
    const [credential] = await store.credentials.list()
    assert.equal(open(deriveKey(master, 'credentials'), credential!.sealed, credential!), secret)
    await store.close()
  })

  test('is for the user alone, also where it was not', async () => {
    const file = await filledFile()
    chmodSync(file, 0o644)
    chmodSync(join(file, '..'), 0o755)
    const store = await openStore({ file })
    await store.receipts.append([entry()])
    const modes = [join(file, '..'), file, `${file}-wal`, `${file}-shm`].map((path) => statSync(path).mode & 0o777)
    assert.deepEqual(modes, [0o700, 0o600, 0o600, 0o600])
    await store.close()
    assert.deepEqual(readdirSync(join(file, '..')), ['omni.db'])
  })
})

describe('another process', () => {
  test('that holds the write lock makes an append fail, and the next one succeeds', async () => {
    const file = await filledFile()
    const store = await openStore({ file, busyMs: 50 })
    const holder = spawn(process.execPath, ['--input-type=module', '-e', holdLock, file], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    const lines = [entry(), entry()]
    await assert.rejects(store.receipts.append(lines), (error: unknown) => refusal('busy')(error) && (error as StorageError).again)
    assert.equal(await countOf(store), 10)
    holder.stdin.end()
    await once(holder, 'exit')
    await store.receipts.append(lines)
    assert.equal(await countOf(store), 12)
    await store.close()
  })

  test('that is killed while it appends loses nothing that was acknowledged', async () => {
    const file = await filledFile()
    const writer = spawn(process.execPath, [new URL('writer.ts', import.meta.url).pathname, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    const acknowledged = await countLines(writer.stdout, () => writer.kill('SIGKILL'), 20)
    const store = await openStore({ file })
    assert.ok((await countOf(store)) >= 10 + acknowledged * 5)
    assert.deepEqual(query(file, 'pragma integrity_check'), [{ __proto__: null, integrity_check: 'ok' }])
    await store.close()
  })

  test('that runs out of room keeps the file whole', { skip: process.platform === 'win32' && 'Windows has no limit on the size of a file.' }, async () => {
    const file = await filledFile()
    const writer = spawn('sh', ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, new URL('writer.ts', import.meta.url).pathname, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output: string[] = []
    writer.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    await once(writer, 'close')
    const said = output.join('').trim().split('\n')
    assert.equal(said.pop(), 'full')
    const store = await openStore({ file })
    assert.equal(await countOf(store), 10 + said.length * 5)
    await store.receipts.append([entry()])
    await store.close()
  })
})

const holdLock = `
  import { DatabaseSync } from 'node:sqlite'
  const database = new DatabaseSync(process.argv[1])
  database.exec('begin immediate')
  console.log('held')
  process.stdin.on('end', () => database.exec('rollback')).resume()`

/** Counts the lines of a stream until it ends; at the given one, something happens. */
async function countLines(stream: NodeJS.ReadableStream, act: () => void, at: number): Promise<number> {
  let count = 0
  for await (const chunk of stream) {
    const before = count
    count += String(chunk).split('\n').length - 1
    if (before < at && count >= at) act()
  }
  return count
}
