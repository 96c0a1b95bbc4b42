/** A call that a rule holds for a person: what its client hears, what the person sees, what the provider gets, and what is left of it. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import type { ReviewResource } from '../../src/contract/reviews.ts'
import { Canaries, filesIn } from '../acceptance/canaries.ts'
import { messagesPath, wordsOf } from '../acceptance/scene.ts'
import { eventually } from '../gateway.ts'
import { openai, reply } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
/** What the webhook was told; it is away for the first message. */
const told: JsonObject[] = []
let isBack = false
const webhook = createServer((request, response) => {
  void text(request).then((body) => {
    if (isBack) told.push(JSON.parse(body) as JsonObject)
    response.writeHead(isBack ? 204 : 500).end()
    isBack = true
  })
}).listen(0, '127.0.0.1')
await once(webhook, 'listening')
after(() => webhook.close())
const scene = await openGoverned({
  script: (request) => (request.path.includes('/audio/') ? reply(200, { text: 'heard' }) : openai.speak('Hello there.')(request)),
  settings: {
    limits: { hold: '50ms', keepAlive: '100ms' },
    alerts: { webhooks: [{ url: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/alerts` }] },
  },
})
const rule = (id: string, label: string, wait: string): JsonObject => ({
  id,
  when: `has(labels.feature) && labels.feature == "${label}"`,
  outcome: 'REVIEW',
  review: { wait, expires_in: '1h' },
})
before(() => scene.put('policies/house', { version: '1', name: 'house', rules: [rule('held', 'held', '0s'), rule('waits', 'waits', '30s')] }))

const word = (): string => randomBytes(9).toString('hex')
const saying = (content: string, feature = 'held'): JsonObject => ({ messages: [{ role: 'user', content }], omni_metadata: { feature } })
const asked = (): number => scene.upstream.requests.length
const reviews = async (query = 'state=pending'): Promise<readonly ReviewResource[]> =>
  (await scene.admin('GET', `reviews?${query}`)).json().data as unknown as readonly ReviewResource[]
const newest = async (): Promise<ReviewResource> => (await reviews())[0]!
const decide = async (id: string, how: 'approve' | 'deny', body: JsonObject = {}): Promise<void> =>
  assert.equal((await scene.admin('POST', `reviews/${id}/${how}`, body)).status, 200)

test('(routing 76) a held call comes to the queue and to nobody else; its client hears where to look', async () => {
  const [said, before] = [word(), asked()]
  const refused = await scene.say(model, saying(said))
  assert.deepEqual([refused.status, refused.code(), refused.headers['x-omega-policy-outcome']], [403, 'review_required', 'REVIEW'])
  assert.equal(asked(), before)
  const { id, decision, rule: by } = await newest()
  assert.ok(refused.text.includes(`/_omni/reviews/${id}`) && refused.text.includes(decision), refused.text)
  assert.deepEqual([decision, by], [refused.headers['x-omega-decision-id'], 'house/held@1'])
  const shown = (await scene.admin('GET', `reviews/${id}`)).json() as unknown as ReviewResource
  assert.deepEqual(JSON.parse(shown.content!), { model, messages: [{ role: 'user', content: said }] })
  const polled = await scene.ask({ method: 'GET', path: `/_omni/reviews/${id}` })
  assert.deepEqual([polled.status, polled.json().state, polled.json().content], [200, 'pending', undefined])
  const receipt = await scene.receiptOf(refused)
  assert.deepEqual([receipt.error, receipt.policy_outcome, receipt.review_id], ['review_required', 'REVIEW', id])
})

test('it is refused in the envelope of its own API', async () => {
  const refused = await scene.say(model, saying(word()), { path: messagesPath })
  assert.deepEqual([refused.status, refused.code()], [403, 'permission_error'])
})

test('(routing 71) what was approved runs once, exactly as it was asked', async () => {
  const [fields, before] = [saying(word()), asked()]
  await scene.say(model, fields)
  const { id } = await newest()
  await decide(id, 'approve')
  assert.equal((await scene.say(model, { ...fields, temperature: 0.1 })).status, 403)
  const ran = await scene.say(model, fields)
  assert.deepEqual([ran.status, asked() - before], [200, 1])
  assert.equal((await scene.receiptOf(ran)).review_id, id)
  assert.equal((await scene.say(model, fields)).status, 403)
  assert.equal(asked() - before, 1)
  assert.notEqual((await newest()).id, id)
})

test('(routing 71) the approval of a form is of its files too, and of the fields behind them', async () => {
  const send = async (bytes: string, language: string): Promise<number> => {
    const form = new FormData()
    form.append('model', 'up/whisper-1')
    form.append('file', new Blob([bytes], { type: 'audio/wav' }), 'a.wav')
    form.append('language', language)
    const headers = { authorization: `Bearer ${scene.key}`, 'x-omni-metadata': '{"feature":"held"}' }
    return (await fetch(`${scene.url}/v1/audio/transcriptions`, { method: 'POST', headers, body: form })).status
  }
  const before = asked()
  assert.equal(await send('sound', 'en'), 403)
  const { id } = await newest()
  const { content } = (await scene.admin('GET', `reviews/${id}`)).json() as unknown as ReviewResource
  assert.match(content!, /"file_name":"a.wav".*"sha256":"[0-9a-f]{64}"/)
  await decide(id, 'approve')
  assert.deepEqual([await send('noise', 'en'), await send('sound', 'de'), asked() - before], [403, 403, 0])
  assert.deepEqual([await send('sound', 'en'), asked() - before], [200, 1])
})

test('[C58] (routing 57) an approval of one key is none of another', async () => {
  const [fields, { key }] = [saying(word()), await scene.keyWith({})]
  await scene.say(model, fields)
  await decide((await newest()).id, 'approve', { uses: 5 })
  assert.equal((await scene.say(model, fields, { key })).status, 403)
  assert.equal((await scene.say(model, fields)).status, 200)
})

test('(routing 73) a client that asks again while nobody has decided comes to the same review', async () => {
  const fields = saying(word())
  await Promise.all(Array.from({ length: 10 }, () => scene.say(model, fields)))
  const { id } = await newest()
  const shown = await reviews('limit=2')
  assert.equal(shown[0]!.id, id)
  assert.notEqual(shown[1]!.created_at, shown[0]!.created_at)
})

test('what was denied is refused with its reason, also when it is asked again', async () => {
  const [fields, before] = [saying(word()), asked()]
  await scene.say(model, fields)
  await decide((await newest()).id, 'deny', { reason: 'sensitive_content' })
  for (const _twice of [1, 2]) {
    const refused = await scene.say(model, fields)
    assert.deepEqual([refused.status, refused.code()], [403, 'policy_blocked'])
    assert.match(refused.text, /sensitive_content/)
  }
  assert.equal(asked(), before)
})

test('a call that may wait goes on as soon as somebody approves it', async () => {
  const held = scene.say(model, saying(word(), 'waits'))
  const { id } = await eventually(async () => (await reviews()).find((one) => one.rule === 'house/waits@1'))
  await decide(id, 'approve')
  const { status, took } = await held
  assert.equal(status, 200)
  assert.ok(took < 5000, String(took))
})

test('a stream that waits is kept company with comments, and then has its answer', async () => {
  const held = scene.say(model, { ...saying(word(), 'waits'), stream: true })
  const { id } = await eventually(async () => (await reviews()).find((one) => one.rule === 'house/waits@1'))
  await pause(400)
  await decide(id, 'approve')
  const { status, text: stream } = await held
  assert.equal(status, 200)
  assert.match(stream, /^(: keep-alive\n\n){2}/)
  assert.equal(wordsOf(stream), 'Hello there.')
})

test('a stream that is denied while it waits ends with why', async () => {
  const held = scene.say(model, { ...saying(word(), 'waits'), stream: true })
  const { id } = await eventually(async () => (await reviews()).find((one) => one.rule === 'house/waits@1'))
  await pause(200)
  await decide(id, 'deny', { reason: 'not_needed' })
  assert.match((await held).text, /policy_blocked/)
})

test('(routing 74) a client that hangs up while it waits leaves the review, and its approval counts when it comes back', async () => {
  const [fields, left, before] = [saying(word(), 'waits'), new AbortController(), asked()]
  const held = scene.say(model, fields, { signal: left.signal }).catch(() => {})
  const { id } = await eventually(async () => (await reviews()).find((one) => one.rule === 'house/waits@1'))
  left.abort()
  await held
  await decide(id, 'approve')
  assert.equal(asked(), before)
  assert.equal((await scene.say(model, fields)).status, 200)
  assert.equal(asked() - before, 1)
})

test('an approved call that reaches no provider keeps its approval, and may have been given money for it', async () => {
  const [kept, paid] = [saying(word()), saying(word())]
  for (const [fields, body] of [
    [kept, {}],
    [paid, { budget_usd: '1.00' }],
  ] as const) {
    await scene.say(model, fields)
    await decide((await newest()).id, 'approve', body)
  }
  await scene.put('budgets/none', { scope: 'all', amount_usd: '0', period: 'day' })
  assert.deepEqual([(await scene.say(model, kept)).status, (await scene.say(model, paid)).status], [402, 200])
  await scene.remove('budgets/none')
  await eventually(async () => (await scene.say(model, kept)).status === 200)
})

test('[C15] nothing of what is asked is in any file once somebody has decided, nor in clear before', async () => {
  const canaries = new Canaries()
  const fields = { ...saying(canaries.for('prompt')), user: canaries.for('user') }
  const found = () => filesIn(scene.dataDir).flatMap(({ bytes }) => canaries.foundIn(bytes))
  await scene.say(model, fields)
  const { id } = await newest()
  assert.deepEqual([found(), canaries.foundIn(scene.stdout()), canaries.foundIn(JSON.stringify(await reviews()))], [[], [], []])
  await decide(id, 'approve')
  assert.equal((await scene.say(model, fields)).status, 200)
  assert.deepEqual([found(), canaries.foundIn(JSON.stringify((await scene.admin('GET', `reviews/${id}`)).json()))], [[], []])
})

test('where the tenant wants reviews by metadata alone nobody sees what is asked', async () => {
  await scene.put('tenants/quiet', { review: 'metadata' })
  const { key } = await scene.keyWith({ tenant: 'quiet' })
  assert.equal((await scene.say(model, saying(word()), { key })).status, 403)
  const { id } = await newest()
  const shown = (await scene.admin('GET', `reviews/${id}`)).json()
  assert.deepEqual([shown.tenant, shown.content_state, shown.content], ['quiet', 'withheld', undefined])
})

test('those who are told of alerts hear of each review, though they were away, and nothing of what is asked', async () => {
  const said = word()
  await scene.say(model, saying(said))
  const { id } = await newest()
  const heard = await eventually(() => told.find(({ data }) => (data as JsonObject).review === id), 20_000)
  assert.deepEqual([heard.type, heard.tenant, (heard.data as JsonObject).rule], ['review.required', 'default', 'house/held@1'])
  assert.ok(!JSON.stringify(told).includes(said))
  const all = await reviews('limit=200')
  await eventually(() => all.every((one) => told.filter(({ data }) => (data as JsonObject).review === one.id).length === 1), 20_000)
})
