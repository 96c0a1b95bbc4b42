/** Whose doing a failure is: what one client asks for takes no target, account or provider from the others. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gemini, hang, messages, openai, openStream, reply, type Received } from '../upstream/index.ts'
import { openScene, openStage, question } from './scene.ts'

const google = await openStage(gemini.speak('Hello World'))
after(() => google.upstream.stop())
const scene = await openScene({
  providers: () => `  gemini: { key: secret-of-gemini-9f86d081884c7d65, baseUrl: "${google.upstream.url}/v1beta" }`,
  config: () => 'retry: { perTarget: 0 }\nhealth: { failures: 1, window: 1ms }',
})

for (const message of ['You do not have permission to access the File abc or it may not exist.', 'CachedContent not found (or permission denied)']) {
  test(`a file that is not there (“${message.slice(-20)}”) is the client’s to mend, and the account goes on`, async () => {
    google.play(reply(403, { error: { code: 403, message, status: 'PERMISSION_DENIED' } }), gemini.speak('fine'))
    const ask = (part: object) => scene.post('/v1beta/models/gemini%2Fgemini-2.5-flash:generateContent', { contents: [{ role: 'user', parts: [part] }] })
    const fileUri = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
    assert.equal((await ask({ fileData: { fileUri, mimeType: 'image/png' } })).status, 400)
    assert.equal((await ask({ text: 'hi' })).status, 200)
  })
}

const counts = ({ path }: Received): boolean => path.includes('count_tokens')
const claude = { model: 'anthropic/claude-sonnet-4-5', ...question }

for (const [says, fault] of [
  ['has a limit of its own', messages.error(429, 'rate_limit_error', { 'retry-after': '30' })],
  ['fails', messages.error(500, 'api_error')],
] as const) {
  test(`counting that ${says} leaves the model to answer`, async () => {
    scene.claude.play((request) => (counts(request) ? fault : messages.reply('fine')))
    const counted = await scene.post('/v1/messages/count_tokens', claude)
    assert.equal(counted.headers.get('x-omni-usage-source'), 'estimated')
    assert.equal((await scene.post('/v1/messages', { ...claude, max_tokens: 9 })).status, 200)
  })
}

test('and counting that works makes nobody trust a model that fails', async () => {
  scene.claude.play((request) => (counts(request) ? messages.speak('fine')(request) : messages.error(500, 'api_error')))
  assert.equal((await scene.post('/v1/messages', { ...claude, max_tokens: 9 })).status, 502)
  for (let at = 0; at < 8; at += 1) await (await scene.post('/v1/messages/count_tokens', claude)).arrayBuffer()
  assert.equal((await scene.post('/v1/messages', { ...claude, max_tokens: 9 })).status, 503)
})

test('a client that leaves an answer that says nothing makes nobody trust who was silent', async () => {
  const model = 'openai/gpt-4o'
  scene.chat.play(openai.error(500, 'server_error'))
  assert.equal((await scene.post('/v1/chat/completions', { model, ...question })).status, 502)
  scene.chat.play([openStream(), hang()])
  const { url, key } = scene.gateway
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ model, stream: true, ...question })
  const ask = (ms: number) =>
    fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body, signal: AbortSignal.timeout(ms) }).then(
      ({ status }) => status,
      () => 'left',
    )
  const heard: (number | string)[] = []
  for (let at = 0; at < 7; at += 1) heard.push(await ask(50))
  assert.ok(heard.includes('left'), 'one is let through, to try')
  assert.equal(await ask(3000), 503)
})
