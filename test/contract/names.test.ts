/** Section 2 of the contract, its first row: where a model's name leads, in the order of its rules. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { startGateway } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `
  east: { like: openai, baseUrl: "${chat}/east", models: [only-east, both, org/model] }
  west: { like: openai, baseUrl: "${chat}/west", models: [both, openai-too] }
  groq: { key: secret-of-groq-9f86d081884c7d65, baseUrl: "${chat}/groq", models: [openai-too, openai/gpt-oss-120b] }`,
  config: () => `
aliases: { fast: west/quick, faster: fast, only-east: west/renamed, chained: careful }
chains: { careful: { targets: [east/first, west/second] }, both-of-them: { targets: [faster, careful] } }`,
})

/** Where a call went, and under which name: the path of the request tells the provider. */
async function goesTo(fields: JsonObject, headers: { readonly [name: string]: string } = {}): Promise<readonly [target: string, reason: unknown]> {
  scene.chat.play(openai.speak('ok'))
  const answer = await scene.post('/v1/chat/completions', { ...question, ...fields }, headers)
  assert.equal(answer.status, 200, await answer.text())
  const [request] = scene.chat.asked()
  const { route_reason: reason, requested_model: requested } = await scene.receiptOf(answer)
  assert.equal(requested, fields.model)
  return [`${request!.path.replace(/\/chat\/completions$/, '')} ${String(request!.json().model)}`, reason]
}

async function refused(
  fields: JsonObject,
  headers: { readonly [name: string]: string } = {},
): Promise<readonly [status: number, code: string, message: string, param: string | null]> {
  scene.chat.play(openai.speak('ok'))
  const answer = await scene.post('/v1/chat/completions', { ...question, ...fields }, headers)
  const { error } = (await answer.json()) as { error: { code: string; message: string; param: string | null } }
  assert.equal(scene.chat.asked().length, 0)
  return [answer.status, error.code, error.message, error.param]
}

const rules: readonly (readonly [says: string, model: string, target: string, reason: string])[] = [
  ['a chain’s name is first', 'careful', '/east first', 'chain'],
  ['an alias is as early as a chain, also of a listed id', 'only-east', '/west renamed', 'alias'],
  ['an alias may lead to an alias', 'faster', '/west quick', 'alias'],
  ['an alias may lead to a chain', 'chained', '/east first', 'chain'],
  ['a chain may hold aliases and chains', 'both-of-them', '/west quick', 'chain'],
  ['a prefix is a connection’s name, and the rest goes as it is', 'west/ft:gpt-4o:acme::x/y@2', '/west ft:gpt-4o:acme::x/y@2', 'prefix'],
  ['the owner’s prefix leads to the owner’s configured address', 'openai/gpt-4o', '/v1 gpt-4o', 'prefix'],
  ['a prefix beats a listed id with a slash', 'groq/openai/gpt-oss-120b', '/groq openai/gpt-oss-120b', 'prefix'],
  ['`owner/model` goes to the owner, never to a host that lists that very id', 'openai/gpt-oss-120b', '/v1 gpt-oss-120b', 'prefix'],
  ['a bare id with a slash goes to the one that lists it', 'org/model', '/east org/model', 'only_provider'],
  ['a bare id that nobody lists goes to the default provider, since it has an address of its own', 'my-fine-tune', '/v1 my-fine-tune', 'default_provider'],
]

describe('a model’s name', () => {
  for (const [says, model, target, reason] of rules) test(`: ${says}`, async () => assert.deepEqual(await goesTo({ model }), [target, reason]))

  test('that several have and the default is not among them is ambiguous: 400 with the choices', async () => {
    const [status, code, message, param] = await refused({ model: 'both' })
    assert.deepEqual([status, code, param], [400, 'ambiguous_model', 'model'])
    assert.match(message, /east\/….*west\/…/)
  })

  test('with the prefix of a provider that is not connected is 404, and says how to connect it', async () => {
    const [status, code, message] = await refused({ model: 'mistral/mistral-large-latest' })
    assert.deepEqual([status, code], [404, 'model_not_found'])
    assert.match(message, /MISTRAL_API_KEY.*omni connect mistral/)
  })
})

test('`omni_route` and `omni_provider` say where, in the body or in headers', async () => {
  const model = 'gpt-4o'
  assert.deepEqual(await goesTo({ model, omni_route: 'careful' }), ['/east first', 'chain'])
  assert.deepEqual(await goesTo({ model }, { 'x-omni-route': 'careful' }), ['/east first', 'chain'])
  assert.deepEqual(await goesTo({ model, omni_provider: 'west' }), ['/west gpt-4o', 'asked_provider'])
  assert.deepEqual(await goesTo({ model }, { 'x-omni-provider': 'west' }), ['/west gpt-4o', 'asked_provider'])
  assert.deepEqual(await goesTo({ model: 'west/gpt-4o', omni_provider: 'west' }), ['/west gpt-4o', 'asked_provider'])
  assert.deepEqual(await goesTo({ model: 'org/model', omni_provider: 'west' }), ['/west org/model', 'asked_provider'])
})

test('and are refused where they name nothing, or are no names', async () => {
  const model = 'gpt-4o'
  for (const [fields, status, code, param] of [
    [{ omni_route: 'nowhere' }, 404, 'model_not_found', 'omni_route'],
    [{ omni_provider: 'nobody' }, 404, 'model_not_found', 'omni_provider'],
    [{ omni_provider: 'mistral' }, 404, 'model_not_found', 'omni_provider'],
    [{ omni_route: 7 }, 400, 'invalid_type', 'omni_route'],
    [{ omni_provider: ['west'] }, 400, 'invalid_type', 'omni_provider'],
  ] as const) {
    const told = await refused({ model, ...fields } as JsonObject)
    assert.deepEqual([told[0], told[1], told[3]], [status, code, param])
  }
})

test('the receipt of a name that leads nowhere does not repeat it', async () => {
  const answer = await scene.post('/v1/chat/completions', { model: 'mistral/of-client', ...question })
  const receipt = await scene.receiptOf(answer)
  assert.deepEqual([receipt.requested_model, receipt.provider, receipt.outcome, receipt.provider_called], ['unknown', null, 'refused', false])
  assert.ok(!scene.gateway.stdout().includes('of-client'))
})

test('on a gateway whose default provider lives where it always does, bare names are looked up, and the default wins a tie', async () => {
  await using upstream = await startUpstream(openai.speak('ok'))
  const config = `
defaultProvider: west
providers:
  east: { like: openai, baseUrl: "${upstream.url}/east", models: [both] }
  west: { like: openai, baseUrl: "${upstream.url}/west", models: [both] }
`
  await using gateway = await startGateway({ config, env: { OMNI_AUTH_TOKENS: '', GROQ_API_KEY: 'gsk-9f86d081884c7d65' } })
  const ask = (model: string) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, ...question }),
    })
  assert.equal((await ask('both')).status, 200)
  assert.equal(upstream.requests[0]!.path, '/west/chat/completions')
  await gateway.stop()
  await using plain = await startGateway({ env: { OMNI_AUTH_TOKENS: '', GROQ_API_KEY: 'gsk-9f86d081884c7d65', OMNI_DEFAULT_PROVIDER: 'groq' } })
  const models = (await (await fetch(`${plain.url}/v1/models`)).json()) as { data: { id: string }[] }
  assert.ok(models.data.some(({ id }) => id === 'groq/llama-3.3-70b-versatile'))
  assert.equal(
    (await fetch(`${plain.url}/v1/models/llama-3.3-70b-versatile`).then((answer) => answer.json() as Promise<{ owned_by: string }>)).owned_by,
    'groq',
  )
  assert.equal((await fetch(`${plain.url}/v1/models/nobody-has-this`)).status, 404)
})
