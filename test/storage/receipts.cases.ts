/** What every store does with receipts. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { receiptId } from '../../src/base/ids.ts'
import { indexEntry, type IndexEntry } from '../../src/receipts/index-entry.ts'
import { writeRecord } from '../../src/receipts/line.ts'
import { entry, everyReceipt, placed, record, refusal } from './place.ts'
import type { StoreCases } from './place.ts'

const hostile = [`'; drop table receipts; --`, `" or "1"="1`, '%_\\', '$1 ? :name @x', `\u2028"}{"`, '\\u0000', `x' union select hash from client_keys --`]

const log = `log_${'a'.repeat(32)}`
const of = (key: string) => ({ dimensions: [{ names: ['key_id'], values: [key] }] })

export const receiptCases: StoreCases = {
  'come back as they are, and where they stand; a second append of the same changes nothing and adds nothing up': async (store) => {
    const one = record({ provider: 'one', stream: true, status: 200, cost: 5, user_pseudonym: 'u1', key_id: 'key_same' })
    const entries = [indexEntry(one, { ...placed(3, log), line: writeRecord(one) }), entry({ key_id: 'key_same' }, placed(4, log))]
    await store.receipts.append([...entries, entries[0]!], { log, indexed: 5 })
    await store.receipts.append([indexEntry({ ...one, provider: 'other' }, placed(9, log))])
    await store.receipts.append(entries, { log, indexed: 5 })
    const found = await store.receipts.get(one.id)
    assert.deepEqual(found?.place, { log, position: 3, offset: 3000, length: 1000 })
    assert.equal(found?.body, writeRecord(one))
    assert.ok(found !== undefined)
    const { provider, stream, status, cost, user_pseudonym, finish = 'none' } = found.known
    assert.deepEqual([provider, stream, status, cost, user_pseudonym, finish], ['one', true, 200, 5, 'u1', 'none'])
    const [total] = await store.receipts.summarize({ by: [], per: 'total', ...of('key_same') })
    assert.deepEqual([total?.sums.calls, total?.sums.cost], ['2', '5'])
  },

  'are indexed with how far their log is, which never goes back': async (store) => {
    await store.receipts.append([], { log, indexed: 4 })
    assert.deepEqual(await store.receipts.progress(), [{ log, indexed: 5 }])
    const second = `log_${'b'.repeat(32)}`
    await store.receipts.append([entry({}, placed(0, second))])
    await store.receipts.append([], { log, indexed: 7 })
    assert.deepEqual(await store.receipts.progress(), [
      { log, indexed: 7 },
      { log: second, indexed: 0 },
    ])
  },

  '[B17] are stored all or none of a batch, and its progress with it': async (store) => {
    const count = await store.receipts.count({}, 999)
    const { numbers } = entry()
    const broken: IndexEntry[] = [
      entry({ id: 'dec_1', created_at: Number.NaN }),
      ...[1.5, 1e300].map((number) => ({ ...entry(), numbers: numbers.with(0, number) })),
      ...[1.5, 1e300].map((number) => ({ ...entry(), numbers: numbers.with(2, number) })),
    ]
    for (const one of broken) {
      await assert.rejects(store.receipts.append([entry(), one, entry()], { log, indexed: 99 }), refusal('invalid'), String(one.numbers))
    }
    await store.receipts.append([])
    assert.equal(await store.receipts.count({}, 999), count)
    assert.equal((await store.receipts.progress()).find((one) => one.log === log)?.indexed, 7)
    const [total] = await store.receipts.summarize({ by: [], per: 'total' })
    assert.equal(total?.sums.calls, String(count))
  },

  'turn pages that stay where they are while new ones arrive': async (store) => {
    const times = [3, 0, 5, 1, 6, 2, 4]
    await store.receipts.append(times.map((at) => entry({ key_id: 'key_pages', created_at: 1_790_000_000_000 + at, duration: at })))
    await store.receipts.append([entry({ key_id: 'key_pages', created_at: 1_790_000_000_003, duration: 3.5 })])
    const seen: unknown[] = []
    let cursor: string | undefined
    do {
      const page = await store.receipts.list({ limit: 3, ...of('key_pages'), ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.receipts.map(({ known }) => known.duration))
      cursor = page.next
      await store.receipts.append([entry({ key_id: 'key_pages', created_at: 1_790_000_100_000 })])
    } while (cursor !== undefined)
    assert.deepEqual(seen, [6, 5, 4, 4, 3, 2, 1, 0])
  },

  'end with a page that has no next, also when it is full': async (store) => {
    await store.receipts.append([entry({ key_id: 'key_two' }), entry({ key_id: 'key_two' })])
    const page = await store.receipts.list({ limit: 2, ...of('key_two') })
    assert.deepEqual([page.receipts.length, page.next], [2, undefined])
    assert.equal((await store.receipts.list({ limit: 0, ...of('key_two') })).receipts.length, 1)
  },

  'of another key look like none': async (store) => {
    const id = receiptId()
    await store.receipts.append([entry({ id, key_id: 'key_a' })])
    assert.equal((await store.receipts.get(id, of('key_a')))?.id, id)
    assert.equal(await store.receipts.get(id, of('key_b')), undefined)
    assert.equal(await store.receipts.count(of('key_a'), 9), 1)
    assert.deepEqual(await store.receipts.list({ limit: 9, ...of('key_b') }), { receipts: [], next: undefined })
  },

  'refuse a cursor that the list never gave out, and one of another query': async (store) => {
    for (const cursor of ['', 'x', '../../etc', `${'A'.repeat(27)}=`, 'A'.repeat(27), ...hostile]) {
      await assert.rejects(store.receipts.list({ limit: 1, cursor }), refusal('bad_cursor'), cursor)
    }
    const { next } = await store.receipts.list({ limit: 1, ...of('key_pages') })
    await assert.rejects(store.receipts.list({ limit: 1, cursor: next! }), refusal('bad_cursor'))
  },

  'and keys take every text for a value, never for SQL': async (store) => {
    for (const text of hostile) {
      await store.receipts.append([entry({ key_id: text, provider: text, user_pseudonym: text, metadata: { [text]: text } })])
      const label = { name: text, value: text }
      for (const filters of [of(text), { label }, { user: text }, { ...of(text), label, user: text }]) {
        assert.deepEqual(
          (await everyReceipt(store, filters)).map(({ known }) => known.provider),
          [text],
        )
      }
      assert.equal(await store.receipts.get(text, of(text)), undefined)
      await store.keys.create({ id: text, name: text, prefix: text, hash: text, createdAt: 1, mayRoute: true })
      assert.equal(await store.keys.revoke(text, 2), true)
      await store.credentials.put({ id: text, tenant: text, provider: text, version: 1, sealed: Buffer.from(text), createdAt: 1 })
      const [found] = await store.credentials.list(text)
      assert.deepEqual(
        { ...found, sealed: Buffer.from(found!.sealed).toString() },
        { id: text, tenant: text, owner: 'all', provider: text, version: 1, sealed: text, createdAt: 1 },
      )
      assert.equal(await store.credentials.remove(text, text), true)
    }
    const names = (await store.keys.list()).map(({ name }) => name)
    assert.deepEqual(names.toSorted(), hostile.toSorted())
  },
}
