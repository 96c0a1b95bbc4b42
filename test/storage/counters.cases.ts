/** What the bank of counters does in every database. The cases run on one store, each on counters of its own. */

import assert from 'node:assert/strict'
import type { Bank, CounterAsk, CounterState, CounterTerms } from '../../src/policy/counter.ts'
import { openCounters } from '../../src/storage/counters.ts'
import { entry } from './place.ts'
import type { Place, StoreCases } from './place.ts'

const hour = 3_600_000
const today = Math.floor(Date.now() / hour) * hour
const slots = (id: string, capacity: number): CounterTerms => ({ kind: 'slots', id, capacity })
const bucket = (id: string, capacity: number, period = 24 * hour): CounterTerms => ({ kind: 'bucket', id, capacity, period })
const money = (id: string, capacity: number, from = today): CounterTerms => {
  return { kind: 'window', id, capacity, from, to: from + 24 * hour, before: from - 24 * hour }
}

const ask = (terms: CounterTerms, parts: Partial<CounterAsk> = {}): CounterAsk => ({ terms, least: 0, most: 0, held: 0, used: 0, ...parts })
const need = (terms: CounterTerms, amount: number, held = 0): CounterAsk => ask(terms, { least: amount, most: amount, held })
const one = async (bank: Bank, asked: CounterAsk): Promise<CounterState> => (await bank.exchange([asked])).states[0]!

let made = 0

/** So many processes, which leave when they are done. */
async function among({ options }: Place, count: number, work: (banks: readonly Bank[]) => Promise<void>): Promise<void> {
  const banks = await Promise.all(Array.from({ length: count }, () => openCounters(options, `ins_${(made += 1)}`)))
  try {
    await Promise.all(banks.map((bank) => bank.keep(60_000)))
    await work(banks)
  } finally {
    await Promise.all(banks.map((bank) => bank.close()))
  }
}

export const counterCases: StoreCases = {
  'give what is needed, up to a sixteenth of what is free beyond it, and nothing where it serves no call': (_store, place) =>
    among(place, 2, async ([a, b]) => {
      for (const terms of [slots('give', 320), bucket('give 2', 320), money('give 3', 320)]) {
        assert.deepEqual(await one(a!, need(terms, 1)), { granted: 20, left: 300, elsewhere: 0 })
        assert.deepEqual(await one(b!, ask(terms, { least: 301, most: 400 })), { granted: 0, left: 300, elsewhere: 20 })
        assert.deepEqual(await one(b!, ask(terms, { least: 5, most: 400 })), { granted: 300, left: 0, elsewhere: 20 })
        assert.deepEqual(await one(b!, ask(terms, { held: 290 })), { granted: 0, left: 10, elsewhere: 20 })
        assert.deepEqual(await one(a!, need(terms, 30)), { granted: 30, left: 0, elsewhere: 290 })
      }
    }),

  '(routing 31) give out exactly what there is, whoever asks at once': (_store, place) =>
    among(place, 4, async (banks) => {
      const all = [slots('once', 10), bucket('once 2', 10), money('once 3', 10)]
      const taking = banks.map(async (bank) => {
        const held = all.map(() => 0)
        for (let turn = 0; turn < 25; turn += 1) {
          const { states } = await bank.exchange(all.map((terms, at) => need(terms, 1, held[at])))
          states.forEach(({ granted }, at) => (held[at]! += granted))
        }
        return held
      })
      const held = await Promise.all(taking)
      assert.deepEqual(
        all.map((_, at) => held.reduce((sum, amounts) => sum + amounts[at]!, 0)),
        [10, 10, 10],
      )
    }),

  'take an ask that comes again as the same one, and never for more': (_store, place) =>
    among(place, 1, async ([bank]) => {
      for (const terms of [slots('again', 20), money('again 2', 20), bucket('again 3', 20)]) {
        for (let turn = 0; turn < 3; turn += 1) assert.deepEqual(await one(bank!, need(terms, 20)), { granted: 20, left: 0, elsewhere: 0 })
        assert.deepEqual(await one(bank!, ask(terms)), { granted: 0, left: 20, elsewhere: 0 })
      }
    }),

  '(routing 33) fill up a bucket after its debt': (_store, place) =>
    among(place, 1, async ([bank]) => {
      const terms = bucket('debt', 10)
      await one(bank!, need(terms, 4))
      assert.deepEqual(await one(bank!, ask(terms, { used: 25 })), { granted: 0, left: -15, elsewhere: 0 })
      await place.query(`update counters set filled_at = filled_at - ${12 * hour} where id = 'debt'`)
      assert.equal((await one(bank!, ask(terms))).left, -10)
      await place.query(`update counters set filled_at = filled_at - ${36 * hour} where id = 'debt'`)
      assert.deepEqual(await one(bank!, need(terms, 6)), { granted: 0, left: 5, elsewhere: 0 })
    }),

  '[C52] (routing 36) fill up nothing where the clock was set back, until it has come as far again': (_store, place) =>
    among(place, 1, async ([bank]) => {
      const terms = bucket('clock', 600, hour)
      await one(bank!, need(terms, 600))
      await one(bank!, ask(terms, { used: 600 }))
      await place.query(`update counters set filled_at = filled_at + ${hour / 6} where id = 'clock'`)
      for (let turn = 0; turn < 3; turn += 1) assert.equal((await one(bank!, ask(terms))).left, 0)
      await place.query(`update counters set filled_at = filled_at - ${hour / 3} where id = 'clock'`)
      assert.equal((await one(bank!, ask(terms))).left, 100)
    }),

  '(routing 38) open a window by their own clock, not by that of whoever asks': (_store, place) =>
    among(place, 1, async ([bank]) => {
      for (const from of [today - 48 * hour, today + 2 * hour]) assert.equal((await one(bank!, need(money('early', 10, from), 1))).granted, 0)
      assert.ok(Math.abs((await bank!.exchange([])).at - Date.now()) < 2000)
    }),

  '[C47] count what receipts spent, each once, in the transaction that indexes it': (store, place) =>
    among(place, 1, async ([bank]) => {
      const [terms, other] = [money('budget:spent|day|team=a@b', 100), money('budget:spent|month', 100)]
      const receipt = entry({ budgets: [terms, other].map(({ id }) => `${id}@${today}`), budget_settled: 30 })
      await store.receipts.append([receipt, entry({ budgets: null, budget_settled: null })])
      for (let turn = 0; turn < 2; turn += 1) await store.receipts.append([receipt, entry({ budgets: [`${terms.id}@${today}`], budget_settled: 5 })])
      assert.equal((await one(bank!, ask(terms))).left, 60)
      assert.deepEqual(await one(bank!, need(other, 71)), { granted: 0, left: 70, elsewhere: 0 })
    }),

  '[C47] count what the receipts of one batch spent together, and those that it brings twice or that were there once': (store, place) =>
    among(place, 1, async ([bank]) => {
      const [terms, other] = [money('budget:batch|day', 100), money('budget:batch|month', 100)]
      const both = [terms, other].map(({ id }) => `${id}@${today}`)
      const [first, second, third] = [both, both, [both[1]!]].map((budgets, at) => entry({ budgets, budget_settled: at + 1 }))
      await store.receipts.append([first!])
      await store.receipts.append([first!, second!, second!, third!, entry({ budgets: [], budget_settled: 50 })])
      assert.deepEqual([(await one(bank!, ask(terms))).left, (await one(bank!, ask(other))).left], [97, 94])
    }),

  'carry what was spent beyond a window into the next, with what is told late': (store, place) =>
    among(place, 1, async ([bank]) => {
      const id = 'budget:carry|day'
      const spend = (from: number, amount: number) => store.receipts.append([entry({ budgets: [`${id}@${from}`], budget_settled: amount })])
      await one(bank!, ask(money(id, 100, today - 24 * hour)))
      await spend(today - 24 * hour, 130)
      assert.equal((await one(bank!, ask(money(id, 100)))).left, 70)
      await spend(today - 24 * hour, 15)
      await spend(today, 5)
      assert.equal((await one(bank!, ask(money(id, 100)))).left, 50)
      const [row] = await place.query(`select taken from counters where id = '${id}' and window_from = ${today}`)
      assert.equal(Number(row!['taken']), 45)
    }),

  'let a window in which nothing was spent bear the debt of the one before it': (store, place) =>
    among(place, 1, async ([bank]) => {
      const id = 'budget:pause|day'
      await one(bank!, ask(money(id, 100, today - 48 * hour)))
      await store.receipts.append([entry({ budgets: [`${id}@${today - 48 * hour}`], budget_settled: 230 })])
      assert.equal((await one(bank!, ask(money(id, 100)))).left, 70)
    }),

  '(routing 34) free slots and money of a process whose lease has ended, and leave its part of a bucket taken': (_store, place) =>
    among(place, 2, async ([a, b]) => {
      const all = [slots('lease', 8), money('lease 2', 8), bucket('lease 3', 8)]
      await a!.exchange(all.map((terms) => need(terms, 8)))
      assert.deepEqual(
        (await b!.exchange(all.map((terms) => need(terms, 1)))).states.map(({ elsewhere }) => elsewhere),
        [8, 8, 8],
      )
      await a!.keep(-1)
      assert.deepEqual(
        (await b!.exchange(all.map((terms) => need(terms, 8)))).states.map(({ granted }) => granted),
        [8, 8, 0],
      )
      await b!.keep(60_000)
      const kept = await place.query(`select counter, instance from shares where counter like 'lease%' order by 1`)
      assert.deepEqual(
        kept.map(({ counter }) => counter),
        ['lease', 'lease 2'],
      )
    }),

  'believe a process that was away what its calls hold, and charge it no second time': (_store, place) =>
    among(place, 2, async ([a, b]) => {
      const [calls, tokens] = [slots('away', 8), bucket('away 2', 8)]
      await a!.exchange([need(calls, 6), need(tokens, 6)])
      await a!.keep(-1)
      await b!.keep(60_000)
      await b!.exchange([need(calls, 8)])
      await a!.keep(60_000)
      const { states } = await a!.exchange([ask(calls, { held: 6 }), ask(tokens, { held: 4, used: 2 })])
      assert.deepEqual(states, [
        { granted: 0, left: -6, elsewhere: 8 },
        { granted: 0, left: 2, elsewhere: 0 },
      ])
    }),

  '(routing 35) count up to what whole numbers can tell': (store, place) =>
    among(place, 1, async ([bank]) => {
      const most = Number.MAX_SAFE_INTEGER
      const [calls, tokens, dollars] = [slots('most', most), bucket('most 2', most), money('budget:most|day', most)]
      for (const terms of [calls, tokens, dollars]) {
        assert.deepEqual(await one(bank!, need(terms, most)), { granted: most, left: 0, elsewhere: 0 })
        assert.equal((await one(bank!, ask(terms, { held: most, used: terms === tokens ? most : 0 }))).granted, 0)
      }
      assert.ok((await one(bank!, ask({ ...tokens, capacity: 1 }, { used: most }))).left <= 1 - most / 2)
      for (let turn = 0; turn < 2; turn += 1) {
        assert.equal((await one(bank!, ask(dollars))).left, turn === 0 ? most : 0)
        for (let more = 0; more < 2; more += 1) await store.receipts.append([entry({ budgets: [`${dollars.id}@${today}`], budget_settled: most })])
      }
    }),

  '[C64] forget counters that are over, with what was spent of them, and keep those without an end': (store, place) =>
    among(place, 1, async ([bank]) => {
      const forever: CounterTerms = { kind: 'window', id: 'budget:over|total', capacity: 9, from: 0, to: null, before: null }
      const all = [slots('over', 9), bucket('over 2', 9), money('budget:over|day', 9), forever]
      await bank!.exchange(all.map((terms) => need(terms, 1)))
      await bank!.exchange(all.map((terms) => ask(terms)))
      await store.receipts.append([entry({ budgets: [`budget:over|day@${today}`, 'budget:over|total@0'], budget_settled: 1 })])
      const left = async () => [
        ...(await place.query(`select id from counters where id like '%over%' order by id`)),
        ...(await place.query(`select counter as id from spending where counter like '%over%' order by counter`)),
      ]
      await bank!.keep(60_000)
      assert.equal((await left()).length, 6)
      await place.query(`update counters set ends_at = ends_at - ${200 * hour} where id like '%over%'`)
      await bank!.keep(60_000)
      assert.deepEqual(
        (await left()).map(({ id }) => id),
        [forever.id, forever.id],
      )
    }),
}
