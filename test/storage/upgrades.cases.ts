/** How every store comes to today's tables, or refuses to. Each case has a database of its own. */

import assert from 'node:assert/strict'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import { columns, receipt, refusal, using } from './place.ts'
import type { PlaceCases } from './place.ts'

export const upgradeCases: PlaceCases = {
  'change nothing and copy nothing when the tables are those of today': async (place) => {
    const line = receipt()
    await using(place, (store) => store.receipts.append([line]))
    const applied = await place.query('select * from omni_migrations')
    await using(place, async (store) => assert.deepEqual((await store.receipts.list({ limit: 9 })).lines, [line]))
    assert.deepEqual(await place.query('select * from omni_migrations'), applied)
    assert.equal(await place.backups(), 0)
  },

  'add the columns of new signals, with a backup of what was there': async (place) => {
    await using(place, (store) => store.receipts.append([receipt({ region: 'before' })]))
    await using(place, (store) => store.receipts.append([receipt({ region: 'after' })]), [...columns, { name: 'region', kind: 'name' }])
    assert.deepEqual(
      (await place.query('select region from receipts order by id')).map(({ region }) => region),
      [null, 'after'],
    )
    assert.equal(await place.backups(), 1)
    await using(place, async (store) => assert.equal(await store.receipts.count(), 2))
  },

  'keep the newest three backups': async (place) => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (let count = 1; count <= names.length; count += 1) {
      await using(place, (store) => store.ping(), [...columns, ...names.slice(0, count).map((name) => ({ name, kind: 'count' as const }))])
    }
    assert.equal(await place.backups(), 3)
  },

  'refuse a database of a newer version, and leave it as it is': async (place) => {
    await using(place, (store) => store.receipts.append([receipt()]))
    await place.query(`insert into omni_migrations values (99, '9999-later', 'x', 1)`)
    await assert.rejects(openStore({ ...place.options, columns }), refusal('refused', /newer version/))
    assert.equal((await place.query('select id from receipts')).length, 1)
  },

  'refuse a database whose migration is not the one of this version': async (place) => {
    await using(place, (store) => store.ping())
    await place.query(`update omni_migrations set checksum = 'x'`)
    await assert.rejects(openStore({ ...place.options, columns }), refusal('refused', /not the one that this version has/))
  },

  'that fail half-way leave nothing behind': async (place) => {
    const line = receipt()
    await using(place, (store) => store.receipts.append([line]))
    const broken = { name: '9999-broken', up: () => ['create table halfway (id integer)', 'delete from receipts', 'create table halfway (id integer)'] }
    const engine = await openEngine(place.options)
    await assert.rejects(migrate(engine, [...migrations, broken], columns), refusal('refused', /"9999-broken".*nothing was changed/))
    await engine.close()
    await using(place, async (store) => assert.deepEqual((await store.receipts.list({ limit: 9 })).lines, [line]))
    await assert.rejects(place.query('select * from halfway'))
    assert.equal(await place.backups(), 1)
  },

  'two stores share one database': async (place) => {
    await using(place, (first) =>
      using(place, async (second) => {
        await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).receipts.append([receipt(), receipt()])))
        assert.deepEqual([await first.receipts.count(), await second.receipts.count()], [80, 80])
      }),
    )
  },

  'a closed store says so': async (place) => {
    const store = await openStore({ ...place.options, columns })
    await store.close()
    await assert.rejects(store.receipts.append([receipt()]), refusal('closed'))
    await assert.rejects(store.ping(), refusal('closed'))
    await store.close()
  },
}
