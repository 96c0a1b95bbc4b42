/** Who a client's user is, told to those who bound its length. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRequest } from './anthropic-messages/request.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const asked = (user: string) => readRequest({ model: 'm', max_tokens: 99, metadata: { user_id: user }, messages: [{ role: 'user', content: 'hi' }] })

for (const wire of [openaiChat, openaiResponses]) {
  test(`a user longer than OpenAI takes, as Claude Code’s, is left out of ${wire.name} and told as lost; a shorter one is said`, () => {
    const lost: string[] = []
    const write = (user: string) => wire.writeRequest(asked(user), { model: 'm' }, (word) => lost.push(word)).user
    assert.deepEqual([write('u'.repeat(64)), lost], ['u'.repeat(64), []])
    assert.deepEqual([write(JSON.stringify({ device_id: 'd'.repeat(64), session_id: 's'.repeat(36) })), lost], [undefined, ['user']])
  })
}
