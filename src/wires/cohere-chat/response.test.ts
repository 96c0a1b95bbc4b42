/** Whole answers and errors of Cohere. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { answers } from '../../../test/fixtures/cohere-chat-answers.ts'
import { cohereChat } from './index.ts'

const asked = openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
const said = (more: JsonObject): JsonObject => ({ id: 'a', finish_reason: 'COMPLETE', message: { role: 'assistant', content: [] }, ...more })

describe('an answer', () => {
  test('with a plan and calls tells Chat Completions both, the plan as reasoning (case 58)', () => {
    const { choices } = openaiChat.writeResponse(cohereChat.readResponse(answers[1]!.whole), { now: 1, asked }) as {
      choices: { message: { reasoning_content: string; content: null; tool_calls: { id: string; function: JsonObject }[] }; finish_reason: string }[]
    }
    const { message, finish_reason } = choices[0]!
    assert.deepEqual([message.reasoning_content, message.content, finish_reason], ['I will look left, then right.', null, 'tool_calls'])
    assert.deepEqual(
      message.tool_calls.map(({ id }) => id),
      ['look_1', 'look_2', 'wait_1'],
    )
  })

  test('whose call has no arguments has empty ones (cases 52, 71)', () => {
    const { choices } = cohereChat.readResponse(said({ message: { tool_calls: [{ id: 'c', type: 'function', function: { name: 'n', arguments: '' } }] } }))
    const [block] = choices[0]!.blocks
    assert.equal(block?.type === 'tool-call' && block.input, '{}')
  })

  test('counts the tokens of the prompt as the model saw it, the cached ones among them (case 150)', () => {
    const { rest: _, ...usage } = cohereChat.readResponse(answers[0]!.whole).usage
    assert.deepEqual(usage, { input: 215, output: 63, cacheRead: 96, billed: { input: 17, output: 12 } })
    const billed = cohereChat.readResponse(said({ usage: { billed_units: { input_tokens: 3, output_tokens: 1 } } })).usage
    assert.deepEqual([billed.input, billed.output], [3, 1])
  })

  test('that broke off at the provider is no answer', () => {
    const fails = (body: JsonObject, reason: Reason) =>
      assert.throws(
        () => cohereChat.readResponse(body),
        (error) => error instanceof Failure && error.reason === reason,
      )
    fails(said({ finish_reason: 'ERROR' }), 'upstream_error')
    fails(said({ finish_reason: 'TIMEOUT' }), 'upstream_timeout')
    fails({ message: 'invalid api token' }, 'upstream_auth_error')
    fails({ id: 'a' }, 'upstream_invalid_response')
  })

  test('is glanced at to the same effect as it is read', () => {
    for (const { whole } of answers) {
      const seen = cohereChat.glance(whole)
      if (seen === undefined) continue
      const { choices, usage, id } = cohereChat.readResponse(whole)
      const { rest: _, ...counted } = usage
      const toolCalls = choices[0]!.blocks.filter(({ type }) => type === 'tool-call').length
      const { said: _said, ...told } = seen
      assert.deepEqual(told, { id, model: '', finish: choices[0]!.finish, usage: counted, toolCalls })
    }
    assert.equal(cohereChat.glance(said({ finish_reason: 'ERROR', usage: {} })), undefined)
    assert.ok(cohereChat.glance(answers[1]!.whole))
  })
})

describe('an error', () => {
  test('is known by its words, where they say more than its status', () => {
    const reasonOf = (message: string) => cohereChat.readError({ message }).reason
    assert.equal(reasonOf('too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.'), 'context_length_exceeded')
    assert.equal(reasonOf('too many tokens: max tokens must be less than or equal to 4096'), undefined)
    assert.equal(reasonOf('invalid api token'), 'upstream_auth_error')
    assert.equal(reasonOf("model 'command-x' not found, make sure the correct model ID was used"), 'model_not_found')
    assert.equal(reasonOf('You are using a Trial key, which is limited to 1000 API calls / month.'), 'upstream_quota_exceeded')
    assert.equal(reasonOf('invalid request: prompt must be at least 1 token long.'), undefined)
  })

  test('is told in the vendor’s envelope (case 193)', () => {
    assert.deepEqual(cohereChat.writeError(new Failure('model_not_found', 'No such model.'), 'req_1'), { id: 'req_1', message: 'No such model.' })
  })
})
