/** What every store must do with what was done through the control API. */

import assert from 'node:assert/strict'
import type { StoreCases } from './place.ts'

export const actionCases: StoreCases = {
  'are listed newest first, page by page, by whom and when, and forgotten in time': async ({ actions }) => {
    const nothing = { kind: null, target: null, before: null, after: null, count: null }
    for (let at = 1; at <= 5; at += 1) await actions.add({ ...nothing, at, action: 'key_created', by: at % 2 === 0 ? 'rita' : 'admin', target: `key_${at}` })
    const whole = await actions.list({ most: 10 })
    assert.deepEqual(
      whole.map(({ at }) => at),
      [5, 4, 3, 2, 1],
    )
    const page = await actions.list({ most: 2, behind: whole[1]!.id })
    assert.deepEqual(
      page.map(({ target }) => target),
      ['key_3', 'key_2'],
    )
    assert.deepEqual(
      (await actions.list({ most: 10, by: 'rita', from: 3, to: 5 })).map(({ at }) => at),
      [4],
    )
    await actions.add({ ...nothing, at: 3, action: 'limit_stored', by: 'admin', kind: 'limit', target: 'key_3', before: 'one', after: 'two' })
    const found = async (query: object) => (await actions.list({ most: 10, ...query })).map(({ action }) => action)
    assert.deepEqual(await found({ target: 'key_3' }), ['limit_stored', 'key_created'])
    for (const query of [{ kind: 'limit' }, { hash: 'one' }, { hash: 'two' }]) assert.deepEqual(await found(query), ['limit_stored'])
    assert.deepEqual([await found({ hash: 'three' }), await found({ kind: 'key' })], [[], []])
    await actions.sweep(4)
    assert.equal((await actions.list({ most: 10 })).length, 2)
  },
}
