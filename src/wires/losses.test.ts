/** What a request would lose on a wire is known before it is written. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block, ChatRequest, Signature } from '../canonical/chat.ts'
import { asking, text, user } from '../../test/asking.ts'
import { lostWords, words, type CannotSay, type Word } from './losses.ts'

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
