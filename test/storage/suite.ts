/** What every store must do, run over each database. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { credentialId, keyId, receiptId } from '../../src/base/ids.ts'
import { SealError, deriveKey, masterKey, open, seal } from '../../src/base/seal.ts'
import type { Column } from '../../src/storage/columns.ts'
import { StorageError } from '../../src/storage/errors.ts'
import type { StorageReason } from '../../src/storage/errors.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import type { PostgresOptions, SqliteOptions, Store } from '../../src/storage/store.ts'

/** A database for one test. */
export interface Place {
  readonly options: SqliteOptions | PostgresOptions
  /** Runs SQL beside the store, and gives back the rows. */
  query(text: string): Promise<readonly Record<string, unknown>[]>
  /** How many backups stand beside it. */
  backups(): Promise<number>
}

export const columns: readonly Column[] = [
  { name: 'id', kind: 'id' },
  { name: 'created_at', kind: 'time' },
  { name: 'key_id', kind: 'id' },
  { name: 'status', kind: 'count' },
  { name: 'share', kind: 'number' },
  { name: 'fallback', kind: 'flag' },
  { name: 'provider', kind: 'name' },
  { name: 'metadata', kind: 'labels' },
]

export const refusal =
  (reason: StorageReason, said = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof StorageError, `not a StorageError: ${String(error)}`)
    assert.equal(error.reason, reason, error.message)
    assert.match(error.message, said)
    return true
  }

export const receipt = (signals: Record<string, unknown> = {}) => JSON.stringify({ id: receiptId(), created_at: 1_790_000_000_000, key_id: null, ...signals })

const hostile = [`'; drop table receipts; --`, `" or "1"="1`, '%_\\', '$1 ? :name @x', `\u2028"}\n{"`, '\\u0000', `x' union select hash from client_keys --`]

export function testStore(name: string, newPlace: () => Promise<Place>): void {
  describe(`${name} store`, () => {
    testReceipts(newPlace)
    testSecrets(newPlace)
    testUpgrades(newPlace)
  })
}

function testReceipts(newPlace: () => Promise<Place>): void {
  describe('receipts', () => {
    let place: Place
    let store: Store
    before(async () => {
      place = await newPlace()
      store = await openStore({ ...place.options, columns })
    })
    after(() => store.close())

    test('come back byte for byte, and a second append of the same changes nothing', async () => {
      const lines = [receipt({ note: 'é"\\ \u2028' }), receipt({ list: [1, { a: null }] })]
      await store.receipts.append([...lines, lines[0]!])
      const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id)
      await store.receipts.append([JSON.stringify({ id: ids[0], created_at: 1, other: true })])
      assert.deepEqual(await Promise.all(ids.map((id) => store.receipts.get(id))), lines)
      assert.equal(await store.receipts.count(), 2)
    })

    test('are stored all or none of a batch', async () => {
      const count = await store.receipts.count()
      for (const broken of ['{"id":', '[]', '{"created_at":1}', JSON.stringify({ id: 'dec_short', created_at: 1 }), '']) {
        await assert.rejects(store.receipts.append([receipt(), broken, receipt()]), refusal('invalid'), broken)
      }
      await store.receipts.append([])
      assert.equal(await store.receipts.count(), count)
    })

    test('turn pages that stay where they are while new ones arrive', async () => {
      const ids = Array.from({ length: 7 }, receiptId)
      const lines = ids.map((id) => receipt({ id, key_id: 'key_pages' }))
      await store.receipts.append([3, 0, 5, 1, 6, 2, 4].map((index) => lines[index]!))
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.receipts.list({ limit: 3, keyId: 'key_pages', ...(cursor === undefined ? {} : { cursor }) })
        seen.push(...page.lines)
        cursor = page.next
        await store.receipts.append([receipt({ key_id: 'key_pages' })])
      } while (cursor !== undefined)
      assert.deepEqual(seen, lines.toReversed())
    })

    test('end with a page that has no next, also when it is full', async () => {
      await store.receipts.append([receipt({ key_id: 'key_two' }), receipt({ key_id: 'key_two' })])
      const page = await store.receipts.list({ limit: 2, keyId: 'key_two' })
      assert.deepEqual([page.lines.length, page.next], [2, undefined])
      assert.deepEqual((await store.receipts.list({ limit: 0, keyId: 'key_two' })).lines.length, 1)
    })

    test('of another key look like none', async () => {
      const line = receipt({ key_id: 'key_a' })
      const { id } = JSON.parse(line) as { id: string }
      await store.receipts.append([line])
      assert.equal(await store.receipts.get(id, 'key_a'), line)
      assert.equal(await store.receipts.get(id, 'key_b'), undefined)
      assert.equal(await store.receipts.count('key_a'), 1)
      assert.deepEqual(await store.receipts.list({ limit: 9, keyId: 'key_b' }), { lines: [], next: undefined })
    })

    test('refuse a cursor that the list never gave out', async () => {
      for (const cursor of ['', 'x', '../../etc', `${'A'.repeat(22)}=`, 'A'.repeat(21) + 'B', 'A'.repeat(23), ...hostile]) {
        await assert.rejects(store.receipts.list({ limit: 1, cursor }), refusal('bad_cursor'), cursor)
      }
    })

    test('fill the columns of their signals; what is not of its kind stands in the line alone', async () => {
      const good = receipt({ key_id: 'key_columns', status: 200, share: 0.25, fallback: true, provider: 'one', metadata: { team: 'a' } })
      const bad = receipt({ key_id: 'key_columns', status: 1e300, share: '0.25', fallback: 1, provider: 7, metadata: null })
      await store.receipts.append([good, bad])
      const rows = await place.query(`select status, share, fallback, provider, metadata from receipts where key_id = 'key_columns' order by id`)
      const { metadata, fallback, ...first } = rows[0]!
      assert.deepEqual(first, { status: typeof first['status'] === 'string' ? '200' : 200, share: 0.25, provider: 'one' })
      assert.deepEqual([JSON.parse(metadata as string), Boolean(fallback)], [{ team: 'a' }, true])
      assert.deepEqual({ ...rows[1] }, { status: null, share: null, fallback: null, provider: null, metadata: null })
    })

    test('and keys take every text for a value, never for SQL', async () => {
      for (const text of hostile) {
        const line = receipt({ key_id: text, provider: text, metadata: { team: text } })
        await store.receipts.append([line])
        assert.deepEqual((await store.receipts.list({ limit: 5, keyId: text })).lines, [line], text)
        assert.equal(await store.receipts.get(text, text), undefined)
        await store.keys.create({ id: text, name: text, prefix: text, hash: text, createdAt: 1 })
        assert.equal(await store.keys.revoke(text, 2), true)
        await store.credentials.put({ id: text, tenant: text, provider: text, version: 1, sealed: Buffer.from(text), createdAt: 1 })
        const [found] = await store.credentials.list(text)
        assert.deepEqual(
          { ...found, sealed: Buffer.from(found!.sealed).toString() },
          { id: text, tenant: text, provider: text, version: 1, sealed: text, createdAt: 1 },
        )
        assert.equal(await store.credentials.remove(text, text), true)
      }
      const names = (await store.keys.list()).map(({ name }) => name)
      assert.deepEqual(names.toSorted(), hostile.toSorted())
    })
  })
}

function testSecrets(newPlace: () => Promise<Place>): void {
  describe('secrets', () => {
    let store: Store
    before(async () => {
      store = await openStore({ ...(await newPlace()).options, columns })
    })
    after(() => store.close())

    test('of clients are stored as hashes, once each, and are revoked once', async () => {
      const first = { id: keyId(), name: 'one', prefix: 'omni_abcd', hash: 'a'.repeat(64), createdAt: 10, expiresAt: 99 }
      const second = { id: keyId(), name: 'one', prefix: 'omni_efgh', hash: 'b'.repeat(64), createdAt: 20 }
      await store.keys.create(first)
      await store.keys.create(second)
      await assert.rejects(store.keys.create({ ...second, id: keyId() }), refusal('conflict'))
      await assert.rejects(store.keys.create({ ...second, hash: 'c'.repeat(64) }), refusal('conflict'))
      assert.deepEqual(
        [await store.keys.revoke(first.id, 30), await store.keys.revoke(first.id, 40), await store.keys.revoke('key_none', 40)],
        [true, false, false],
      )
      assert.deepEqual(await store.keys.list(), [
        { ...first, revokedAt: 30 },
        { ...second, expiresAt: undefined, revokedAt: undefined },
      ])
    })

    test('of providers are replaced by newer versions alone', async () => {
      const credential = { id: credentialId(), provider: 'one', version: 2, sealed: Uint8Array.of(1, 0, 255), createdAt: 10 }
      await store.credentials.put(credential)
      for (const stale of [1, 2]) await assert.rejects(store.credentials.put({ ...credential, version: stale }), refusal('conflict'))
      await assert.rejects(store.credentials.put({ ...credential, version: 3, tenant: 'other' }), refusal('conflict'))
      await store.credentials.put({ ...credential, version: 3, sealed: Uint8Array.of(7), createdAt: 20 })
      const [found] = await store.credentials.list('default')
      assert.deepEqual({ ...found, sealed: [...found!.sealed] }, { ...credential, tenant: 'default', version: 3, sealed: [7] })
      assert.equal(await store.credentials.remove(credential.id, 'other'), false)
      assert.equal(await store.credentials.remove(credential.id), true)
      assert.deepEqual(await store.credentials.list(), [])
    })

    test('do not open in another row', async () => {
      const key = deriveKey(masterKey(randomBytes(32)), 'credentials')
      const places = ['cred_a', 'cred_b'].map((id) => ({ tenant: 'default', id, version: 1 }))
      const [a, b] = places as [(typeof places)[0], (typeof places)[0]]
      await store.credentials.put({ ...a, provider: 'one', sealed: seal(key, 'secret b', b), createdAt: 1 })
      await store.credentials.put({ ...b, provider: 'one', sealed: seal(key, 'secret b', b), createdAt: 1 })
      const [swapped, right] = await store.credentials.list()
      assert.equal(open(key, right!.sealed, right!), 'secret b')
      assert.throws(() => open(key, swapped!.sealed, swapped!), SealError)
    })

    test('belong to one master key, the first that claimed them', async () => {
      assert.equal(await store.fingerprint.read(), undefined)
      assert.deepEqual(
        [await store.fingerprint.claim('first'), await store.fingerprint.claim('second'), await store.fingerprint.read()],
        ['first', 'first', 'first'],
      )
    })
  })
}

function testUpgrades(newPlace: () => Promise<Place>): void {
  describe('upgrades', () => {
    test('change nothing and copy nothing when the tables are those of today', async () => {
      const place = await newPlace()
      const line = receipt()
      await using(place, (store) => store.receipts.append([line]))
      const applied = await place.query('select * from omni_migrations')
      await using(place, async (store) => assert.deepEqual((await store.receipts.list({ limit: 9 })).lines, [line]))
      assert.deepEqual(await place.query('select * from omni_migrations'), applied)
      assert.equal(await place.backups(), 0)
    })

    test('add the columns of new signals, with a backup of what was there', async () => {
      const place = await newPlace()
      await using(place, (store) => store.receipts.append([receipt({ region: 'before' })]))
      await using(place, (store) => store.receipts.append([receipt({ region: 'after' })]), [...columns, { name: 'region', kind: 'name' }])
      assert.deepEqual(
        (await place.query('select region from receipts order by id')).map(({ region }) => region),
        [null, 'after'],
      )
      assert.equal(await place.backups(), 1)
      await using(place, async (store) => assert.equal(await store.receipts.count(), 2))
    })

    test('keep the newest three backups', async () => {
      const place = await newPlace()
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      for (let count = 1; count <= names.length; count += 1) {
        await using(place, (store) => store.ping(), [...columns, ...names.slice(0, count).map((name) => ({ name, kind: 'count' as const }))])
      }
      assert.equal(await place.backups(), 3)
    })

    test('refuse a database of a newer version, and leave it as it is', async () => {
      const place = await newPlace()
      await using(place, (store) => store.receipts.append([receipt()]))
      await place.query(`insert into omni_migrations values (99, '9999-later', 'x', 1)`)
      await assert.rejects(openStore({ ...place.options, columns }), refusal('refused', /newer version/))
      assert.equal((await place.query('select id from receipts')).length, 1)
    })

    test('refuse a database whose migration is not the one of this version', async () => {
      const place = await newPlace()
      await using(place, (store) => store.ping())
      await place.query(`update omni_migrations set checksum = 'x'`)
      await assert.rejects(openStore({ ...place.options, columns }), refusal('refused', /not the one that this version has/))
    })

    test('that fail half-way leave nothing behind', async () => {
      const place = await newPlace()
      const line = receipt()
      await using(place, (store) => store.receipts.append([line]))
      const broken = { name: '9999-broken', up: () => ['create table halfway (id integer)', 'delete from receipts', 'create table halfway (id integer)'] }
      const engine = await openEngine(place.options)
      await assert.rejects(migrate(engine, [...migrations, broken], columns), refusal('refused', /"9999-broken".*nothing was changed/))
      await engine.close()
      await using(place, async (store) => assert.deepEqual((await store.receipts.list({ limit: 9 })).lines, [line]))
      await assert.rejects(place.query('select * from halfway'))
      assert.equal(await place.backups(), 1)
    })

    test('two stores share one database', async () => {
      const place = await newPlace()
      await using(place, (first) =>
        using(place, async (second) => {
          await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).receipts.append([receipt(), receipt()])))
          assert.deepEqual([await first.receipts.count(), await second.receipts.count()], [80, 80])
        }),
      )
    })

    test('a closed store says so', async () => {
      const place = await newPlace()
      const store = await openStore({ ...place.options, columns })
      await store.close()
      await assert.rejects(store.receipts.append([receipt()]), refusal('closed'))
      await assert.rejects(store.ping(), refusal('closed'))
      await store.close()
    })
  })
}

async function using(place: Place, work: (store: Store) => Promise<unknown>, kept: readonly Column[] = columns): Promise<void> {
  const store = await openStore({ ...place.options, columns: kept })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}
