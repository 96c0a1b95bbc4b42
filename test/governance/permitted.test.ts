/** What a key or an invitation does not name is not reached by another name of the call: fallbacks, routes and aliases. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { messagesPath } from '../acceptance/scene.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const script = openai.speak('Hello there.', { usage: { input: 100, output: 50 } })
const [gift, broken] = await Promise.all([startUpstream(script), startUpstream(openai.error(500, 'server_error'))])
after(() => Promise.all([gift.stop(), broken.stop()]))
const extra = { prices: 'openai' }
const scene = await openGoverned({
  script,
  cast: { gift: { like: 'openai', url: gift.url, extra: { ...extra, sponsored: true } }, broken: { like: 'openai', url: broken.url, extra } },
  settings: {
    aliases: { present: 'gift/gpt-4o-mini', dear: 'up/o1-pro' },
    chains: { best: { targets: ['up/o1-pro'] }, both: { targets: ['up/gpt-4o-mini', 'up/gpt-4o'] } },
  },
})
const cheap = 'broken/gpt-4o-mini'

/** A key that redeemed an invitation to these. */
async function invited(models: readonly string[]): Promise<string> {
  const { key } = await scene.keyWith({})
  const made = await scene.admin('POST', 'invitations', { models, budget_usd: '0.0001', expires_at: Date.now() + 600_000 })
  const told = await scene.ask({ path: '/_omni/invitations/redeem', key, body: { code: made.json().code } })
  assert.equal(told.status, 201, told.text)
  return key
}

test('[C49] a key for one model reaches no other by a fallback or a route that it names beside it', async () => {
  const { key } = await scene.keyWith({ models: [cheap] })
  assert.equal((await scene.say('up/o1-pro', {}, { key })).status, 403)
  for (const fallback of ['up/o1-pro', 'dear', 'best']) assert.equal((await scene.say(cheap, { extra: { fallbacks: [fallback] } }, { key })).status, 502)
  assert.equal((await scene.say(cheap, { omni_route: 'best' }, { key })).status, 403)
  assert.equal(scene.upstream.requests.length, 0)
})

test('[C49] a key for an alias reaches by a fallback what that may be asked for too, and nothing else', async () => {
  const both = await scene.keyWith({ models: [cheap, 'dear'] })
  assert.equal((await scene.say(cheap, { extra: { fallbacks: ['dear'] } }, { key: both.key })).status, 200)
  assert.equal((await scene.say(cheap, { extra: { fallbacks: ['best'] } }, { key: both.key })).status, 502)
})

test('[C49] an invitation opens nothing that its budget does not count: no other model by a fallback, and no alias', async () => {
  const [guest, other] = [await invited([cheap]), await invited(['present'])]
  assert.equal((await scene.say(cheap, { max_tokens: 50, extra: { fallbacks: ['gift/o1-pro'] } }, { key: guest })).status, 502)
  assert.equal((await scene.say('present', {}, { key: other })).status, 403)
  assert.equal(gift.requests.length, 0)
  const named = await invited(['gift/*'])
  const told = await scene.say('present', { max_tokens: 50 }, { key: named })
  assert.equal((await scene.receiptOf(told)).budget_settled, 45_000)
})

test('a refusal says which list of whose left nobody, or that an invitation is missing, and its receipt names them', async () => {
  await scene.admin('PUT', 'tenants/pinned', { regions: ['eu'] })
  await scene.admin('PUT', 'teams/research', { tenant: 'default', models: ['gpt-4o'], surfaces: ['openai-chat'] })
  await scene.admin('PUT', 'agents/robot', { tenant: 'default', providers: ['broken'] })
  const asked: readonly (readonly [terms: JsonObject, model: string, sentence: RegExp, by: RegExp])[] = [
    [{ models: [cheap] }, 'up/o1-pro', /not in your key’s list of models/, /^key:key_\w+ models$/],
    [{ models: ['o1-pro'], team: 'research' }, 'up/o1-pro', /the list of models of your key’s team/, /^team:research models$/],
    [{ providers: ['broken'] }, 'up/o1-pro', /your key’s list of providers/, /^key:key_\w+ providers$/],
    [{ agent: 'robot' }, 'up/o1-pro', /the list of providers of your key’s agent/, /^agent:robot providers$/],
    [{ providers: ['gift'] }, 'present', /an invitation/, /^invitation$/],
    [{ providers: ['broken'], models: ['nothing'] }, 'broken/gpt-4o-mini', /list of models/, /^key:key_\w+ models$/],
    [{ tenant: 'pinned' }, 'up/o1-pro', /the list of regions of your key’s tenant/, /^tenant:pinned regions$/],
  ]
  for (const [terms, model, sentence, by] of asked) {
    const { key } = await scene.keyWith(terms)
    const told = await scene.say(model, {}, { key })
    assert.equal(told.code(), 'model_not_allowed')
    assert.match(told.text, sentence, JSON.stringify(terms))
    assert.doesNotMatch(told.text, /pinned|research|robot/)
    assert.match(String((await scene.receiptOf(told)).refused_by), by)
  }
  const { key } = await scene.keyWith({ team: 'research' })
  const told = await scene.say('up/gpt-4o', {}, { key, path: messagesPath })
  assert.deepEqual([told.status, (await scene.receiptOf(told)).refused_by], [403, 'team:research surfaces'])
  assert.match(told.text, /the list of APIs of your key’s team/)
})

test('a key goes to the models that it may use, whatever name or chain leads elsewhere', async () => {
  const { key } = await scene.keyWith({ name: 'narrow', models: ['gpt-4o'] })
  assert.equal((await scene.say('up/gpt-4o', {}, { key })).status, 200)
  const refused = await scene.say('up/gpt-4o-mini', {}, { key })
  assert.deepEqual([refused.status, refused.code()], [403, 'model_not_allowed'])
  const { length: before } = scene.upstream.requests
  assert.equal((await scene.say('both', {}, { key })).status, 200)
  assert.deepEqual(
    scene.upstream.requests.slice(before).map((request) => request.json().model),
    ['gpt-4o'],
  )
})
