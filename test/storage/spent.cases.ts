/** What every store tells of what was spent of budgets. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import type { StoreCases } from './place.ts'

const under = 'budget:money|month'
const from = 1000

export const spentCases: StoreCases = {
  'the sum of what was spent, the debt of before, and what living processes hold': async ({ spent }, { query }) => {
    assert.deepEqual(await spent.list({ under, from, most: 10 }), [])
    await query(`insert into spending (counter, window_from, spent) values
      ('${under}|key=a', 1000, 30), ('${under}|key=b', 1000, 9007199254740000), ('${under}|key=c', 1000, 0), ('${under}|key=a', 999, 77),
      ('${under}ly', 1000, 5), ('budget:money2|month', 1000, 5), ('budget:money|day', 1000, 5)`)
    await query(`insert into counters (id, window_from, taken, filled_at, capacity, ends_at) values ('${under}|key=a', 1000, 12, 0, 100, null)`)
    await query(`insert into holders (instance, ends_at) values ('ins_alive', ${Date.now() + 60_000}), ('ins_dead', ${Date.now() - 1})`)
    await query(`insert into shares (counter, window_from, instance, held) values
      ('${under}|key=a', 1000, 'ins_alive', 5), ('${under}|key=a', 1000, 'ins_dead', 50), ('${under}|key=d', 1000, 'ins_alive', 7)`)
    assert.deepEqual(await spent.list({ under, from, most: 10 }), [
      { counter: `${under}|key=b`, spent: 9_007_199_254_740_000, reserved: 0 },
      { counter: `${under}|key=a`, spent: 42, reserved: 5 },
      { counter: `${under}|key=c`, spent: 0, reserved: 0 },
      { counter: `${under}|key=d`, spent: 0, reserved: 7 },
    ])
  },

  'is read piece by piece, of those alone of which so much was spent': async ({ spent }) => {
    const read = async (behind: string) => (await spent.list({ under, from, most: 1, least: 30, behind })).map(({ counter }) => counter.at(-1))
    assert.deepEqual([await read(''), await read(`${under}|key=a`), await read(`${under}|key=b`)], [['a'], ['b'], []])
    assert.deepEqual(await spent.list({ under: 'budget:none|month', from, most: 10 }), [])
  },
}
