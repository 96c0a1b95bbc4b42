/** Invitations: a code is good once, for one key, for a while. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openScene } from '../acceptance/scene.ts'
import { startGateway } from '../gateway.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())
const { ask, done, key, user } = peopleOf(scene)
await done('PUT', '/tenants/acme', {})

const invite = async (fields: object = {}): Promise<{ readonly id: string; readonly code: string }> => {
  const made = await done('POST', '/invitations', { models: ['omni-runtime/*'], budget_usd: '5.00', expires_at: Date.now() + 60_000, ...fields })
  return { id: String(made.id), code: String(made.code) }
}
const redeem = async (code: string, by: string): Promise<number> => (await ask('POST', '/invitations/redeem', { code }, by)).status
const shown = async (id: string) =>
  ((await done('GET', '/invitations')).data as { id: string; state: string; redeemed_by: string | null }[]).find((one) => one.id === id)

test('is redeemed by one key, which gets a budget of its own', async () => {
  const [{ id, code }, guest] = [await invite(), await key()]
  assert.match(code, /^omni_inv_[\w-]{43}$/)
  assert.equal(await redeem(code, guest.key), 201)
  assert.deepEqual([(await shown(id))?.state, (await shown(id))?.redeemed_by], ['redeemed', guest.id])
  const budget = await done('GET', `/budgets/${id}`)
  assert.deepEqual([budget.scope, budget.amount_usd, budget.period, budget.models], [`key:${guest.id}`, '5.00', 'total', ['omni-runtime/*']])
  assert.equal(await redeem(code, guest.key), 404)
  assert.equal(await redeem(code, (await key()).key), 404)
})

test('of a hundred keys that redeem it at once, at two gateways, one wins', async () => {
  await using second = await startGateway({ dataDir: scene.dataDir })
  const { code, id } = await invite()
  const guests = await Promise.all(Array.from({ length: 100 }, () => key()))
  // The other gateway has heard of the newest key.
  for (let status = 401; status !== 200; await pause(100))
    status = (await fetch(`${second.url}/_omni/me`, { headers: { authorization: `Bearer ${guests.at(-1)!.key}` } })).status
  const redeemAt = async (url: string, by: string): Promise<number> => {
    const headers = { authorization: `Bearer ${by}`, 'content-type': 'application/json' }
    return (await fetch(`${url}/_omni/invitations/redeem`, { method: 'POST', headers, body: JSON.stringify({ code }) })).status
  }
  const told = await Promise.all(guests.map((guest, at) => redeemAt(at % 2 === 0 ? scene.url : second.url, guest.key)))
  assert.equal(told.filter((status) => status === 201).length, 1, told.join(' '))
  assert.ok(told.every((status) => status === 201 || status === 404))
  assert.equal((await shown(id))?.redeemed_by, guests[told.indexOf(201)]?.id)
})

test('is for its tenant’s keys alone, for a while alone, and until it is revoked', async () => {
  const [ours, theirs] = [await key({ tenant: 'acme' }), await key()]
  const closed = await invite({ tenant: 'acme' })
  assert.equal(await redeem(closed.code, theirs.key), 404)
  assert.equal(await redeem(closed.code, ours.key), 201)
  const brief = await invite({ expires_at: Date.now() + 150 })
  await pause(160)
  assert.equal(await redeem(brief.code, ours.key), 404)
  assert.equal((await shown(brief.id))?.state, 'expired')
  const gone = await invite()
  await done('DELETE', `/invitations/${gone.id}`)
  assert.equal(await redeem(gone.code, ours.key), 404)
  assert.equal((await ask('DELETE', `/invitations/${gone.id}`)).status, 404)
  await done('DELETE', `/invitations/${closed.id}`)
  assert.equal((await ask('GET', `/budgets/${closed.id}`)).status, 404, 'what it opened is shut')
  assert.equal(await redeem('omni_inv_guessed', ours.key), 404)
})

test('is made by those who run the installation, and redeemed by keys', async () => {
  const admin = await user('adam', 'acme', 'owner')
  assert.equal((await ask('POST', '/invitations', { models: ['*'], budget_usd: '1', expires_at: Date.now() + 1000 }, admin)).status, 403)
  const { code } = await invite()
  assert.equal(await redeem(code, admin), 403)
  assert.equal(await redeem(code, scene.adminKey), 400)
  for (const wrong of [
    { models: [] },
    { budget_usd: '-1' },
    { budget_usd: '1.0000000001' },
    { expires_at: 1 },
    { tenant: 'nobody' },
    { hash: 'x' },
    { state: 'open' },
  ])
    assert.equal(
      (await ask('POST', '/invitations', { models: ['*'], budget_usd: '1', expires_at: Date.now() + 60_000, ...wrong })).status,
      400,
      JSON.stringify(wrong),
    )
})
