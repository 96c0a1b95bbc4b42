/** Providers that are asked whether they are there: one that is not is left alone before a call finds out, and asked again once it is back. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { eventually, startGateway } from '../gateway.ts'
import { openai, startUpstream, type Answer } from '../upstream/index.ts'
import { question } from './scene.ts'

let answer: Answer = openai.reply('any JSON')
const checked = await startUpstream(({ method }) => (method === 'GET' ? answer : openai.reply('served')))
const unchecked = await startUpstream(openai.reply('served'))
const gateway = await startGateway({
  config: `
providers:
  checked: { like: openai, key: secret-of-checked-2c26b46b, baseUrl: "${checked.url}/v1", check: { every: 1s } }
  elsewhere: { like: openai, key: secret-of-checked-2c26b46b, baseUrl: "${checked.url}/v1", check: { every: 1s, path: "/status?deep=1" } }
  unchecked: { like: openai, key: secret-of-unchecked-2c26b46b, baseUrl: "${unchecked.url}/v1" }
chains: { both: { targets: [checked/m, unchecked/m] } }
health: { failures: 2, ejection: 5min }
`,
})
after(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all([checked.stop(), unchecked.stop()])
})

const say = async (model: string) => {
  const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
  const told = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ model, ...question }) })
  await told.arrayBuffer()
  return told.status
}
const asAdmin = async (path: string) => (await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${gateway.adminKey}` } })).json()
const stateOf = async (provider: string) => {
  const { data } = (await asAdmin('/_omni/providers/health')) as { data: { place: string; state: string }[] }
  return data.find(({ place }) => place === `provider:${provider}`)?.state
}
const checks = () => checked.requests.filter(({ method }) => method === 'GET')

test('are asked for their models, or on a path of the operator’s, with our secret, and not as a call', async () => {
  await eventually(() => checks().length >= 4)
  assert.deepEqual([...new Set(checks().map((request) => `${request.path} ${request.header('authorization')}`))].toSorted(), [
    '/v1/models Bearer secret-of-checked-2c26b46b',
    '/v1/status?deep=1 Bearer secret-of-checked-2c26b46b',
  ])
  assert.equal(unchecked.requests.length, 0)
  assert.deepEqual(((await asAdmin('/_omni/reports')) as { data: unknown[] }).data, [])
})

test('are left alone when they fail twice, though no call was made, and trusted at once when they are back', async () => {
  answer = openai.error(500)
  await eventually(async () => (await stateOf('checked')) === 'open')
  const calls = checked.requests.length - checks().length
  assert.equal(await say('both'), 200)
  assert.deepEqual([checked.requests.length - checks().length, unchecked.requests.length], [calls, 1])
  answer = openai.error(404)
  await eventually(async () => (await stateOf('checked')) === 'closed')
  assert.equal(await say('both'), 200)
  assert.equal(checked.requests.length - checks().length, calls + 1)
})
