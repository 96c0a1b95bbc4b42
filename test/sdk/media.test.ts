/** Images and documents through both vendors' packages, to either wire. */

import assert from 'node:assert/strict'
import type Anthropic from '@anthropic-ai/sdk'
import { test } from 'node:test'
import OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import { openScene } from '../contract/scene.ts'
import { anthropicOf, behindChat, behindMessages, openaiOf, type Behind } from './clients.ts'

const scene = await openScene()
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const png = 'iVBORw0KGgo='
const pdf = Buffer.from('%PDF-1.4 scripted').toString('base64')
const address = 'https://pictures.example/a.png?size=2'

/** What the provider was told in the last user turn. */
const told = (behind: Behind): JsonObject[] => {
  const { messages } = behind.stage(scene).asked()[0]!.json()
  return ((messages as JsonObject[]).at(-1)?.content ?? []) as JsonObject[]
}

async function askChat(behind: Behind, content: OpenAI.ChatCompletionContentPart[]): Promise<readonly JsonObject[]> {
  behind.stage(scene).play(behind.speak('ok'))
  await openaiClient.chat.completions.create({ model: behind.model, messages: [{ role: 'user', content }] })
  return told(behind)
}

async function askMessages(behind: Behind, content: Anthropic.ContentBlockParam[]): Promise<readonly JsonObject[]> {
  behind.stage(scene).play(behind.speak('ok'))
  await anthropicClient.messages.create({ model: behind.model, max_tokens: 9, messages: [{ role: 'user', content }] })
  return told(behind)
}

test('images of the openai package reach Messages: a data URL as its bytes, an address as an address (case 113)', async () => {
  const content = await askChat(behindMessages, [
    { type: 'text', text: 'compare' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
    { type: 'image_url', image_url: { url: address } },
  ])
  assert.deepEqual(content, [
    { type: 'text', text: 'compare' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    { type: 'image', source: { type: 'url', url: address } },
  ])
})

test('images of the Anthropic package reach Chat Completions (case 116)', async () => {
  const content = await askMessages(behindChat, [
    { type: 'text', text: 'compare' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    { type: 'image', source: { type: 'url', url: address } },
  ])
  assert.deepEqual(content, [
    { type: 'text', text: 'compare' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
    { type: 'image_url', image_url: { url: address } },
  ])
})

test('on the same wire images go as they came, the detail with them', async () => {
  const part = { type: 'image_url', image_url: { url: address, detail: 'low' } } as const
  assert.deepEqual(await askChat(behindChat, [part]), [part])
  const block = { type: 'image', source: { type: 'url', url: address }, cache_control: { type: 'ephemeral' } } as const
  assert.deepEqual(await askMessages(behindMessages, [block]), [block])
})

test('a file of the openai package is a document of Messages (case 117)', async () => {
  const content = await askChat(behindMessages, [
    { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
    { type: 'text', text: 'read' },
  ])
  const document = content.find(({ type }) => type === 'document')
  assert.deepEqual(document?.source, { type: 'base64', media_type: 'application/pdf', data: pdf })
  assert.equal(document?.title, 'a.pdf')
})

test('a document of the Anthropic package is a file of Chat Completions', async () => {
  const content = await askMessages(behindChat, [
    { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
    { type: 'text', text: 'read' },
  ])
  assert.deepEqual(content.find(({ type }) => type === 'file')?.file, { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` })
})

test('the text of a text document is not lost on Chat Completions (case 123)', async () => {
  const content = await askMessages(behindChat, [
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'the whole story' }, citations: { enabled: true } },
    { type: 'text', text: 'read' },
  ])
  assert.match(JSON.stringify(content), /the whole story/)
})

test('sound is refused for Messages with a 400, and never dropped (case 120)', async () => {
  const sound: OpenAI.ChatCompletionContentPart = { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }
  await assert.rejects(askChat(behindMessages, [sound]), (error) => error instanceof OpenAI.BadRequestError && error.code === 'unsupported_parameter')
  assert.equal(scene.claude.asked().length, 0)
})

test('an image in a tool’s result reaches a model of Chat Completions (case 46)', async () => {
  behindChat.stage(scene).play(behindChat.speak('ok'))
  const image = { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: png } }
  await anthropicClient.messages.create({
    model: behindChat.model,
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'look' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'here' }, image] }] },
    ],
  })
  const sent = scene.chat.asked()[0]!.json().messages as JsonObject[]
  assert.deepEqual(
    sent.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'user'],
  )
  assert.match(JSON.stringify(sent.at(-1)), new RegExp(`data:image/png;base64,${png}`))
})
