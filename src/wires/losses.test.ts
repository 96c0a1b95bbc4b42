/** What a request would lose on a wire is known before it is written. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import type { Block, ChatRequest, Signature, WireName } from '../canonical/chat.ts'
import { asking, text, user } from '../../test/asking.ts'
import { wires } from './index.ts'
import { loseRest, lostWords, words, type CannotSay, type Word } from './losses.ts'

const mute: CannotSay = Object.fromEntries(words.map((word) => [word, 'drop']))
const signature: Signature = { scheme: 'signed-thinking', value: 's' }
const rest = { wire: 'openai-chat', fields: {} } as const
const image = (fields: object = {}): Block => ({ type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: '' }, ...fields })

/** Settings of a request, and the word that each uses. */
const settings: readonly [Partial<ChatRequest>, readonly Word[]][] = [
  [{ seed: 0 }, ['seed']],
  [{ frequencyPenalty: 0.5, presencePenalty: -1 }, ['frequency_penalty', 'presence_penalty']],
  [{ topK: 1, topP: 1, temperature: 0 }, ['top_k', 'top_p', 'temperature']],
  [{ stop: ['x'] }, ['stop']],
  [{ logprobs: 0 }, ['logprobs']],
  [{ choices: 2 }, ['choices']],
  [{ format: { type: 'json' } }, ['format']],
  [{ format: { type: 'schema', schema: {} } }, ['format']],
  [{ parallelTools: false }, ['parallel_tools']],
  [{ thinking: { mode: 'budget', budget: 1 } }, ['thinking']],
  [{ user: 'u' }, ['user']],
  [{ modalities: ['text', 'audio'] }, ['modalities']],
  [{ toolChoice: { mode: 'none' } }, ['tool_choice']],
  [{ tools: [{ type: 'function', name: 'f', strict: true, cache: {} }] }, ['tools', 'strict_tool', 'cache_mark']],
  [
    {
      tools: [
        { type: 'custom', name: 'c' },
        { type: 'hosted', name: 'h', rest },
      ],
    },
    ['custom_tool', 'hosted_tool'],
  ],
]

const blocks: readonly [Block, readonly Word[]][] = [
  [{ type: 'text', text: 'x', citations: [{}], signature, cache: { ttl: '1h' } }, ['cache_mark', 'cache_ttl', 'signature', 'citation']],
  [{ type: 'reasoning', text: 'x', signature }, ['reasoning', 'signature']],
  [{ type: 'reasoning', text: '', redacted: 'x' }, ['redacted_reasoning']],
  [{ type: 'tool-call', id: 'c', name: 'n', input: '', signature }, ['signature']],
  [{ type: 'tool-result', callId: 'c', failed: true, blocks: [image({ cache: {} })] }, ['tool_error', 'tool_result_media', 'cache_mark', 'image']],
  [image({ detail: 'high', source: { type: 'url', url: 'https://a.example' } }), ['image', 'image_url', 'image_detail']],
  [{ type: 'media', kind: 'audio', source: { type: 'file', id: 'f' } }, ['audio', 'file_id']],
  [{ type: 'media', kind: 'video', source: { type: 'url', url: 'https://a.example' } }, ['video']],
  [{ type: 'document', source: { type: 'url', url: 'https://a.example' } }, ['document', 'document_url']],
  [{ type: 'document', source: { type: 'file', id: 'f' } }, ['document', 'file_id']],
  [{ type: 'refusal', text: 'no' }, ['refusal']],
  [{ type: 'native', name: 'odd', rest }, ['native_block']],
]

test('each setting and each block uses the words that it cannot do without', () => {
  for (const [fields, expected] of settings)
    assert.deepEqual(lostWords(asking([user(text('hi'))], fields), mute).toSorted(), expected.toSorted(), JSON.stringify(fields))
  for (const [block, expected] of blocks) assert.deepEqual(lostWords(asking([user(block)]), mute).toSorted(), expected.toSorted(), JSON.stringify(block))
})

test('what says nothing uses no word', () => {
  const plain: Partial<ChatRequest> = {
    frequencyPenalty: 0,
    presencePenalty: 0,
    stop: [],
    choices: 1,
    format: { type: 'text' },
    thinking: { mode: 'off' },
    modalities: ['text'],
    toolChoice: { mode: 'auto' },
    maxTokens: 5,
  }
  assert.deepEqual(lostWords(asking([user(text('hi'))], plain), mute), [])
})

test('only the words that the wire lacks are lost, each told once', () => {
  const request = asking([user(image(), image()), user(image())], { seed: 1, topK: 1 })
  assert.deepEqual(lostWords(request, { top_k: 'drop', image: 'refuse', audio: 'refuse' }).toSorted(), ['image', 'top_k'])
  assert.deepEqual(lostWords(request, {}), [])
})

test('the list of words is closed, and names nothing twice', () => {
  assert.equal(new Set(words).size, words.length)
})

/** What is told of a body when it goes to each wire but its own. */
function toldElsewhere(from: WireName, body: JsonObject): string[][] {
  const request = wires[from]!.readRequest(body)
  const others = Object.values(wires).filter(({ name }) => name !== from && name !== 'openai-completions')
  return others.map((wire) => {
    const lost: Word[] = []
    wire.writeRequest(request, { model: 'm' }, (word) => lost.push(word))
    return [...new Set(lost)]
  })
}

const messages = [{ role: 'user', content: 'U' }]

test('[172] a field that no other wire knows is told as lost by every one of them', () => {
  for (const field of ['logit_bias', 'verbosity', 'service_tier']) {
    for (const lost of toldElsewhere('openai-chat', { model: 'm', messages, [field]: 'x' })) assert.deepEqual(lost, ['unknown_field'], field)
  }
})

test('[172] what asks for nothing, or for what the gateway sees to, is no loss', () => {
  const fields = { stream: true, stream_options: { include_usage: true }, logprobs: false, store: false, seed: null, metadata: {} }
  for (const lost of toldElsewhere('openai-chat', { model: 'm', messages, ...fields })) assert.deepEqual(lost, [])
  const sealed = { store: false, include: ['reasoning.encrypted_content'] }
  for (const lost of toldElsewhere('openai-responses', { model: 'm', input: 'U', ...sealed })) assert.deepEqual(lost, [])
})

test('[11] the name of who speaks is left out and told', () => {
  for (const lost of toldElsewhere('openai-chat', { model: 'm', messages: [{ ...messages[0]!, name: 'bob' }] })) assert.deepEqual(lost, ['turn_name'])
})

test('what a document is about, and that it is to be cited, is told where it is lost', () => {
  const said: JsonObject = { source: { type: 'text', media_type: 'text/plain', data: 'D' }, context: 'C', citations: { enabled: true } }
  const content: JsonObject[] = [
    { type: 'document', ...said },
    { type: 'text', text: 'U' },
  ]
  for (const lost of toldElsewhere('anthropic-messages', { model: 'm', max_tokens: 99, messages: [{ role: 'user', content }] }))
    assert.deepEqual(lost.sort(), ['citation', 'unknown_field'])
})

test('what a model is told of a tool beside its description and schema is told where it is lost', () => {
  const told = { name: 'f', input_schema: { type: 'object' }, input_examples: [{ q: 1 }] }
  const tools = [{ type: 'namespace', name: 'n', description: 'D', tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }] }]
  for (const lost of toldElsewhere('anthropic-messages', { model: 'm', max_tokens: 99, messages, tools: [told] })) assert.deepEqual(lost, ['unknown_field'])
  for (const lost of toldElsewhere('openai-responses', { model: 'm', input: 'U', tools })) assert.deepEqual(lost, ['unknown_field'])
})

test('a prompt that a vendor keeps is refused by every other', () => {
  const request = wires['gemini-generate']!.readRequest({ contents: [{ role: 'user', parts: [{ text: 'U' }] }], cachedContent: 'cachedContents/1' })
  assert.throws(() => loseRest(request, 'openai-chat', () => {}), { reason: 'unsupported_parameter', param: 'cachedContent' })
  loseRest(request, 'gemini-generate', () => assert.fail())
})
