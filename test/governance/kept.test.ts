/** Answers that a provider keeps: whoever may not use the API or the provider any more asks it nothing about them either. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openai, responses, startUpstream } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const keeper = await startUpstream((request) => (request.method === 'POST' ? responses.speak('fine')(request) : responses.reply('fine')))
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
