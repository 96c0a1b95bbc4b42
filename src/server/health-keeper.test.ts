/** What is known of health goes on without the database, and is stored once it is back. */

import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { healthTerms } from '../../test/routing.ts'
import { eventually } from '../../test/gateway.ts'
import { Health } from '../routing/health.ts'
import type { Places, StoredPlace } from '../storage/store.ts'
import { Log } from '../telemetry/log.ts'
import { HealthKeeper } from './health-keeper.ts'

/** A table of places in memory, that can be out of reach. */
class Table implements Places {
  isGone = false
  writes = 0
  readonly rows = new Map<string, StoredPlace>()

  async put(instance: string, records: Parameters<Places['put']>[1]): Promise<void> {
    this.writes += 1
    if (this.isGone) throw new Error('gone')
    for (const record of records) this.rows.set(record.place, { ...record, instance })
  }

  async list(): Promise<readonly StoredPlace[]> {
    if (this.isGone) throw new Error('gone')
    return [...this.rows.values()]
  }

  async sweep(): Promise<void> {}
}

function open(table: Table, instance: string) {
  const health = new Health(healthTerms)
  const log = new Log(new Writable({ write: (_chunk, _encoding, done) => done() }), 'error')
  const ejected: string[] = []
  const keeper = new HealthKeeper({ health, places: table, instance, log, metrics: { eject: (kind, reason) => ejected.push(`${kind} ${reason}`) } })
  const leave = (place: string, ms = 60_000) => {
    const standing = health.place(place)
    standing.eject(performance.now(), standing.epoch, { reason: 'rate_limit_exceeded', isBroken: false, told: ms })
  }
  return { health, keeper, leave, ejected }
}

test('a database that cannot be asked loses nothing, and is written to in one go', async () => {
  const table = new Table()
  const { keeper, leave, health, ejected } = open(table, 'one')
  await keeper.start()
  table.isGone = true
  for (let at = 0; at < 1000; at += 1) leave(`target:east/${at}`)
  await eventually(() => table.writes > 0)
  assert.equal(health.place('target:east/0').stateAt(performance.now()), 'open')
  table.isGone = false
  await eventually(() => table.rows.size === 1000)
  assert.ok(table.writes <= 4, `${table.writes} writes`)
  assert.deepEqual(new Set(ejected), new Set(['target rate_limit_exceeded']))
  await keeper.close()
})

test('the last word stands: what is trusted again while the database was gone is stored as that', async () => {
  const table = new Table()
  const { keeper, leave, health } = open(table, 'one')
  await keeper.start()
  table.isGone = true
  leave('target:east/m')
  await eventually(() => table.writes > 0)
  health.reset()
  table.isGone = false
  await keeper.close()
  assert.equal(table.rows.get('target:east/m')?.until, 0)
})

test('what others found out is taken over once, and not said again', async () => {
  const table = new Table()
  const one = open(table, 'one')
  const two = open(table, 'two')
  await one.keeper.start()
  await two.keeper.start()
  one.leave('account:east#1a2b3c4d')
  const standing = await eventually(() => two.health.find('account:east#1a2b3c4d'))
  assert.equal(standing.stateAt(performance.now()), 'open')
  assert.deepEqual([two.ejected, table.rows.get('account:east#1a2b3c4d')!.instance], [[], 'one'])
  // Its own knowledge comes after the other's: an old row must not undo it.
  standing.reset(performance.now())
  await eventually(() => table.rows.get('account:east#1a2b3c4d')?.until === 0)
  await eventually(() => one.health.find('account:east#1a2b3c4d')?.stateAt(performance.now()) === 'closed')
  await one.keeper.close()
  await two.keeper.close()
})
