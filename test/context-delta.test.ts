/** What was done to a request on its way to a target is on its receipt, each by its word, with how long the prompt was before and after. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../src/base/json.ts'
import { callOf, receiptOf, targetOf } from './calling.ts'
import type { WireName } from '../src/canonical/chat.ts'
import type { ReceiptRecord } from '../src/receipts/signals.ts'
import type { Target } from '../src/routing/target.ts'
import type { Quirks } from '../src/wires/quirks.ts'
import type { Gateway } from '../src/gateway/gateway.ts'
import { tellCall } from '../src/gateway/observe.ts'
import { prepare } from '../src/gateway/outgoing.ts'

const gateway = { hashInput: () => null, epochOf: () => undefined } as unknown as Gateway
const ask = (content: Json, more: JsonObject = {}): JsonObject => ({ model: 'm', messages: [{ role: 'user', content }], ...more })
const speaking = (wire: WireName, model = 'm'): Target => targetOf(model, { speaks: { [wire]: '/there' } })
const withQuirks = (quirks: Quirks): Target => targetOf('m', { quirks: { 'openai-chat': quirks } })

interface Sending {
  readonly surface?: WireName
  readonly brought?: ReadonlyMap<string, { readonly mime: string; readonly data: string }>
}

/** The receipt of a call that was made ready for the target, and answered by nobody. */
function send(body: JsonObject | string, target: Target, { surface = 'openai-chat', brought }: Sending = {}): ReceiptRecord {
  const call = callOf(body, { surface })
  const receipt = receiptOf()
  tellCall(call, gateway, receipt)
  if (brought !== undefined) call.brought = new Map(brought)
  prepare(call, target, false, receipt)
  return receipt.close()
}

const lengths = ({ tokens_before: before, tokens_after: after, tokens_saved: saved }: ReceiptRecord) => [before, after, saved]
const look = { type: 'function', function: { name: 'look', description: 'Looks at a place.', parameters: { type: 'object', properties: {} } } }

describe('what goes on as it came', () => {
  test('is unchanged, and nothing was done to it', () => {
    const record = send(ask('Hello there, you two.'), targetOf('m'))
    assert.deepEqual([record.context_delta, record.transforms, record.lossy, ...lengths(record)], ['unchanged', [], false, 6, 6, 0])
    assert.deepEqual(record.modalities, ['text'])
  })

  test('is unchanged under another name of the model, and where its stream is asked for usage', () => {
    const record = send(ask('Hello.', { stream: true, tools: [look] }), targetOf('other'))
    assert.deepEqual([record.context_delta, record.transforms, record.tokens_saved], ['unchanged', ['model_renamed', 'usage_asked'], 0])
  })

  test('is as long as its bytes say, spaces and all, on both sides', () => {
    const pretty = send(JSON.stringify(ask('Hello.', { tools: [look] }), null, 8), withQuirks({ rename: { seed: 'random_seed' } }))
    assert.ok(pretty.tokens_before! > send(ask('Hello.', { tools: [look] }), targetOf('m')).tokens_before! + 50)
    assert.equal(pretty.tokens_saved, 0)
  })

  test('takes more tokens in a script of longer characters', () => {
    assert.ok(send(ask('你好'.repeat(100)), targetOf('m')).tokens_before! > 2 * send(ask('hi'.repeat(100)), targetOf('m')).tokens_before!)
  })
})

describe('what is changed', () => {
  const rows: readonly (readonly [what: string, record: () => ReceiptRecord, transforms: readonly string[]])[] = [
    [
      'bent to a provider’s ways',
      () => send(ask('Hello.', { messages: [{ role: 'developer', content: 'Go.' }] }), withQuirks({ developerAsSystem: true })),
      ['quirks'],
    ],
    ['written on another wire', () => send(ask('Hello.'), speaking('anthropic-messages')), ['translated']],
    [
      'written anew on its own wire, for the ids that a provider wants',
      () =>
        send(
          ask('Hello.', {
            messages: [
              { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }] },
              { role: 'tool', tool_call_id: 'call_1', content: 'a door' },
            ],
          }),
          withQuirks({ callIdPattern: /^[a-zA-Z0-9]{9}$/ }),
        ),
      ['rewritten', 'names_bent'],
    ],
    [
      'offered fewer tools',
      () =>
        send(
          ask('Hello.', {
            tools: [look, { type: 'function', function: { name: 'wait' } }],
            tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'look' } }] } },
          }),
          speaking('anthropic-messages'),
        ),
      ['translated', 'tools_narrowed'],
    ],
    [
      'offered a tool of plain text as a function',
      () => send(ask('Hello.', { tools: [{ type: 'custom', custom: { name: 'patch' } }] }), speaking('anthropic-messages')),
      ['translated', 'text_tools'],
    ],
    [
      'asked for JSON in a tool',
      () => send(ask('Hello.', { response_format: { type: 'json_object' } }), speaking('anthropic-messages')),
      ['translated', 'json_tool'],
    ],
    ['told less', () => send(ask('Hello.', { seed: 7 }), speaking('anthropic-messages')), ['translated', 'fields_dropped']],
  ]
  for (const [what, record, transforms] of rows) {
    test(`is told: ${what}`, () => {
      const { context_delta: mode, transforms: done, lossy } = record()
      assert.deepEqual([mode, done, lossy], ['translated', transforms, transforms.includes('fields_dropped')])
    })
  }

  test('is told: a schema that a wire could not be held to', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const body = ask('Hello.', { max_tokens: 9, output_config: { format: { type: 'json_schema', schema } } })
    const record = send(body, speaking('openai-chat'), { surface: 'anthropic-messages' })
    assert.deepEqual([record.transforms, record.lossy, record.dropped], [['translated', 'format_relaxed', 'fields_dropped'], true, ['strict_format']])
  })

  test('is told: media that were fetched, which are as long as they were when they were only named', () => {
    const url = 'https://example.org/cat.png'
    const body = ask([
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url } },
    ])
    const brought = new Map([[url, { mime: 'image/png', data: 'iVBORw0KGgo'.padEnd(200_000, 'A') }]])
    const record = send(body, speaking('bedrock-converse'), { brought })
    assert.deepEqual([record.transforms, record.modalities, ...lengths(record)], [['translated', 'media_fetched'], ['text', 'image'], 1604, 1604, 0])
  })

  test('is as long as it is sent, and what is saved is the difference', () => {
    const tools = Array.from({ length: 20 }, (_, at) => ({ type: 'function', function: { ...look.function, name: `look${at}` } }))
    const body = ask('Hello.', { tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tools[3]!] } } })
    const record = send(body, speaking('anthropic-messages'))
    const [before, after, saved] = lengths(record)
    assert.ok(before! > 500 && after! < 50 && saved === before! - after!, lengths(record).join())
  })
})
