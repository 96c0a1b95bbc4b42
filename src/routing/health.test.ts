/** What is remembered of places stays within bounds, and what the configuration names is not forgotten for what clients invent. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, routingTable } from '../../test/routing.ts'
import { openai } from '../providers/openai.ts'
import { Health } from './health.ts'
import { placesOf } from './place.ts'
import { resolve } from './resolve.ts'
import type { Connection } from './target.ts'

const deadlines = { connect: 1, firstByteStreamed: 2, firstByteWhole: 3, firstWord: 4, idle: 5, progress: 5, total: 6 }
const east: Connection = {
  name: 'east',
  provider: openai,
  origin: 'https://east.example',
  host: 'east.example',
  basePath: '',
  models: [],
  deadlines,
  isCustom: false,
}

test('names that clients invent neither grow what is known, nor part a chain from the health of its targets', () => {
  const table = routingTable({ connections: new Map([['east', east]]), chains: new Map([['pair', chainOf('pair', ['east/one', 'east/two'])]]) })
  const { health, known } = table
  const plan = resolve({ model: 'pair', fallbacks: [] }, table)
  for (let at = 0; at < 50_000; at += 1) resolve({ model: `east/invented-${at}`, fallbacks: [] }, table)
  assert.ok([...health].length <= 20_000)
  assert.ok(known.size <= 2001)
  assert.equal(resolve({ model: 'pair', fallbacks: [] }, table), plan, 'the chain is not put together anew')
  const [one] = plan.root.leaves
  for (const place of one!.places) assert.equal(health.find(place.name), place)
})

test('targets of a configuration that is no more are forgotten like all others', () => {
  const table = routingTable({ connections: new Map([['east', east]]), chains: new Map([['pair', chainOf('pair', ['east/one'])]]) })
  resolve({ model: 'pair', fallbacks: [] }, table)
  table.health.beginAnew()
  for (let at = 0; at < 25_000; at += 1) resolve({ model: `east/invented-${at}`, fallbacks: [] }, table)
  assert.equal(table.health.find('target:east/one'), undefined)
})

test('keys are forgotten with a new configuration, but for those that have calls under way', () => {
  const { health } = routingTable({ connections: new Map([['east', east]]) })
  const [idle, busy] = [health.place('key:idle'), health.place('key:busy')]
  for (const key of [idle, busy]) key.begin(0)
  idle.end(0)
  health.beginAnew()
  assert.deepEqual([health.find('key:idle'), health.find('key:busy')], [undefined, busy])
})

test('places of connections that are no more are forgotten where they are idle and may be asked; the others stay', () => {
  const { health } = routingTable()
  const secret = { ...east, account: 'red', secretMark: 'aaaa', quota: 'shared' }
  const mine = ['provider:east', 'account:east@red#aaaa', 'target:east@red/invented', 'quota:shared', 'key:one']
  const gone = ['provider:west', 'account:west#bbbb', 'target:west/m', 'account:east@red#old', 'target:east@blue/m', 'quota:other']
  for (const name of [...mine, ...gone]) health.place(name)
  health.place('target:west/busy').begin(0)
  const left = health.place('target:west/left')
  left.eject(performance.now(), left.begin(0), { reason: 'rate_limit_exceeded', isBroken: false, told: 1e6 })
  left.end(0)
  health.forgetAllBut(placesOf([secret]))
  assert.deepEqual(
    [...health].map(({ name }) => name),
    [...mine, 'target:west/busy', 'target:west/left'],
  )
})

test('an account that is named without the mark of its secret is trusted again with all of its secrets, and no other is', () => {
  const { health } = routingTable()
  const names = ['account:alpha@red#4f71c995', 'account:alpha@red#old', 'account:alpha@redder#4f71c995', 'account:alpha#4f71c995']
  for (const name of names) {
    const standing = health.place(name)
    standing.eject(performance.now(), standing.begin(0), { reason: 'upstream_auth_error', isBroken: false, told: 1e6 })
  }
  assert.deepEqual([health.reset('account:alpha@red'), health.reset('account:alpha@red'), health.reset(names[2]), health.reset('account:alp')], [2, 0, 1, 0])
  assert.equal(health.reset('account:alpha'), 1)
})

test('targets that clients invent are forgotten also where all of them are left alone', () => {
  const { health } = routingTable()
  for (let at = 0; at < 25_000; at += 1) {
    const standing = health.place(`target:east/invented-${at}`)
    standing.eject(performance.now(), standing.begin(0), { reason: 'rate_limit_exceeded', isBroken: false, told: 1e6 })
    standing.end(0)
  }
  assert.ok([...health].length <= 20_000)
})

test('a limit holds until a new configuration says its own, and of one configuration the narrowest', () => {
  const { health } = routingTable()
  const standing = health.place('provider:east')
  health.limit(standing, 5)
  health.limit(standing, 3)
  health.limit(standing)
  health.beginAnew()
  assert.equal(standing.limit, 3)
  health.limit(standing, 7)
  assert.equal(standing.limit, 7)
})

test('what is imagined on top of it narrows nobody', () => {
  const { health } = routingTable()
  const standing = health.place('provider:east')
  health.limit(standing, 5)
  const imagined = new Health(health.terms, health)
  imagined.limit(imagined.place('provider:east'), 1)
  assert.equal(standing.limit, 5)
})

test('[B22] what was stored before the clock was set back by an hour is not out for an hour longer', () => {
  const { health } = routingTable()
  const storedAt = Date.now() + 3_600_000
  health.adopt([{ place: 'target:east/one', reason: 'rate_limit_exceeded', isBroken: false, until: storedAt + 30_000, times: 1, changedAt: storedAt }])
  const outFor = health.find('target:east/one')!.outFor(performance.now())
  assert.ok(outFor > 29_000 && outFor <= 30_000, `${outFor} ms`)
})
