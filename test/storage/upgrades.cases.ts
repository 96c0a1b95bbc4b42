/** How every store comes to today's tables, or refuses to. Each case has a database of its own. */

import assert from 'node:assert/strict'
import { dimensions } from '../../src/receipts/index-entry.ts'
import { writeRecord } from '../../src/receipts/line.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import { sumNames } from '../../src/storage/rollups.ts'
import type { Store } from '../../src/storage/store.ts'
import { entry, everyReceipt, record, refusal, upgradeTo, using } from './place.ts'
import type { PlaceCases } from './place.ts'

export const upgradeCases: PlaceCases = {
  'change nothing and copy nothing when the tables are those of today': async (place) => {
    await using(place, (store) => store.receipts.append([entry()]))
    const applied = await place.query('select * from omni_migrations')
    await using(place, async (store) => assert.equal((await everyReceipt(store)).length, 1))
    assert.deepEqual(await place.query('select * from omni_migrations'), applied)
    assert.equal(await place.backups(), 0)
  },

  'add the columns of new dimensions, with a backup of what was there': async (place) => {
    await using(place, (store) => store.receipts.append([entry()]))
    const engine = await openEngine(place.options)
    await migrate(engine, migrations, [...dimensions, 'zone'])
    await engine.close()
    assert.deepEqual(
      (await place.query('select zone from combos')).map(({ zone }) => zone),
      [null],
    )
    assert.equal(await place.backups(), 1)
    await using(place, async (store) => {
      await store.receipts.append([entry()])
      assert.equal((await everyReceipt(store)).length, 2)
    })
  },

  'make the sums by values anew where those there are of other dimensions': async (place) => {
    const sumsOf = (store: Store) => store.receipts.summarize({ by: ['provider'], per: 'day' })
    let before: unknown
    await using(place, async (store) => {
      await store.receipts.append([1, 2, 3].map((at) => entry({ provider: at < 3 ? 'one' : null, cost: at, created_at: 1_790_000_000_000 + at * 86_400_000 })))
      before = await sumsOf(store)
    })
    await place.query(`update facts set value = 'provider zone' where name = 'summed_by'`)
    await place.query(`update rollups_value set calls = 100 where value = 'one'`)
    await place.query(`insert into rollups_value select 'zone', period, value, tenant, ${sumNames.join(', ')} from rollups_value where dimension = 'provider'`)
    await using(place, async (store) => assert.deepEqual(await sumsOf(store), before))
    assert.deepEqual(await place.query(`select 1 from rollups_value where dimension = 'zone'`), [])
  },

  'let no dimension into SQL whose name is no plain word': async (place) => {
    const engine = await openEngine(place.options)
    for (const name of ['a"b', 'A', '1a', '', 'a b', 'é', 'a'.repeat(64)]) await assert.rejects(migrate(engine, migrations, [name]), TypeError)
    await engine.close()
  },

  'carry receipts over from before there was a log, and add them up': async (place) => {
    const engine = await openEngine(place.options)
    await migrate(engine, migrations.slice(0, 4), [])
    await engine.close()
    const first = record({ provider: 'one', cost: 7, key_id: 'key_a' })
    const { content_mode: _, ...older } = record({ provider: 'two', cost: null, created_at: 1_790_000_090_000 })
    const lines = [writeRecord(first), JSON.stringify(older)]
    const rows = [first, older].map(({ id, created_at }, at) => `('${id}', ${created_at}, null, '${lines[at]}')`)
    await place.query(`insert into receipts (id, created_at, key_id, body) values ${rows.join(', ')}`)
    for (const turn of [1, 2]) {
      await using(place, async (store) => {
        const found = await everyReceipt(store)
        assert.deepEqual(
          found.map(({ body, place: where }) => [body, where]),
          [
            [lines[1], undefined],
            [lines[0], undefined],
          ],
          `start ${turn}`,
        )
        const [total] = await store.receipts.summarize({ by: [], per: 'total' })
        assert.deepEqual([total?.sums.calls, total?.sums.cost, total?.sums.unknown_costs], ['2', '7', '1'])
      })
    }
    assert.equal(await place.backups(), 1)
    await assert.rejects(place.query('select * from receipts_before'))
  },

  'keep the newest three backups': async (place) => {
    for (let count = 0; count <= 5; count += 1) await upgradeTo(place, count)
    assert.equal(await place.backups(), 3)
  },

  'refuse a database of a newer version, and leave it as it is': async (place) => {
    await using(place, (store) => store.receipts.append([entry()]))
    await place.query(`insert into omni_migrations values (99, '9999-later', 'x', 1)`)
    await assert.rejects(openStore(place.options), refusal('refused', /newer version/))
    assert.equal((await place.query('select id from receipts')).length, 1)
  },

  'refuse a database whose migration is not the one of this version': async (place) => {
    await using(place, (store) => store.ping())
    await place.query(`update omni_migrations set checksum = 'x'`)
    await assert.rejects(openStore(place.options), refusal('refused', /not the one that this version has/))
  },

  'that fail half-way leave nothing behind': async (place) => {
    await using(place, (store) => store.receipts.append([entry()]))
    const broken = { name: '9999-broken', up: () => ['create table halfway (id integer)', 'delete from receipts', 'create table halfway (id integer)'] }
    const engine = await openEngine(place.options)
    await assert.rejects(migrate(engine, [...migrations, broken], dimensions), refusal('refused', /"9999-broken".*nothing was changed/))
    await engine.close()
    await using(place, async (store) => assert.equal((await everyReceipt(store)).length, 1))
    await assert.rejects(place.query('select * from halfway'))
    assert.equal(await place.backups(), 1)
  },

  'two stores share one database': async (place) => {
    await using(place, (first) =>
      using(place, async (second) => {
        await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).receipts.append([entry(), entry()])))
        assert.deepEqual([await first.receipts.count({}, 999), (await everyReceipt(second)).length], [80, 80])
        const [total] = await second.receipts.summarize({ by: [], per: 'total' })
        assert.equal(total?.sums.calls, '80')
      }),
    )
  },

  'a closed store says so': async (place) => {
    const store = await openStore(place.options)
    await store.close()
    await assert.rejects(store.receipts.append([entry()]), refusal('closed'))
    await assert.rejects(store.ping(), refusal('closed'))
    await store.close()
  },
}
