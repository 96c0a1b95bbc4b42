/** Names and ids of a safe shape are told; texts and keys are not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf, safeId, safeName, Teller } from './names.ts'

const good = [
  'gpt-4o',
  'openai/gpt-oss-120b',
  'accounts/fireworks/models/llama-v3p1',
  'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
  'pplx-7b-online',
  'xai-org/grok-1',
  'omni-runtime/smoke',
  'risk-model',
  'chatcmpl-CgDnYw5sT2pV',
  'resp_68f1',
  'a'.repeat(200),
]
const key = '0f86d081884c7d659a2feaa0c55ad015'
const bad = [
  '',
  'two words',
  'a\nb',
  '\u001b[31m',
  'é',
  'a'.repeat(201),
  `sk-${key}`,
  `sk-proj-${key}`,
  `sk-ant-api03-${key}`,
  `gsk_${key}`,
  `rk_live_${key}`,
  `omni_${key}`,
  `openai/sk-${key}`,
  `a:b@sk_${key}`,
  `ghp_${key}`,
  `hf_${key}`,
  `xai-${key}${key}`,
  `AIza${key}`,
  `AKIA${'0123456789ABCDEF'}`,
  'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  `ya29.${key}`,
]

for (const text of good) test(`${text.slice(0, 50)} is a name`, () => assert.deepEqual([safeName(text), safeId(text), nameOf(text)], [text, text, text]))
for (const text of bad)
  test(`${JSON.stringify(text.slice(0, 50))} is none`, () => assert.deepEqual([safeName(text), safeId(text), nameOf(text)], [null, null, 'unknown']))

test('what a name is does not change with how many others were asked for', () => {
  for (let at = 0; at < 3000; at += 1) assert.equal(safeName(`model-${at}`), `model-${at}`)
  for (const text of good) assert.equal(safeName(text), text)
  for (const text of bad) assert.equal(safeName(text), null)
})

test('[C33] a name that holds a secret of its call is not told, whoever’s it is and whatever its shape', () => {
  const names = new Teller()
  assert.deepEqual([names.id(`a-${key}`), names.name('openai/a.token-of-any-shape'), names.model(key)], [`a-${key}`, 'openai/a.token-of-any-shape', key])
  names.shown = ['a.token-of-any-shape']
  names.sent = ['short', key]
  for (const text of [key, `a-${key}`, `${key}.b`, 'openai/a.token-of-any-shape'])
    assert.deepEqual([names.id(text), names.name(text), names.model(text), names.isSecret(text)], [null, null, 'unknown', true])
  assert.equal(names.model('short-model'), 'short-model', 'keys of a few letters are words')
  assert.deepEqual(names.labels({ team: 'a', other: `b:${key}` }), { team: 'a' })
  names.sent = []
  assert.equal(names.id(`a-${key}`), `a-${key}`)
})
