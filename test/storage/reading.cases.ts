/** What every store finds and adds up, held against the same done by hand. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import type { ReceiptRecord } from '../../src/receipts/signals.ts'
import { sumNames, type SumName } from '../../src/storage/rollups.ts'
import type { DimensionFilter, ReceiptFilters, Summary } from '../../src/storage/store.ts'
import { dice } from '../choosing.ts'
import { entry, everyReceipt, placed, record } from './place.ts'
import type { StoreCases } from './place.ts'

const hour = 3_600_000
/** Midnight of a day, in UTC. */
const day = 1_789_948_800_000

/** Three days of calls, of which most are alike and some are rare. */
function makeRecords(): readonly ReceiptRecord[] {
  const random = dice(7)
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() ** 2 * values.length)]!
  return Array.from({ length: 6000 }, (_, at) => {
    const cost = pick(null, 0, 9, 10, 12_345, 99_999, 100_000, 5_000_000)
    return record({
      created_at: day + Math.floor((at / 6000) * 72 * hour) + Math.floor(random() * 5000),
      key_id: pick('key_a', 'key_b', null),
      tenant_id: pick('default', 'second', null),
      provider: pick('one', 'two', '', null),
      requested_model: pick('m', 'n', 'o'),
      resolved_model: pick('m', 'n'),
      error: at % 997 === 3 ? 'rare' : null,
      status: pick(200, 429, 500),
      stream: random() < 0.5,
      cost,
      platform_fee: cost === null ? null : Math.round(cost / 100),
      prompt_tokens: pick(null, 10, 1000),
      duration: Math.floor(random() * 1e9),
      user_pseudonym: pick(null, null, 'u1', 'u2'),
      metadata: pick<ReceiptRecord['metadata']>(null, { team: 'red' }, { team: 'blue', app: 'red' }),
    })
  })
}

const records = makeRecords()

const one = (name: string, ...values: readonly (string | null)[]): DimensionFilter => ({ names: [name], values })

const filters: readonly ReceiptFilters[] = [
  {},
  { dimensions: [one('provider', 'one')] },
  { dimensions: [one('provider', '')] },
  { dimensions: [one('provider', null, 'two')] },
  { dimensions: [one('error', 'rare')] },
  { dimensions: [one('error', 'never')] },
  { dimensions: [one('stream', 'true'), one('status', '429', '500'), { names: ['requested_model', 'resolved_model'], values: ['n'] }] },
  { dimensions: [one('error', 'rare'), one('key_id', 'key_b', null)], from: day + 10 * hour },
  { from: day + hour, to: day + 2 * hour },
  { costMin: 10 },
  { costMin: 10, costMax: 99_998 },
  { costMax: 9, dimensions: [one('provider', 'two')] },
  { costMin: 12, costMax: 11 },
  { label: { name: 'team', value: 'blue' } },
  { label: { name: 'app', value: 'red' }, dimensions: [one('status', '500')], user: 'u1' },
  { label: { name: 'team', value: 'app' } },
  { user: 'u2', costMin: 1, to: day + 30 * hour },
]

function fits(call: ReceiptRecord, { dimensions = [], from = 0, to = Infinity, costMin, costMax, label, user }: ReceiptFilters): boolean {
  const textOf = (name: string) => {
    const value = call[name as 'provider' | 'status']
    return value === null ? null : String(value)
  }
  if (costMin !== undefined && (call.cost ?? -1) < costMin) return false
  if (costMax !== undefined && (call.cost ?? Infinity) > costMax) return false
  if (label !== undefined && call.metadata?.[label.name] !== label.value) return false
  if (user !== undefined && call.user_pseudonym !== user) return false
  return call.created_at >= from && call.created_at < to && dimensions.every(({ names, values }) => names.some((name) => values.includes(textOf(name))))
}

const newestFirst = (calls: readonly ReceiptRecord[]) => calls.toReversed().toSorted((left, right) => right.created_at - left.created_at)

export const readingCases: StoreCases = {
  'are found by every filter, newest first, however rare they are': async (store) => {
    for (let at = 0; at < records.length; at += 400) await store.receipts.append(records.slice(at, at + 400).map((call) => entry(call, placed(at))))
    for (const filter of filters) {
      const wanted = newestFirst(records.filter((call) => fits(call, filter))).map(({ id }) => id)
      for (const limit of wanted.length > 500 ? [200] : [200, 7]) {
        assert.deepEqual(
          (await everyReceipt(store, filter, limit)).map(({ id }) => id),
          wanted,
          JSON.stringify(filter),
        )
      }
    }
  },

  'are counted up to what was asked': async (store) => {
    for (const filter of filters.filter(({ label, user }) => label === undefined && user === undefined)) {
      const there = records.filter((call) => fits(call, filter)).length
      assert.equal(await store.receipts.count(filter, 10_000), there, JSON.stringify(filter))
      assert.equal(await store.receipts.count(filter, 5), Math.min(there, 5))
    }
  },

  'are added up by hour, by day and over all, by any dimensions': async (store) => {
    const spans = [{}, { from: day, to: day + 48 * hour }, { from: day + 5 * hour, to: day + 7 * hour }, { from: day + 20 * hour, to: day + 50 * hour }]
    for (const per of ['hour', 'day', 'total'] as const) {
      for (const by of [[], ['provider'], ['status', 'stream']]) {
        for (const span of spans) {
          const filter = { ...span, dimensions: [one('requested_model', 'm', 'o')] }
          const found = await store.receipts.summarize({ by, per, ...filter })
          const wanted = addUp(
            records.filter((call) => fits(call, filter)),
            by,
            per,
          )
          assert.deepEqual(new Map(found.map(({ period, values, sums }) => [JSON.stringify([period, ...values]), sums])), wanted, `${per} ${by.join()}`)
        }
      }
    }
  },

  'are added up by the values of one dimension as by combinations, and as by hand': async (store) => {
    const random = dice(13)
    const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)]!
    for (let turn = 0; turn < 60; turn += 1) {
      const name = pick('provider', 'key_id', 'error', 'requested_model', 'tenant_id')
      const by = pick([], [name], [name, 'tenant_id'].slice(0, name === 'tenant_id' ? 1 : 2), ['tenant_id'])
      const own = pick([], [one(name, pick('one', 'key_a', 'm', 'second', null), '')])
      const dimensions = [...own, ...pick([], [], [one('tenant_id', 'default', null)])]
      const unit = pick(hour, 24 * hour)
      const from = day + Math.floor(random() * 48 * (hour / unit)) * unit
      const filter = { dimensions, ...pick({}, { from }, { from, to: from + 24 * hour + pick(0, 5) * unit }) }
      const per = pick('day' as const, 'total' as const)
      const about = JSON.stringify({ by, per, filter })
      const found = keyed(await store.receipts.summarize({ by, per, ...filter }))
      const split = await store.receipts.summarize({ by: [...by, 'status', 'stream'], per, ...filter })
      const combined = folded(split, by.length)
      if (by.length === 0 && per === 'total' && split.length === 0) assert.equal(found[0]?.[1].calls, '0', about)
      else assert.deepEqual(found, combined, about)
      const fitting = records.filter((call) => fits(call, filter))
      assert.deepEqual(new Map(found), addUp(fitting, by, per), about)
    }
  },

  'are added up exactly where the sum is more than a number can tell': async (store) => {
    const cost = 8_000_000_000_000_001
    await store.receipts.append(Array.from({ length: 5 }, () => entry({ route: 'dear', cost })))
    const [total] = await store.receipts.summarize({ by: ['route'], per: 'total', dimensions: [one('route', 'dear')] })
    assert.equal(total?.sums.cost, String(BigInt(cost) * 5n))
  },

  'count models by themselves until too many are new in an hour, and keep the others’ names': async (store) => {
    const at = day + 1000 * hour
    const many = Array.from({ length: 2100 }, (_, number) => entry({ created_at: at, route: 'made-up', requested_model: `made-up-${number}` }))
    await store.receipts.append(many)
    const grouped = await store.receipts.summarize({ by: ['requested_model'], per: 'total', dimensions: [one('route', 'made-up')] })
    assert.equal(grouped.length, 2001)
    assert.equal(grouped.find(({ values }) => values[0] === 'other')?.sums.calls, '100')
    await store.receipts.append([entry({ created_at: at + hour, route: 'made-up', requested_model: 'made-up-2050' })])
    const [own] = await store.receipts.summarize({ by: [], per: 'total', dimensions: [one('requested_model', 'made-up-2050')] })
    assert.equal(own?.sums.calls, '1')
  },
}

const keyed = (sums: readonly Summary[]) => sums.map(({ period, values, sums: own }) => [JSON.stringify([period, ...values]), own] as const)

/** Sums by fewer dimensions: those by the first so many values, in order. */
function folded(split: readonly Summary[], count: number): ReturnType<typeof keyed> {
  const groups = Map.groupBy(split, ({ period, values }) => JSON.stringify([period, ...values.slice(0, count)]))
  return [...groups].map(([key, group]) => {
    const sum = (name: SumName) => {
      const numbers = group.map(({ sums }) => BigInt(sums[name]))
      return String(numbers.reduce((left, right) => (name === 'longest' ? (left > right ? left : right) : left + right)))
    }
    return [key, Object.fromEntries(sumNames.map((name) => [name, sum(name)])) as Summary['sums']] as const
  })
}

function addUp(calls: readonly ReceiptRecord[], by: readonly string[], per: 'hour' | 'day' | 'total') {
  const unit = { hour, day: 24 * hour, total: Infinity }[per]
  const groups = Map.groupBy(calls, (call) => {
    const values = by.map((name) => call[name as 'provider']).map((value) => (value === null ? null : String(value)))
    return JSON.stringify([per === 'total' ? null : Math.floor(call.created_at / unit) * unit, ...values])
  })
  if (by.length === 0 && per === 'total' && groups.size === 0) groups.set('[null]', [])
  return new Map([...groups].map(([key, group]) => [key, sumsOf(group)]))
}

function sumsOf(calls: readonly ReceiptRecord[]) {
  const sum = (read: (call: ReceiptRecord) => number | null) => String(calls.reduce((total, call) => total + (read(call) ?? 0), 0))
  return {
    calls: String(calls.length),
    prompt_tokens: sum((call) => call.prompt_tokens),
    completion_tokens: sum((call) => call.completion_tokens),
    cached_tokens: sum((call) => call.cached_tokens),
    reasoning_tokens: sum((call) => call.reasoning_tokens),
    cost: sum((call) => call.cost),
    platform_fee: sum((call) => call.platform_fee),
    unknown_costs: sum((call) => (call.cost === null ? 1 : 0)),
    duration: sum((call) => call.duration),
    longest: String(calls.reduce((longest, call) => Math.max(longest, call.duration), 0)),
  }
}
