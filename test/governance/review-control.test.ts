/** Who may see and decide what is held, through the control API of a real gateway; the calls are held by this process on the same database. */

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { now } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { ReviewResource } from '../../src/contract/reviews.ts'
import type { Asked } from '../../src/policy/review.ts'
import { openData } from '../../src/server/data.ts'
import { ReviewBook } from '../../src/server/reviews.ts'
import { Log } from '../../src/telemetry/log.ts'
import { startGateway } from '../gateway.ts'

const gateway = await startGateway()
const data = await openData({ dataDir: gateway.dataDir, hasOwnBackup: false, inputHash: 'hmac' })
const log = new Log(new Writable({ write: (_piece, _encoding, done) => done() }), 'error')
const book = new ReviewBook({ data, settings: () => ({ reviews: { waiting: 10 }, alerts: [] }), onNotice: () => {}, log })
after(async () => {
  book.close()
  await data.store.close()
  await gateway[Symbol.asyncDispose]()
})

async function call(key: string, method: string, path: string, body?: JsonObject): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${gateway.url}/_omni/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, text: await answer.text() }
}

async function must<T>(method: string, path: string, body?: JsonObject): Promise<T> {
  const { status, text } = await call(gateway.adminKey, method, path, body)
  assert.ok(status < 300, `${path}: ${text}`)
  return JSON.parse(text) as T
}

async function makeUser(id: string, tenant: string | null, roles: readonly string[]): Promise<string> {
  await must('PUT', `users/${id}`, { name: id, tenant, roles: [...roles] })
  return (await must<{ readonly token: string }>('POST', `users/${id}/token`, {})).token
}

const makeKey = (fields: JsonObject) => must<{ readonly id: string; readonly key: string }>('POST', 'keys', { tenant: 'acme', ...fields })

for (const tenant of ['acme', 'other']) await must('PUT', `tenants/${tenant}`, {})
const [ann, bob, carl, eve, root] = [
  await makeUser('ann', 'acme', ['admin']),
  await makeUser('bob', 'acme', ['admin']),
  await makeUser('carl', 'acme', ['auditor', 'operator', 'finance', 'viewer']),
  await makeUser('eve', 'other', ['owner', 'admin']),
  await makeUser('root', null, ['owner']),
]
const shop = await makeKey({ name: 'shop' })
const own = await makeKey({ name: 'of-ann', user: 'ann' })
const neighbour = await makeKey({ name: 'neighbour' })

let hashes = 0
async function holdOne(asked: Partial<Asked> = {}): Promise<string> {
  const held = await book.hold({
    tenant: 'acme',
    key: shop.id,
    user: undefined,
    hash: `hash ${(hashes += 1)}`,
    rule: 'house/big@1',
    estimate: 1_250_000_000,
    model: 'gpt-4o',
    surface: 'openai-chat',
    terms: { wait: 0, expiresIn: 3_600_000 },
    decision: 'dec_0199e2b88a1c7f04b5d6e7f8a9b0c1d2',
    content: () => '{"messages":"nightingale"}',
    onGone: () => {},
    ...asked,
  })
  assert.ok(held.state === 'pending')
  return held.review
}

const show = async (key: string, id: string) => JSON.parse((await call(key, 'GET', `reviews/${id}`)).text) as ReviewResource
const approve = (key: string, id: string, body: JsonObject = {}) => call(key, 'POST', `reviews/${id}/approve`, body)
const deny = (key: string, id: string, body: JsonObject = { reason: 'not_allowed' }) => call(key, 'POST', `reviews/${id}/deny`, body)

test('who may decide sees what is asked; others see that somebody asks, and other tenants nothing', async () => {
  const id = await holdOne()
  for (const key of [gateway.adminKey, ann, root]) assert.equal((await show(key, id)).content, '{"messages":"nightingale"}')
  for (const key of [carl, shop.key]) {
    const shown = await show(key, id)
    assert.deepEqual([shown.state, shown.estimate_usd, shown.content_state, shown.content], ['pending', '1.25', 'kept', undefined])
  }
  const missing = await call(eve, 'GET', 'reviews/rev_none')
  assert.equal(missing.status, 404)
  for (const key of [eve, neighbour.key]) assert.deepEqual(await call(key, 'GET', `reviews/${id}`), missing)
})

test('to have read what is asked is told in the log of receipts', async () => {
  const id = await holdOne()
  const entries = () =>
    readdirSync(join(gateway.dataDir, 'receipts'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').split('\n'))
      .filter((line) => line.includes('"review_') && line.includes(id))
  await show(carl, id)
  assert.deepEqual(entries(), [])
  await show(ann, id)
  assert.equal(entries().length, 1)
  assert.match(entries()[0]!, /"action":"review_read","at":\d+,"by":"ann"/)
  await approve(bob, id)
  const [, told] = entries()
  const { before, after: then, ...rest } = JSON.parse(told!.slice(told!.indexOf('{'))) as JsonObject
  assert.notEqual(before, then)
  assert.deepEqual({ ...rest, at: 0 }, { action: 'review_approved', at: 0, by: 'bob', kind: 'review', target: id })
})

test('(routing 75) nobody decides on a call of their own, by the key as it was or as it is', async () => {
  const [before, later] = [await holdOne({ key: own.id, user: 'ann' }), await holdOne({ key: own.id })]
  for (const id of [before, later])
    for (const decide of [approve, deny]) {
      const { status, text } = await decide(ann, id)
      assert.equal(status, 403)
      assert.match(text, /one of yours/)
    }
  assert.equal((await approve(bob, before)).status, 200)
  assert.equal((await deny(root, later)).status, 200)
})

test('who has no role for it, a client and another tenant decide nothing', async () => {
  const id = await holdOne()
  for (const decide of [approve, deny]) {
    assert.equal((await decide(carl, id)).status, 403)
    assert.equal((await decide(shop.key, id)).status, 403)
    assert.equal((await decide(eve, id)).status, 404)
  }
  assert.equal((await show(ann, id)).state, 'pending')
})

test('(routing 75) of twenty decisions at once the first counts, and the others are told whose it was', async () => {
  const id = await holdOne()
  const decided = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? approve(at % 3 ? ann : bob, id) : deny(bob, id))))
  const count = (status: number): number => decided.filter((one) => one.status === status).length
  assert.deepEqual([count(200), count(409)], [1, 19])
  const { state, decided_by: by } = await show(gateway.adminKey, id)
  assert.equal(decided.find(({ status }) => status === 200)?.text.includes(`"state":"${state}"`), true)
  for (const { text } of decided.filter(({ status }) => status === 409)) assert.ok(text.includes(`by ${by}`), text)
})

test('an approval is for one call, some calls, a time, or more money', async () => {
  const [once, thrice, span, dear] = await Promise.all(Array.from({ length: 4 }, () => holdOne()))
  const until = now() + 7_200_000
  const told = async (id: string | undefined, body: JsonObject) => JSON.parse((await approve(ann, id!, body)).text) as ReviewResource
  assert.deepEqual([(await told(once, {})).uses, (await told(thrice, { uses: 3 })).uses], [1, 3])
  const timed = await told(span, { until })
  assert.deepEqual([timed.uses, timed.until], [null, until])
  assert.equal((await told(dear, { budget_usd: '2.50' })).budget_usd, '2.50')
})

test('what is no approval or no denial is refused with what is wrong, and decides nothing', async () => {
  const id = await holdOne()
  const wrong: readonly [typeof approve, JsonObject, RegExp][] = [
    [approve, { uses: 0 }, /uses/],
    [approve, { uses: 1.5 }, /uses/],
    [approve, { until: now() - 1 }, /until/],
    [approve, { until: now() + 400 * 24 * 3_600_000 }, /until/],
    [approve, { budget_usd: '-1' }, /budget_usd/],
    [approve, { other: 1 }, /other/],
    [deny, {}, /reason/],
    [deny, { reason: 'because' }, /not_allowed/],
  ]
  for (const [decide, body, said] of wrong) {
    const { status, text } = await decide(ann, id, body)
    assert.equal(status, 400, text)
    assert.match(text, said)
  }
  assert.equal((await show(ann, id)).state, 'pending')
})

test('with the decision the content is gone, for everybody and from the disk', async () => {
  const id = await holdOne({ content: () => '{"messages":"nightjar"}' })
  const sealed = Buffer.from((await data.store.reviews.content(id, now()))!)
  const isOnDisk = (): boolean =>
    readdirSync(gateway.dataDir)
      .filter((name) => name.startsWith('omni.db'))
      .some((name) => readFileSync(join(gateway.dataDir, name)).includes(sealed))
  assert.ok(isOnDisk())
  await deny(ann, id)
  const shown = await show(ann, id)
  assert.deepEqual([shown.content, shown.content_state], [undefined, 'erased'])
  assert.ok(!isOnDisk())
})

test('[C13] content that was moved to another review does not open there', async () => {
  const [one, other] = [await holdOne(), await holdOne()]
  const sealed = await data.store.reviews.content(one, now())
  assert.equal(data.openReview(sealed!, 'acme', one), '{"messages":"nightingale"}')
  assert.throws(() => data.openReview(sealed!, 'acme', other))
  assert.throws(() => data.openReview(sealed!, 'other', one))
})

test('lists hold what a viewer may see, page by page, without what is asked', async () => {
  const id = await holdOne({ key: neighbour.id })
  const list = async (key: string, query = '') => JSON.parse((await call(key, 'GET', `reviews?limit=200${query}`)).text) as { data: ReviewResource[] }
  assert.deepEqual(
    (await list(neighbour.key)).data.map((one) => one.id),
    [id],
  )
  assert.deepEqual((await list(eve)).data, [])
  for (const key of [ann, carl, gateway.adminKey]) {
    const { data: all } = await list(key, '&state=pending')
    assert.ok(all.some((one) => one.id === id))
    assert.ok(all.every((one) => one.state === 'pending' && one.content === undefined))
  }
  const first = JSON.parse((await call(ann, 'GET', 'reviews?limit=1')).text) as { next_cursor: string }
  assert.equal(first.next_cursor, id)
  const second = JSON.parse((await call(ann, 'GET', `reviews?limit=1&cursor=${id}`)).text) as { data: ReviewResource[] }
  assert.ok(second.data[0]!.id < id)
  for (const query of ['state=none', 'limit=0', 'cursor=none']) assert.equal((await call(ann, 'GET', `reviews?${query}`)).status, 400)
})
