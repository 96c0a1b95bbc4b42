/** Placeholders are known for what they are, and real secrets are not mistaken for them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPlaceholder, leastBits, strengthOf } from './secrets.ts'

const placeholders = [
  'sk-1234',
  'sk-123456789',
  'your-api-key-1',
  'your_api_key_here',
  'YOUR-OPENAI-KEY',
  'CHANGEME',
  'change-me',
  'change_this',
  '123456',
  '12345678',
  'test-token',
  'test',
  'test-key',
  'secret-api-key',
  'secret',
  'password',
  'xxxx',
  'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
  'aaaaaaaa',
  '',
  '...',
  '********',
  '<your key>',
  '${OPENAI_API_KEY}',
  'replace-me',
  'sk-proj-...',
  'dummy',
  'placeholder',
  'my-secret',
  'api_key',
  'example-key',
]

/** Made up, but made the way the vendors make them. */
const real = [
  'sk-proj-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c',
  'my-local-token',
  '9f86d081884c7d659a2feaa0c55ad015',
  'gsk_Zk3v9Qm2Lw8Tn4Rb6Yc1Hd5Jf7',
  'AIzaQ8n2Vw5Lk9Zr3Tb7Yc1Hd6Jf4Gm0Px2',
  'correct-horse-battery-staple',
  'b7Q2-secretary-9x',
  'team-gateway',
]

test('what stands in examples is a placeholder', () => {
  for (const text of placeholders) assert.ok(isPlaceholder(text), text)
})

test('what somebody made is none', () => {
  for (const text of real) assert.ok(!isPlaceholder(text), text)
})

test('128 bits are 32 hex digits, 22 characters of base64, or more of less', () => {
  assert.ok(strengthOf('9f86d081884c7d659a2feaa0c55ad015') >= leastBits)
  assert.ok(strengthOf('gT4kWz-0pQ_7bLx2mNv8Rj') >= leastBits)
  assert.ok(strengthOf('9f86d081884c7d659a2feaa0c55ad01') < leastBits)
  assert.ok(strengthOf('my-local-token') < leastBits)
  assert.ok(strengthOf('ab'.repeat(100)) < leastBits, 'length alone is no strength')
})
