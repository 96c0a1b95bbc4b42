/** Something to say on every surface, with secrets in all of it, and a provider that answers all of them with others. */

import type { JsonObject } from '../../src/base/json.ts'
import { reply, type Answer, type Received } from '../upstream/index.ts'
import { embeddings } from '../upstream/forms.ts'
import { chatBody, messagesBody, play, secret, type Way } from './canary-calls.ts'
import type { Asking } from './scene.ts'

const words = () => secret('prompt')

/** A form with a file, as a client sends it by hand. */
function formOf(fields: { readonly [name: string]: string }, file: string): Pick<Asking, 'headers' | 'body'> {
  const boundary = 'a-boundary-of-a-form'
  const parts = Object.entries(fields).map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  const named = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${secret('file name')}.wav"\r\ncontent-type: audio/wav\r\n\r\n${file}\r\n`
  const body = Buffer.from(`${parts.join('')}${named}--${boundary}--\r\n`)
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(body.length) } }
}

/** One of each; what streams is asked both ways. */
export function everySurface(): readonly Asking[] {
  const said = { role: 'user', content: words() }
  const both = (path: string, body: JsonObject): Asking[] => [false, true].map((stream) => ({ path, body: { ...body, stream } }))
  const gemini = { contents: [{ role: 'user', parts: [{ text: words() }] }], systemInstruction: { parts: [{ text: secret('system') }] } }
  return [
    ...both('/v1/chat/completions', { ...chatBody, model: 'chat/m' }),
    ...both('/v1/chat/completions', { ...chatBody, model: 'claude/m' }),
    ...both('/v1/messages', { ...messagesBody, model: 'claude/m' }),
    ...both('/v1/messages', { ...messagesBody, model: 'both' }),
    ...both('/v1/responses', { model: 'chat/m', input: words(), instructions: secret('system') }),
    ...both('/v1/completions', { model: 'chat/m', prompt: words(), suffix: secret('suffix') }),
    ...both('/v2/chat', { model: 'chat/m', messages: [said] }),
    { path: '/v1beta/models/chat%2Fm:generateContent', body: gemini },
    { path: '/v1beta/models/chat%2Fm:streamGenerateContent?alt=sse', body: gemini },
    { path: '/v1beta/models/chat%2Fm:streamGenerateContent', body: gemini },
    { path: '/v1/messages/count_tokens', body: { ...messagesBody, model: 'claude/m' } },
    { path: '/v1/embeddings', body: { model: 'chat/m', input: [words(), secret('second text')], user: secret('user field') } },
    { path: '/v1/moderations', body: { model: 'chat/m', input: words() } },
    { path: '/v1/rerank', body: { model: 'chat/m', query: words(), documents: [secret('document')] } },
    { path: '/v1/images/generations', body: { model: 'chat/m', prompt: words() } },
    { path: '/v1/audio/speech', body: { model: 'chat/m', input: words(), voice: 'alloy' } },
    { path: '/v1/audio/transcriptions', ...formOf({ model: 'chat/m', prompt: words() }, secret('sound')) },
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What the provider of Chat Completions answers on each of its paths. */
export function answerTo(request: Received, way: Way): Answer {
  const { path } = request
  if (path.endsWith('/chat/completions') || way !== 'fine') return play('chat', way, path.endsWith('/chat/completions') && request.json().stream === true)
  if (path.endsWith('/embeddings')) return embeddings(request)
  if (path.endsWith('/speech')) return reply(200, secret('spoken'), { 'content-type': 'audio/mpeg' })
  if (path.endsWith('/transcriptions')) return reply(200, { text: secret('transcript') })
  if (path.endsWith('/images/generations'))
    return reply(200, { created: 1, data: [{ b64_json: base64(secret('picture')), revised_prompt: secret('revised') }] })
  if (path.endsWith('/moderations')) return reply(200, { id: 'modr_1', model: 'm', results: [{ flagged: false, categories: {}, category_scores: {} }] })
  return reply(404, { error: { message: secret('no such path') } })
}
