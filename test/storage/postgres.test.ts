/** The store over PostgreSQL. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { migrations } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import { startPostgres } from '../postgres.ts'
import type { TestPostgres } from '../postgres.ts'
import { entry, everyReceipt, placed, refusal, upgradeTo, using } from './place.ts'
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
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ url })))
      await Promise.all(stores.map((store) => store.close()))
      assert.equal((await server.query(url, 'select name from omni_migrations')).length, migrations.length)
    })

    test('is copied before an upgrade unless the operator has a backup', async () => {
      const url = await server.createDatabase()
      await (await openStore({ url })).close()
      await upgradeTo({ options: { url, hasOwnBackup: true } }, 1)
      assert.deepEqual(await server.query(url, `select 1 from pg_namespace where nspname like 'omni_backup%'`), [])
    })

    test('goes back to a backup by moving its tables', async () => {
      const url = await server.createDatabase()
      const first = entry({}, { ...placed(0), line: 'first' })
      await using({ options: { url } }, (store) => store.receipts.append([first]))
      await upgradeTo({ options: { url } }, 1)
      await server.query(url, 'update receipts set body = null')
      const moves = await server.query(
        url,
        `select format('drop table %I; alter table %I.%I set schema public', tablename, schemaname, tablename) as move from pg_tables where schemaname like 'omni_backup%'`,
      )
      assert.equal(moves.length, (await server.query(url, `select 1 from pg_tables where schemaname = 'public'`)).length - 1)
      await server.query(url, moves.map(({ move }) => move as string).join(';'))
      await using({ options: { url } }, async (store) => {
        await store.receipts.append([first, entry({}, { ...placed(1), line: 'second' })])
        assert.deepEqual(
          (await everyReceipt(store)).map(({ body }) => body),
          ['second', 'first'],
        )
      })
    })

    test('takes receipts with what its text cannot hold', async () => {
      const url = await server.createDatabase()
      await using({ options: { url } }, async (store) => {
        await store.receipts.append([entry({ provider: 'a\ud800', metadata: { team: 'a\u0000b' } })])
        const [found] = await everyReceipt(store, { label: { name: 'team', value: 'a\ufffdb' } })
        assert.equal(found?.known.provider, 'a\ufffd')
      })
    })

    test('refuses a database that holds tables of another program', async () => {
      const url = await server.createDatabase()
      await server.query(url, 'create table receipts (total integer)')
      await assert.rejects(openStore({ url }), refusal('refused', /another program/))
      assert.deepEqual(await server.query(url, `select table_name from information_schema.tables where table_schema = 'public'`), [{ table_name: 'receipts' }])
    })

    test('says which server does not answer, without the password', async () => {
      const unanswered = openStore({ url: 'postgres://omni:secret@127.0.0.1:1/x' })
      await assert.rejects(unanswered, (error: Error) => refusal('unavailable', /127\.0\.0\.1:1/)(error) && !error.message.includes('secret'))
      await assert.rejects(openStore({ url: 'not a url' }), refusal('refused', /postgres:\/\//))
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
      const store = await openStore({ url })
      await server.query(url, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
      const one = entry()
      await store.receipts.append([one]).catch(refusal('unavailable'))
      await store.receipts.append([one])
      assert.equal(await store.receipts.count({}, 9), 1)
      await store.close()
    })
  })
}
