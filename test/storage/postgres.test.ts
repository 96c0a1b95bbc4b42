/** The store over PostgreSQL. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { migrations } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import { startPostgres } from '../postgres.ts'
import type { TestPostgres } from '../postgres.ts'
import { columns, receipt, refusal, using } from './place.ts'
import { testStore } from './suite.ts'

const postgres = await startPostgres()

if (typeof postgres === 'string') test('PostgreSQL store', { skip: postgres }, () => {})
else testPostgres(postgres)

function testPostgres(server: TestPostgres): void {
  after(() => server.stop())

  testStore('PostgreSQL', async () => {
    const url = await server.createDatabase()
    const query = (text: string) => server.query(url, text)
    return { options: { url }, query, backups: async () => (await query(`select 1 from pg_namespace where nspname like 'omni_backup%'`)).length }
  })

  describe('PostgreSQL alone', () => {
    test('lets many gateways start at once on an empty database', async () => {
      const url = await server.createDatabase()
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ url, columns })))
      await Promise.all(stores.map((store) => store.close()))
      assert.equal((await server.query(url, 'select name from omni_migrations')).length, migrations.length)
    })

    test('is copied before an upgrade unless the operator has a backup', async () => {
      const url = await server.createDatabase()
      await (await openStore({ url, columns })).close()
      await (await openStore({ url, columns: [...columns, { name: 'later', kind: 'count' }], hasOwnBackup: true })).close()
      assert.deepEqual(await server.query(url, `select 1 from pg_namespace where nspname like 'omni_backup%'`), [])
    })

    test('goes back to a backup by moving its tables', async () => {
      const url = await server.createDatabase()
      const line = receipt()
      await using({ options: { url } }, (store) => store.receipts.append([line]))
      await using({ options: { url } }, (store) => store.receipts.append([receipt()]), [...columns, { name: 'later', kind: 'count' }])
      const moves = await server.query(
        url,
        `select format('drop table %I; alter table %I.%I set schema public', tablename, schemaname, tablename) as move from pg_tables where schemaname like 'omni_backup%'`,
      )
      assert.equal(moves.length, 5)
      await server.query(url, moves.map(({ move }) => move as string).join(';'))
      await using({ options: { url } }, async (store) => {
        assert.deepEqual((await store.receipts.list({ limit: 9 })).lines, [line])
        await store.receipts.append([line])
        assert.equal(await store.receipts.count(), 1)
      })
    })

    test('takes receipts with what its JSON cannot hold', async () => {
      const url = await server.createDatabase()
      const store = await openStore({ url, columns })
      await store.receipts.append([receipt({ provider: 'a\u0000b\ud800c\\u0000' })])
      assert.deepEqual(await server.query(url, 'select provider from receipts'), [{ provider: 'a\ufffdb\ufffdc\\u0000' }])
      await store.close()
    })

    test('refuses a database that holds tables of another program', async () => {
      const url = await server.createDatabase()
      await server.query(url, 'create table receipts (total integer)')
      await assert.rejects(openStore({ url, columns }), refusal('refused', /another program/))
      assert.deepEqual(await server.query(url, `select table_name from information_schema.tables where table_schema = 'public'`), [{ table_name: 'receipts' }])
    })

    test('says which server does not answer, without the password', async () => {
      const unanswered = openStore({ url: 'postgres://omni:secret@127.0.0.1:1/x', columns })
      await assert.rejects(unanswered, (error: Error) => refusal('unavailable', /127\.0\.0\.1:1/)(error) && !error.message.includes('secret'))
      await assert.rejects(openStore({ url: 'not a url', columns }), refusal('refused', /postgres:\/\//))
    })

    test('says so where a connection is cut, in the middle of a query or of a transaction', async () => {
      const url = await server.createDatabase()
      const engine = await openEngine({ url })
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'omni-gateway'`
      const sleeping = assert.rejects(sql`select pg_sleep(9)`.execute(engine.db), refusal('unavailable'))
      while ((await server.query(url, `${cut} and state = 'active'`)).length === 0);
      await sleeping
      const interrupted = engine.db.transaction().execute(async (transaction) => {
        await sql`select 1`.execute(transaction)
        await server.query(url, cut)
        await pause(50)
        await sql`select 1`.execute(transaction)
      })
      await assert.rejects(interrupted, refusal('unavailable'))
      await sql`select 1`.execute(engine.db)
      await engine.close()
    })

    test('answers again after its connections were cut', async () => {
      const url = await server.createDatabase()
      const store = await openStore({ url, columns })
      await server.query(url, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
      const line = receipt()
      await store.receipts.append([line]).catch(refusal('unavailable'))
      await store.receipts.append([line])
      assert.equal(await store.receipts.count(), 1)
      await store.close()
    })
  })
}
