/** What every store does with receipts. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { receiptId } from '../../src/base/ids.ts'
import { receipt, refusal } from './place.ts'
import type { StoreCases } from './place.ts'

const hostile = [`'; drop table receipts; --`, `" or "1"="1`, '%_\\', '$1 ? :name @x', `\u2028"}\n{"`, '\\u0000', `x' union select hash from client_keys --`]

export const receiptCases: StoreCases = {
  'come back byte for byte, and a second append of the same changes nothing': async (store) => {
    const lines = [receipt({ note: 'é"\\ \u2028' }), receipt({ list: [1, { a: null }] })]
    await store.receipts.append([...lines, lines[0]!])
    const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id)
    await store.receipts.append([JSON.stringify({ id: ids[0], created_at: 1, other: true })])
    assert.deepEqual(await Promise.all(ids.map((id) => store.receipts.get(id))), lines)
    assert.equal(await store.receipts.count(), 2)
  },

  'are stored all or none of a batch': async (store) => {
    const count = await store.receipts.count()
    for (const broken of ['{"id":', '[]', '{"created_at":1}', JSON.stringify({ id: 'dec_short', created_at: 1 }), '']) {
      await assert.rejects(store.receipts.append([receipt(), broken, receipt()]), refusal('invalid'), broken)
    }
    await store.receipts.append([])
    assert.equal(await store.receipts.count(), count)
  },

  'turn pages that stay where they are while new ones arrive': async (store) => {
    const ids = Array.from({ length: 7 }, receiptId)
    const lines = ids.map((id) => receipt({ id, key_id: 'key_pages' }))
    await store.receipts.append([3, 0, 5, 1, 6, 2, 4].map((index) => lines[index]!))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.receipts.list({ limit: 3, keyId: 'key_pages', ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.lines)
      cursor = page.next
      await store.receipts.append([receipt({ key_id: 'key_pages' })])
    } while (cursor !== undefined)
    assert.deepEqual(seen, lines.toReversed())
  },

  'end with a page that has no next, also when it is full': async (store) => {
    await store.receipts.append([receipt({ key_id: 'key_two' }), receipt({ key_id: 'key_two' })])
    const page = await store.receipts.list({ limit: 2, keyId: 'key_two' })
    assert.deepEqual([page.lines.length, page.next], [2, undefined])
    assert.deepEqual((await store.receipts.list({ limit: 0, keyId: 'key_two' })).lines.length, 1)
  },

  'of another key look like none': async (store) => {
    const line = receipt({ key_id: 'key_a' })
    const { id } = JSON.parse(line) as { id: string }
    await store.receipts.append([line])
    assert.equal(await store.receipts.get(id, 'key_a'), line)
    assert.equal(await store.receipts.get(id, 'key_b'), undefined)
    assert.equal(await store.receipts.count('key_a'), 1)
    assert.deepEqual(await store.receipts.list({ limit: 9, keyId: 'key_b' }), { lines: [], next: undefined })
  },

  'refuse a cursor that the list never gave out': async (store) => {
    for (const cursor of ['', 'x', '../../etc', `${'A'.repeat(22)}=`, 'A'.repeat(21) + 'B', 'A'.repeat(23), ...hostile]) {
      await assert.rejects(store.receipts.list({ limit: 1, cursor }), refusal('bad_cursor'), cursor)
    }
  },

  'fill the columns of their signals; what is not of its kind stands in the line alone': async (store, place) => {
    const good = receipt({ key_id: 'key_columns', status: 200, share: 0.25, fallback: true, provider: 'one', metadata: { team: 'a' } })
    const bad = receipt({ key_id: 'key_columns', status: 1e300, share: '0.25', fallback: 1, provider: 7, metadata: null })
    await store.receipts.append([good, bad])
    const rows = await place.query(`select status, share, fallback, provider, metadata from receipts where key_id = 'key_columns' order by id`)
    const { metadata, fallback, ...first } = rows[0]!
    assert.deepEqual(first, { status: typeof first['status'] === 'string' ? '200' : 200, share: 0.25, provider: 'one' })
    assert.deepEqual([JSON.parse(metadata as string), Boolean(fallback)], [{ team: 'a' }, true])
    assert.deepEqual({ ...rows[1] }, { status: null, share: null, fallback: null, provider: null, metadata: null })
  },

  'and keys take every text for a value, never for SQL': async (store) => {
    for (const text of hostile) {
      const line = receipt({ key_id: text, provider: text, metadata: { team: text } })
      await store.receipts.append([line])
      assert.deepEqual((await store.receipts.list({ limit: 5, keyId: text })).lines, [line], text)
      assert.equal(await store.receipts.get(text, text), undefined)
      await store.keys.create({ id: text, name: text, prefix: text, hash: text, createdAt: 1, mayRoute: true })
      assert.equal(await store.keys.revoke(text, 2), true)
      await store.credentials.put({ id: text, tenant: text, provider: text, version: 1, sealed: Buffer.from(text), createdAt: 1 })
      const [found] = await store.credentials.list(text)
      assert.deepEqual(
        { ...found, sealed: Buffer.from(found!.sealed).toString() },
        { id: text, tenant: text, provider: text, version: 1, sealed: text, createdAt: 1 },
      )
      assert.equal(await store.credentials.remove(text, text), true)
    }
    const names = (await store.keys.list()).map(({ name }) => name)
    assert.deepEqual(names.toSorted(), hostile.toSorted())
  },
}
