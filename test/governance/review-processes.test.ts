/** Calls that are held while processes come, go and are killed: four gateways on one database, and one that is started again. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import { configOf, chatPath, hello } from '../acceptance/scene.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { openai, startUpstream, wait } from '../upstream/index.ts'

const model = 'up/gpt-4o-mini'
const document = {
  version: '1',
  name: 'house',
  rules: [{ id: 'held', when: 'request.model != ""', outcome: 'REVIEW', review: { wait: '20s', expires_in: '1h' } }],
}

let isSilent = false
const upstream = await startUpstream((request) => (isSilent ? [wait(60_000)] : openai.speak('Hello there.')(request)))
after(() => upstream.stop())

/** A test, as far as it ends. */
interface Ending {
  after(run: () => PromiseLike<void>): void
}

interface Spot {
  readonly dataDir: string
  readonly env?: { readonly [name: string]: string }
}

const config = configOf({ up: { like: 'openai', url: upstream.url } })

/** Starts a gateway that ends with the test. */
async function startOn(spot: Spot, context: Ending): Promise<Gateway> {
  const gateway = await startGateway({ config, ...spot })
  context.after(() => gateway[Symbol.asyncDispose]())
  return gateway
}

async function newFolder(context: Ending): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'omni-review-'))
  context.after(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

async function call(url: string, key: string, method: string, body?: object): Promise<{ readonly status: number; readonly told: JsonObject }> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, told: (await answer.json()) as JsonObject }
}

const say = ({ url }: Gateway, key: string, content: string) =>
  call(`${url}${chatPath}`, key, 'POST', { model, messages: [...hello, { role: 'user', content }] })
const control = ({ url, adminKey }: Gateway, method: string, path: string, body?: object) => call(`${url}/_omni/${path}`, adminKey, method, body)
const pendingOn = async (gateway: Gateway): Promise<readonly { readonly id: string }[]> =>
  (await control(gateway, 'GET', 'reviews?state=pending')).told.data as unknown as readonly { readonly id: string }[]

/** How soon what one gateway was told counts on the others, in milliseconds. */
const followed = 4000

/** Four gateways that hold all calls: the same call to each of them, five times, is approved once on the first. */
async function approveOnce(spot: Spot, context: Ending): Promise<void> {
  const first = await startOn(spot, context)
  const gateways = [first, ...(await Promise.all([1, 2, 3].map(() => startOn(spot, context))))]
  const { key } = first
  assert.equal((await control(first, 'PUT', 'policies/house', document)).status, 201)
  await pause(followed)
  const before = upstream.requests.length
  const held = gateways.flatMap((gateway) => Array.from({ length: 5 }, () => say(gateway, key, 'the same')))
  await eventually(async () => (await pendingOn(first)).length > 0)
  await pause(500)
  const [review, ...others] = await pendingOn(first)
  assert.deepEqual(others, [])
  const from = performance.now()
  assert.equal((await control(first, 'POST', `reviews/${review!.id}/approve`, {})).status, 200)
  const answers = await Promise.all(held)
  assert.ok(performance.now() - from < 2000, String(performance.now() - from))
  const count = (status: number): number => answers.filter((one) => one.status === status).length
  assert.deepEqual([count(200), count(403), upstream.requests.length - before], [1, 19, 1])
  // Before the database does.
  await Promise.all(gateways.map((gateway) => gateway.stop()))
}

test('(routing 71, 73) four gateways on one file have one review of one payload, and it runs once', async (context) => {
  await approveOnce({ dataDir: await newFolder(context) }, context)
})

test('(routing 71, 73) so have four on one PostgreSQL', async (context) => {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return context.skip(postgres)
  context.after(() => postgres.stop())
  await approveOnce({ dataDir: await newFolder(context), env: { OMNI_DATABASE_URL: await postgres.createDatabase() } }, context)
})

test('where the database is gone a held call is refused, and goes nowhere', async (context) => {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return context.skip(postgres)
  const gateway = await startOn({ dataDir: await newFolder(context), env: { OMNI_DATABASE_URL: await postgres.createDatabase() } }, context)
  await control(gateway, 'PUT', 'policies/house', document)
  await postgres.stop()
  const before = upstream.requests.length
  const { status, told } = await say(gateway, gateway.key, 'anything')
  assert.deepEqual([status, (told.error as JsonObject).code, upstream.requests.length], [503, 'review_unavailable', before])
  await gateway.kill()
})

test('(routing 71, 74) a gateway that is killed between the approval’s use and the answer leaves an interrupted receipt, and asks again', async (context) => {
  const spot = { dataDir: await newFolder(context) }
  const doomed = await startOn(spot, context)
  await control(doomed, 'PUT', 'policies/house', document)
  isSilent = true
  const before = upstream.requests.length
  const held = say(doomed, doomed.key, 'dangerous').catch(() => undefined)
  const [review] = await eventually(async () => [await pendingOn(doomed)].find((found) => found.length > 0))
  await control(doomed, 'POST', `reviews/${review!.id}/approve`, {})
  await eventually(() => upstream.requests.length === before + 1)
  await doomed.kill()
  await held
  isSilent = false
  const next = await startOn(spot, context)
  const ran = (await control(next, 'GET', `reviews/${review!.id}`)).told
  assert.equal(ran.state, 'used')
  const receipt = await eventually(async () =>
    [(await control(next, 'GET', `reports/${String(ran.ran_for)}`)).told].find(({ outcome }) => outcome !== undefined),
  )
  assert.deepEqual([receipt.outcome, receipt.review_id], ['interrupted', review!.id])
  const again = say(next, doomed.key, 'dangerous')
  const [other] = await eventually(async () => [await pendingOn(next)].find((found) => found.length > 0))
  assert.notEqual(other!.id, review!.id)
  assert.equal(upstream.requests.length, before + 1)
  await control(next, 'POST', `reviews/${other!.id}/deny`, { reason: 'other' })
  assert.equal((await again).status, 403)
})

test('(routing 74) decisions and what waits for one survive that the gateway is started anew', async (context) => {
  const spot = { dataDir: await newFolder(context) }
  const first = await startOn(spot, context)
  await control(first, 'PUT', 'policies/house', document)
  const held = ['approved', 'denied', 'undecided'].map((content) => say(first, first.key, content))
  const found = await eventually(async () => [await pendingOn(first)].find(({ length }) => length === 3))
  const asked = await Promise.all(found.map(async ({ id }) => (await control(first, 'GET', `reviews/${id}`)).told))
  const idOf = (content: string): string => String(asked.find((one) => String(one.content).includes(`"${content}"`))!.id)
  const before = upstream.requests.length
  // Those that wait are told that it is pending when the gateway ends.
  assert.equal(await first.stop(), 0)
  assert.deepEqual(
    (await Promise.all(held)).map(({ status }) => status),
    [403, 403, 403],
  )
  const second = await startOn(spot, context)
  await control(second, 'POST', `reviews/${idOf('approved')}/approve`, {})
  await control(second, 'POST', `reviews/${idOf('denied')}/deny`, { reason: 'other' })
  await second.stop()
  const third = await startOn(spot, context)
  assert.equal((await say(third, first.key, 'denied')).status, 403)
  assert.equal((await say(third, first.key, 'approved')).status, 200)
  assert.equal(upstream.requests.length - before, 1)
  assert.deepEqual(
    (await pendingOn(third)).map(({ id }) => id),
    [idOf('undecided')],
  )
})
