/** Calls that wait for a person, in one process and in two, over a real database. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { now, pause } from '../base/clock.ts'
import type { Asked, Held } from '../policy/review.ts'
import { openStore } from '../storage/open.ts'
import type { Verdict } from '../storage/reviews.ts'
import type { Store } from '../storage/store.ts'
import { Log } from '../telemetry/log.ts'
import { ReviewBook } from './reviews.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-reviews-'))
const file = join(folder, 'omni.db')
const stores = [await openStore({ file }), await openStore({ file })] as const
const [here, there] = stores.map((store) => bookOver(store)) as [ReviewBook, ReviewBook]
after(async () => {
  for (const book of [here, there]) book.close()
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

function bookOver(store: Pick<Store, 'reviews'>, waiting = 1000): ReviewBook {
  const log = new Log(new Writable({ write: (_piece, _encoding, done) => done() }), 'error')
  const sealReview = (text: string): Uint8Array => Buffer.from(text).toReversed()
  return new ReviewBook({
    data: { store, hashPayload: (pieces) => pieces.join(''), sealReview },
    settings: () => ({ reviews: { waiting }, alerts: [] }),
    onNotice: () => {},
    log,
  })
}

let hashes = 0
const ask = (asked: Partial<Asked> = {}, wait = 0): Asked => ({
  tenant: 'acme',
  key: 'key_1',
  user: undefined,
  hash: `hash ${(hashes += 1)}`,
  rule: 'house/big@1',
  estimate: 5,
  model: 'gpt-4o',
  surface: 'openai-chat',
  terms: { wait, expiresIn: 60_000 },
  decision: 'dec_1',
  content: () => '{"canary":"nightingale"}',
  onGone: () => {},
  ...asked,
})

const yes = (uses: number | null = 1): Verdict => ({ state: 'approved', uses, budget: 7, reason: null, by: 'usr_1', at: now(), endsAt: now() + 60_000 })
const no = (): Verdict => ({ ...yes(null), state: 'denied', budget: null, reason: 'sensitive_content' })

/** The review that a call came to, which did not wait. */
async function idOf(asked: Asked): Promise<string> {
  const held = await here.hold(asked)
  assert.ok(held.state === 'pending')
  return held.review
}

async function waitingIn(book: ReviewBook, count: number): Promise<void> {
  while (book.waiting !== count) await pause(5).done
}

async function timed(held: Promise<Held>): Promise<readonly [Held, number]> {
  const from = performance.now()
  return [await held, performance.now() - from]
}

test('(routing 71) a call that was approved runs once, and asks again after that', async () => {
  const asked = ask()
  const review = await idOf(asked)
  await stores[0].reviews.decide(review, yes())
  const held = await Promise.all(Array.from({ length: 20 }, (_, at) => [here, there][at % 2]!.hold(asked)))
  assert.deepEqual(
    held.filter(({ state }) => state === 'approved'),
    [{ state: 'approved', review, budget: 7 }],
  )
  const next = await here.hold(asked)
  assert.ok(next.state === 'pending' && next.review !== review)
})

test('(routing 71) another payload, or another rule, is another review', async () => {
  const asked = ask()
  const review = await idOf(asked)
  await stores[0].reviews.decide(review, yes(null))
  for (const changed of [{ hash: 'another' }, { rule: 'house/big@2' }]) assert.equal((await here.hold({ ...asked, ...changed })).state, 'pending')
  assert.equal((await here.hold(asked)).state, 'approved')
})

test('(routing 73) the same payload comes to the same review while nobody has decided', async () => {
  const asked = ask()
  const held = await Promise.all([here, there, here, there].map((book) => book.hold(asked)))
  assert.equal(new Set(held.map((one) => 'review' in one && one.review)).size, 1)
})

test('a decision made here ends the waiting at once, and one made elsewhere within a second', async () => {
  for (const isHere of [true, false]) {
    const asked = ask({}, 20_000)
    const review = await idOf({ ...asked, terms: { wait: 0, expiresIn: 60_000 } })
    const held = timed(here.hold(asked))
    await waitingIn(here, 1)
    const from = performance.now()
    await stores[isHere ? 0 : 1].reviews.decide(review, yes())
    if (isHere) here.wake(review)
    const [{ state }] = await held
    assert.equal(state, 'approved')
    assert.ok(performance.now() - from < (isHere ? 250 : 1000), String(performance.now() - from))
  }
})

test('a denial ends the waiting, and counts for the same payload later', async () => {
  const asked = ask({}, 20_000)
  const held = here.hold(asked)
  await waitingIn(here, 1)
  const [id] = await stores[0].reviews.pending().then((ids) => ids.slice(-1))
  await stores[0].reviews.decide(id!, no())
  here.wake(id!)
  const denied = await held
  assert.ok(denied.state === 'denied' && denied.reason === 'sensitive_content')
  assert.deepEqual(await there.hold(asked), denied)
})

test('of two that wait for one approval one runs, and the other is told so', async () => {
  const asked = ask({}, 20_000)
  const held = [here.hold(asked), here.hold(asked)]
  await waitingIn(here, 2)
  const [id] = await stores[0].reviews.pending().then((ids) => ids.slice(-1))
  await stores[0].reviews.decide(id!, yes())
  here.wake(id!)
  assert.deepEqual((await Promise.all(held)).map(({ state }) => state).toSorted(), ['approved', 'used'])
})

test('(routing 72) silence is a no, to whoever waits for it and to whoever comes back too late', async () => {
  const short = { wait: 20_000, expiresIn: 200 }
  const [held, took] = await timed(here.hold(ask({ terms: short })))
  assert.equal(held.state, 'expired')
  assert.ok(took < 1000)
  const asked = ask({ terms: { wait: 0, expiresIn: 50 } })
  const review = await idOf(asked)
  await pause(60).done
  assert.equal(await stores[0].reviews.decide(review, yes()), false)
  assert.notEqual(await idOf(asked), review)
})

test('who has waited as long as the rule says is told that it is pending', async () => {
  const [held, took] = await timed(here.hold(ask({}, 100)))
  assert.equal(held.state, 'pending')
  assert.ok(took > 90 && took < 1000)
  assert.equal(here.waiting, 0)
})

test('(routing 74) a client that hangs up leaves the review, and uses up nothing of it', async () => {
  const gone = Promise.withResolvers<void>()
  const asked = ask({ onGone: (listener) => void gone.promise.then(listener) }, 20_000)
  const held = here.hold(asked)
  await waitingIn(here, 1)
  gone.resolve()
  const { review } = (await held) as { readonly review: string }
  assert.equal(here.waiting, 0)
  await stores[0].reviews.decide(review, yes())
  assert.deepEqual(await there.hold(ask({ ...asked, onGone: () => {} })), { state: 'approved', review, budget: 7 })
})

test('more calls than may wait are told at once that it is pending', async () => {
  const book = bookOver(stores[0], 1)
  const first = book.hold(ask({}, 20_000))
  await waitingIn(book, 1)
  const [held, took] = await timed(book.hold(ask({}, 20_000)))
  assert.equal(held.state, 'pending')
  assert.ok(took < 1000)
  book.close()
  assert.equal((await first).state, 'pending')
})

test('a use that is given back can be taken again', async () => {
  const asked = ask()
  const review = await idOf(asked)
  await stores[0].reviews.decide(review, yes())
  assert.equal((await here.hold(asked)).state, 'approved')
  await here.giveBack(review, asked.decision)
  assert.deepEqual(await here.hold(asked), { state: 'approved', review, budget: 7 })
})

test('a key that has a hundred calls waiting gets no more of them, and other keys do', async () => {
  const held = await Promise.all(Array.from({ length: 101 }, () => here.hold(ask({ key: 'key_busy' }))))
  assert.equal(held.filter(({ state }) => state === 'full').length, 1)
  assert.equal((await here.hold(ask({ key: 'key_quiet' }))).state, 'pending')
})

test('of a body past 4 MiB nothing is kept, and nothing where the tenant wants none', async () => {
  const contents = ['x'.repeat(4 * 2 ** 20), 'x'.repeat(4 * 2 ** 20 + 1), undefined]
  const kept = contents.map(async (text) => (await stores[0].reviews.get(await idOf(ask({ content: text === undefined ? undefined : () => text }))))?.content)
  assert.deepEqual(await Promise.all(kept), ['kept', 'too_large', 'withheld'])
})

test('the content is in no page of the file and of its write-ahead log once somebody has decided, or nobody in time', async () => {
  const isKept = (text: string): boolean => ['', '-wal'].some((ending) => readFileSync(file + ending, 'latin1').includes(text))
  // As it is sealed here: backwards.
  const contents = ['nightjar-1', 'nightjar-2', 'nightjar-3'].map((text) => [text, Buffer.from(Buffer.from(text).toReversed()).toString()] as const)
  const ids = await Promise.all(contents.map(([text], at) => idOf(ask({ content: () => text, terms: { wait: 0, expiresIn: at === 2 ? 50 : 60_000 } }))))
  assert.ok(contents.every(([, sealed]) => isKept(sealed)))
  await stores[0].reviews.decide(ids[0]!, yes())
  await stores[0].reviews.decide(ids[1]!, no())
  await pause(60).done
  await here.sweep()
  assert.ok(!contents.some(([, sealed]) => isKept(sealed)))
})

test('where the store is gone the call is not let through, and no harm is done', async () => {
  const store = await openStore({ file })
  const book = bookOver(store)
  await store.close()
  assert.deepEqual(await book.hold(ask()), { state: 'unavailable' })
  await book.giveBack('rev_none', 'dec_1')
  await book.sweep()
  book.close()
})
