/** Choices among some tools, as each wire that has them says them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { offerAllowed } from './allowed-tools.ts'
import { wires } from './index.ts'

const names = ['a', 'b', 'c']
const said: { readonly [wire: string]: JsonObject } = {
  'openai-chat': {
    messages: [{ role: 'user', content: 'U' }],
    tools: names.map((name) => ({ type: 'function', function: { name } })),
    tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: ['a', 'c'].map((name) => ({ type: 'function', function: { name } })) } },
  },
  'openai-responses': {
    input: 'U',
    tools: names.map((name) => ({ type: 'function', name, parameters: null, strict: false })),
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: ['a', 'c'].map((name) => ({ type: 'function', name })) },
  },
  'gemini-generate': {
    contents: [{ role: 'user', parts: [{ text: 'U' }] }],
    tools: [{ functionDeclarations: names.map((name) => ({ name })) }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'c'] } },
  },
}

for (const [from, body] of Object.entries(said)) {
  const request = wires[from as 'openai-chat']!.readRequest({ model: 'm', ...body })

  test(`${from}: other wires are offered the allowed tools alone, and nothing is lost`, () => {
    for (const wire of Object.values(wires)) {
      if (wire.name === from || wire.name === 'openai-completions') continue
      const written = wire.writeRequest(offerAllowed(request, wire.name), { model: 'm' }, (word) => assert.fail(`${wire.name} lost ${word}`))
      const { tools, toolChoice } = wire.readRequest({ ...written, model: 'm' })
      assert.deepEqual([tools.map(({ name }) => name), toolChoice?.mode], [['a', 'c'], 'required'], wire.name)
    }
  })

  test(`${from}: its own wire is told as the client said it`, () => {
    const wire = wires[from as 'openai-chat']!
    assert.equal(offerAllowed(request, wire.name), request)
    assert.partialDeepStrictEqual(
      wire.writeRequest(request, { model: 'm' }, () => {}),
      body,
    )
  })
}
