/** Answers that a provider keeps: whoever may not use the API or the provider any more asks it nothing about them either. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openai, responses, startUpstream } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

let says: string | string[] = 'fine'
const keeper = await startUpstream((request) =>
  request.method === 'POST' && request.path.endsWith('/responses') ? responses.speak(says)(request) : responses.reply(says),
)
after(() => keeper.stop())
const wires = ['openai-responses', 'openai-chat']
const scene = await openGoverned({ script: openai.reply('fine'), cast: { keeper: { like: 'openai', url: keeper.url, extra: { wires, region: 'us' } } } })
await scene.put('tenants/acme', {})
const { id, key } = await scene.keyWith({ tenant: 'acme' })
const ask = (method: string, path: string, body?: object) => scene.ask({ method, path: `/v1/responses${path}`, key, ...(body && { body }) })
const made = await ask('POST', '', { model: 'keeper/gpt-4o-mini', input: 'hello' })
const answer = `/${String(made.json().id)}`

let version = 0
const change = async (terms: object, regions?: readonly string[]): Promise<void> => {
  const told = await scene.admin('PUT', `keys/${id}?version=${(version += 1)}`, { name: 'test', ...terms })
  assert.equal(told.status, 200, told.text)
  await scene.put('tenants/acme', regions === undefined ? {} : { regions })
}

test('[C49] an answer is asked of nobody whom the key may not use any more', async () => {
  assert.equal((await ask('GET', answer)).status, 200)
  const asked = keeper.requests.length
  for (const [terms, regions] of [[{ surfaces: ['openai-chat'] }], [{ providers: [] }], [{}, ['eu']]] as const) {
    await change(terms, regions)
    for (const [method, path] of [
      ['GET', answer],
      ['GET', `${answer}/input_items`],
      ['POST', `${answer}/cancel`],
      ['DELETE', answer],
    ] as const) {
      const told = await ask(method, path)
      assert.deepEqual([told.status, told.code()], [403, 'insufficient_scope'], `${method} ${JSON.stringify(terms)}`)
    }
  }
  assert.equal(keeper.requests.length, asked)
  await change({ models: ['something-else'], providers: ['keeper'], surfaces: ['openai-responses'] }, ['us'])
  assert.equal((await ask('GET', answer)).status, 200, 'it was made while its model was theirs')
})

test('(routing 62) what rules keep from a client while it is told, nobody asks its provider for afterwards', async () => {
  await change({})
  says = [...Array.from({ length: 60 }, () => 'some harmless words that go on and on for a while '), 'and then initech']
  const { key: other } = await scene.keyWith({ tenant: 'acme' })
  await scene.put('policies/house', {
    version: '1',
    name: 'house',
    tenant: 'acme',
    detectors: [{ kind: 'words', name: 'rivals', words: ['initech'] }],
    rules: [{ id: 'rivals', on: 'answer', when: 'words.rivals > 0 && request.operation == "chat"', outcome: 'BLOCK' }],
  })
  const asking = (method: string, path: string, body?: object) => scene.ask({ method, path: `/v1/responses${path}`, key: other, ...(body && { body }) })
  const told = await asking('POST', '', { model: 'keeper/gpt-4o-mini', input: 'hello', stream: true, store: true })
  assert.equal(told.text.includes('initech'), false)
  const kept = `/${/resp_\w+/.exec(told.text)![0]}`
  const asked = keeper.requests.length
  for (const path of [kept, `${kept}?stream=true`, `${kept}/input_items`]) {
    const refused = await asking('GET', path)
    assert.deepEqual([refused.status, refused.code()], [403, 'policy_blocked'], path)
  }
  assert.equal(keeper.requests.length, asked)
  const cancelled = await asking('POST', `${kept}/cancel`)
  assert.deepEqual([cancelled.status, cancelled.json().output], [200, []])
  assert.equal((await asking('DELETE', kept)).status, 200)
})
