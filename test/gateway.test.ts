/** The instrument that starts the gateway for other tests starts it, ends it, and tells why it would not start. */

import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { eventually, startGateway, type Gateway } from './gateway.ts'
import { openai, startUpstream } from './upstream/index.ts'

const ask = ({ url, key }: Gateway, model: string): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  })

test('a started gateway stands between its client and a scripted upstream, and logs the call', async () => {
  await using upstream = await startUpstream(openai.speak('Hello World'))
  await using gateway = await startGateway({ config: `providers:\n  openai: { key: sk-test-upstream, baseUrl: "${upstream.url}/v1" }\n` })
  const answer = (await (await ask(gateway, 'openai/gpt-4o-mini')).json()) as { choices: { message: { content: string } }[] }
  assert.equal(answer.choices[0]?.message.content, 'Hello World')
  assert.equal(upstream.requests[0]?.header('authorization'), 'Bearer sk-test-upstream')
  const line = await eventually(() => gateway.log().find(({ msg }) => msg === 'inference'))
  assert.equal(line.routed_model, 'gpt-4o-mini')
  assert.match(gateway.stderr(), new RegExp(gateway.url))
})

test('a gateway is stopped in good order, and starts again on what it stored', async () => {
  await using first = await startGateway()
  assert.equal(await first.stop(), 0)
  await using second = await startGateway({ dataDir: first.dataDir })
  assert.equal((await ask({ ...second, key: first.key }, 'omni-runtime/smoke')).status, 200)
})

test('a gateway of its own data directory takes it along when it goes', async () => {
  const gateway = await startGateway()
  await gateway[Symbol.asyncDispose]()
  await assert.rejects(stat(gateway.dataDir), { code: 'ENOENT' })
})

test('a gateway that will not start says why', async () => {
  await assert.rejects(startGateway({ config: 'provders: {}\n' }), /ended with 1 before it was ready[^]*provders/)
})
