/** What rules take out is gone on every API that there is, and no provider hears of it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { builtIn, compileDetector, inspect } from '../../src/policy/detectors/index.ts'
import { passagesOf, replaceTexts } from '../../src/policy/passages.ts'
import { Placeholders, redact } from '../../src/policy/redact.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import type { Surface } from '../../src/surfaces/surface.ts'
import { answerTo } from '../acceptance/canary-surfaces.ts'
import { openGoverned } from './scene.ts'

const mail = 'joe.doe@example.com'
const said = `write to ${mail} at once`
const parts = [{ text: said }]
const json = `{"to":"${mail}"}`
const tool = { description: said, parameters: { type: 'object', properties: { to: { type: 'string', description: said } } } }
const chat: JsonObject = {
  messages: [
    { role: 'system', content: said },
    { role: 'user', content: [{ type: 'text', text: said }], name: mail },
    { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'send', arguments: json } }] },
    { role: 'tool', tool_call_id: 'call_1', content: said },
    { role: 'user', content: said },
  ],
  tools: [{ type: 'function', function: { name: 'send', ...tool } }],
  user: mail,
}
const messages: JsonObject = {
  max_tokens: 10,
  system: [{ type: 'text', text: said }],
  messages: [
    { role: 'user', content: said },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'send', input: { to: mail } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: said }] }] },
  ],
  tools: [{ name: 'send', description: said, input_schema: { type: 'object' } }],
  metadata: { user_id: mail },
}
const responses: JsonObject = {
  instructions: said,
  input: [
    { role: 'user', content: [{ type: 'input_text', text: said }] },
    { type: 'function_call', call_id: 'call_1', name: 'send', arguments: json },
    { type: 'function_call_output', call_id: 'call_1', output: said },
  ],
}
const gemini: JsonObject = {
  systemInstruction: { parts },
  contents: [
    { role: 'user', parts },
    { role: 'model', parts: [{ functionCall: { name: 'send', args: { to: mail } } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'send', response: { said } } }] },
  ],
}

/** By the surface's name: something that says the address wherever its API has room for words. */
const bodies: { readonly [name: string]: JsonObject } = {
  'openai-chat': chat,
  'anthropic-messages': messages,
  'cohere-chat': { messages: [{ role: 'user', content: said }], documents: [said, { data: { text: said } }] },
  'openai-responses': responses,
  'openai-completions': { prompt: [said, said], suffix: said },
  'gemini-generate': gemini,
  'openai-embeddings': { input: [said, said], user: mail },
  'gemini-embed-single': { content: { parts } },
  'gemini-embed': { requests: [{ content: { parts } }, { content: { parts } }] },
  'cohere-embed': { texts: [said], inputs: [{ content: [{ type: 'text', text: said }] }], input_type: 'search_query' },
  'cohere-rerank': { query: said, documents: [said, { text: said }] },
  'openai-moderations': { input: [said, { type: 'text', text: said }] },
  'openai-images': { prompt: said },
  'openai-image-edits': { prompt: said },
  'openai-speech': { input: said, instructions: said, voice: 'alloy' },
  'openai-transcriptions': { prompt: said },
  'openai-translations': { prompt: said },
}

const detectors = builtIn.slice(0, 1).map(compileDetector)

function redacted(surface: Surface, how: 'mask' | 'placeholder'): string {
  const body = { model: 'm', ...bodies[surface.name] }
  const { list } = passagesOf(body, 'promptFields' in surface.wire ? surface.wire.promptFields : [])
  const edits = redact(list, inspect(list, detectors), [{ what: 'pii.email', how, restores: false }], new Placeholders())
  return JSON.stringify(
    replaceTexts(
      body,
      edits.map(({ passage, text }) => ({ passage: list[passage]!, text })),
    ),
  )
}

describe('redaction', () => {
  test('[C36] has a body for every API, and none for others', () => {
    assert.deepEqual(new Set(Object.keys(bodies)), new Set(surfaces.map(({ name }) => name)))
  })

  for (const surface of surfaces) {
    test(`[C36] leaves nothing of an address in what is said on ${surface.name} (${surface.operation}), and everything else as it was`, () => {
      const body = bodies[surface.name]
      assert.ok(body, 'every API has a body here')
      const before = JSON.stringify({ model: 'm', ...body })
      assert.ok(before.includes(mail))
      assert.equal(redacted(surface, 'mask'), before.replaceAll(mail, '[email]'))
      assert.equal(redacted(surface, 'placeholder'), before.replaceAll(mail, '<EMAIL_1>'))
    })
  }
})

const paths: readonly (readonly [path: string, body: JsonObject])[] = [
  ['/v1/chat/completions', chat],
  ['/v1/chat/completions', { ...chat, stream: true }],
  ['/v1/messages', messages],
  ['/v1/messages', { ...messages, stream: true }],
  ['/v1/responses', responses],
  ['/v1/completions', { prompt: said }],
  ['/v2/chat', bodies['cohere-chat']!],
  ['/v1beta/models/up%2Fgpt-4o-mini:generateContent', gemini],
  ['/v1beta/models/up%2Fgpt-4o-mini:streamGenerateContent?alt=sse', gemini],
  ['/v1/embeddings', bodies['openai-embeddings']!],
  ['/v1/moderations', { input: said }],
  ['/v1/images/generations', { prompt: said }],
  ['/v1/audio/speech', bodies['openai-speech']!],
]

describe('a rule that takes addresses out', () => {
  test('[C36] is heeded on every path: the provider is asked, and never told one', async () => {
    const scene = await openGoverned({ script: (request) => answerTo(request, 'fine') })
    await scene.put('policies/private', {
      version: '1',
      name: 'private',
      rules: [{ id: 'mail', when: 'pii.email > 0', then: { redact: ['pii.email'] } }],
    })
    const { key } = await scene.keyWith({ name: 'any' })
    for (const [path, body] of paths) {
      const asked = scene.upstream.requests.length
      const told = await scene.ask({ path, key, body: path.includes(':') ? body : { model: 'up/gpt-4o-mini', ...body } })
      assert.equal(told.status, 200, `${path}: ${told.text}`)
      assert.ok(scene.upstream.requests.length > asked, path)
    }
    for (const { path, body } of scene.upstream.requests) assert.equal(String(body).includes('joe.doe'), false, path)
  })
})

test('(routing 62) what stands behind the file of a form is looked at before anybody is asked', async () => {
  const scene = await openGoverned({ script: (request) => answerTo(request, 'fine') })
  await scene.put('policies/private', { version: '1', name: 'private', rules: [{ id: 'mail', when: 'pii.email > 0', outcome: 'BLOCK' }] })
  const { key } = await scene.keyWith({ name: 'any' })
  const send = async (prompt: string): Promise<number> => {
    const form = new FormData()
    form.append('model', 'up/whisper-1')
    form.append('file', new Blob(['sound'.repeat(50_000)], { type: 'audio/wav' }), 'a.wav')
    form.append('prompt', prompt)
    return (await fetch(`${scene.url}/v1/audio/transcriptions`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: form })).status
  }
  assert.deepEqual([await send(said), scene.upstream.requests.length], [403, 0])
  assert.deepEqual([await send('nothing of note'), scene.upstream.requests.length], [200, 1])
})
