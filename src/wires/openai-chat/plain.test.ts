/** What is plain by its bytes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saysOnlyWords } from './plain.ts'

const frame = (choice: string, more = '') => Buffer.from(`data: {"id":"c","choices":[{"index":0,${choice}}]${more}}\n\n`)

test('words, thoughts and pieces of arguments are plain', () => {
  assert.ok(saysOnlyWords(frame('"delta":{"content":"hi"},"finish_reason":null')))
  assert.ok(saysOnlyWords(frame('"delta": {"reasoning_content": "hm"}, "finish_reason": null', ', "usage": null')))
  assert.ok(saysOnlyWords(frame('"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}')))
})

test('a finish, usage, an error or the beginning of a call is not', () => {
  assert.ok(!saysOnlyWords(frame('"delta":{},"finish_reason":"stop"')))
  assert.ok(!saysOnlyWords(frame('"delta":{},"finish_reason" :  "stop"')))
  assert.ok(!saysOnlyWords(frame('"delta":{"content":"hi"}', ',"usage":{"prompt_tokens":1}')))
  assert.ok(!saysOnlyWords(frame('"delta":{"content":"hi"}', ',"x_groq":{"usage":{"prompt_tokens":1}}')))
  assert.ok(!saysOnlyWords(frame('"delta":{"content":"a"},"finish_reason":null},{"index":1,"delta":{},"finish_reason":"stop"')))
  assert.ok(!saysOnlyWords(frame('"delta":{}', ',"error":{"message":"x"}')))
  assert.ok(!saysOnlyWords(frame('"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}')))
  assert.ok(!saysOnlyWords(Buffer.from('data: [DONE]\n\n')))
})

test('words that look like keys stay words', () => {
  assert.ok(saysOnlyWords(frame(`"delta":{"content":${JSON.stringify('"usage":{"finish_reason":"stop","error":1}')}},"finish_reason":null`)))
})
