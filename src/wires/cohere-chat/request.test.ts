/** Requests to Cohere, in the exact JSON that is sent, and what is lost on the way. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, FunctionTool, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { answerInTool } from '../json-tool.ts'
import { bendNames } from '../tool-names.ts'
import type { ModelTraits } from '../traits.ts'
import { carrying, requests } from '../../../test/fixtures/cohere-chat.ts'
import { cohereChat } from './index.ts'

const user: Turn = { role: 'user', blocks: [{ type: 'text', text: 'hi' }] }
const foreign: ChatRequest = { model: 'm', turns: [user], tools: [], stream: false, rest: { wire: 'openai-chat', fields: {} } }

function write(said: Partial<ChatRequest>, traits: Partial<ModelTraits> = {}): { readonly body: JsonObject; readonly lost: readonly string[] } {
  const lost: string[] = []
  return { body: cohereChat.writeRequest({ ...foreign, ...said }, { model: 'm', ...traits }, (word) => lost.push(word)), lost }
}

const messagesOf = (turns: readonly Turn[]): Json => write({ turns }).body.messages!
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const result = (callId: string, ...blocks: Block[]): Turn => ({ role: 'user', blocks: [{ type: 'tool-result', callId, blocks }] })
const text = (said: string): Block => ({ type: 'text', text: said })
const call = (id: string, input: string): Block => ({ type: 'tool-call', id, name: 'look', input })
const tool = (name: string, more: Partial<FunctionTool> = {}): FunctionTool => ({ type: 'function', name, schema: { type: 'object' }, ...more })
const namesIn = ({ tools }: JsonObject) => (tools as { function: { name: string } }[]).map(({ function: { name } }) => name)

describe('tools', () => {
  test('a tool that must be called is offered alone, and a call demanded (cases 18, 23)', () => {
    const { body } = write({ tools: [tool('look'), tool('wait')], toolChoice: { mode: 'named', name: 'wait' } })
    assert.deepEqual(namesIn(body), ['wait'])
    assert.equal(body.tool_choice, 'REQUIRED')
  })

  test('a choice is said in the words of the wire, and left out where it is free (case 18)', () => {
    const choiceOf = (mode: 'auto' | 'required' | 'none') => write({ tools: [tool('look')], toolChoice: { mode } }).body.tool_choice
    assert.deepEqual([choiceOf('auto'), choiceOf('required'), choiceOf('none')], [undefined, 'REQUIRED', 'NONE'])
  })

  test('no tools leave no word of tools (case 17)', () => {
    const { body } = write({ toolChoice: { mode: 'required' } })
    assert.ok(!('tools' in body) && !('tool_choice' in body))
  })

  test('a function without parameters gets an empty schema (case 16)', () => {
    const { body } = write({ tools: [{ type: 'function', name: 'wait' }] })
    assert.deepEqual(body.tools, [{ type: 'function', function: { name: 'wait', parameters: { type: 'object', properties: {} } } }])
  })

  test('tools are strict where all of them are; where some are, that is lost (case 31)', () => {
    assert.equal(write({ tools: [tool('a', { strict: true }), tool('b', { strict: true })] }).body.strict_tools, true)
    const mixed = write({ tools: [tool('a', { strict: true }), tool('b')] })
    assert.deepEqual([mixed.body.strict_tools, mixed.lost], [undefined, ['strict_tool']])
  })

  test('one call at a time cannot be asked for, which is told', () => {
    assert.deepEqual(write({ tools: [tool('a')], parallelTools: false }).lost, ['parallel_tools'])
  })

  test('a name with dashes is spelled with low lines, since the vendor takes no others (case 25)', () => {
    const { request } = bendNames({ ...foreign, tools: [tool('get-weather.now'), tool('2nd')] }, cohereChat)
    assert.deepEqual(
      request.tools.map(({ name }) => name),
      ['get_weather_now', '_2nd'],
    )
  })

  test('calls and results of the history keep their ids (case 24)', () => {
    assert.deepEqual(messagesOf([user, assistant(call('c1', '{"at":"x"}')), result('c1', text('a door'))]), [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'a door' },
    ])
  })

  test('arguments that are no JSON are none for a provider (case 62)', () => {
    const [, said] = messagesOf([user, assistant(call('c1', '{"at":"x'))]) as JsonObject[]
    assert.deepEqual(said!.tool_calls, [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }])
  })

  test('an image in a result follows in a message of the user’s, and says whose it is (case 46)', () => {
    const image: Block = { type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'aQ==' } }
    assert.deepEqual((messagesOf([user, assistant(call('c1', '{}')), result('c1', text('seen'), image)]) as JsonObject[]).slice(2), [
      { role: 'tool', tool_call_id: 'c1', content: 'seen' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of the tool call c1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aQ==' } },
        ],
      },
    ])
  })

  test('texts and documents of a result stay apart, and an empty one is an empty text (cases 41, 42)', () => {
    const document: Block = { type: 'document', source: { type: 'text', text: 'words' }, name: 'Paper' }
    const [, said, empty] = messagesOf([user, result('c1', text('a'), document), result('c2')]) as JsonObject[]
    assert.deepEqual(said!.content, [
      { type: 'text', text: 'a' },
      { type: 'document', document: { data: { title: 'Paper', text: 'words' } } },
    ])
    assert.equal(empty!.content, '')
  })
})

describe('what was thought', () => {
  test('before a call goes back as the plan, and else as a thought (case 58)', () => {
    const [plan, thought] = messagesOf([
      assistant({ type: 'reasoning', text: 'I look.' }, call('c1', '{}')),
      assistant({ type: 'reasoning', text: 'So.' }, text('A door.')),
    ]) as JsonObject[]
    assert.deepEqual([plan!.tool_plan, plan!.content], ['I look.', undefined])
    assert.deepEqual(thought!.content, [
      { type: 'thinking', thinking: 'So.' },
      { type: 'text', text: 'A door.' },
    ])
  })

  test('by another vendor is told without its proof, and not where it is sealed (case 141)', () => {
    const lost: string[] = []
    const body = cohereChat.writeRequest(cohereChat.readRequest(carrying), { model: 'm' }, (word) => lost.push(word))
    assert.ok(!/signature|redacted/.test(JSON.stringify(body)))
    assert.ok(cohereChat.mustRewrite!(carrying) && !requests.some((said) => cohereChat.mustRewrite!(said)))
    assert.deepEqual(lost, ['signature', 'redacted_reasoning', 'signature', 'signature'])
  })

  test('is wished for as a budget, below the limit (case 134)', () => {
    assert.deepEqual(write({ thinking: { mode: 'effort', effort: 'high' } }).body.thinking, { type: 'enabled', token_budget: 4096 })
    assert.deepEqual(write({ thinking: { mode: 'budget', budget: 900 }, maxTokens: 500 }).body.thinking, { type: 'enabled', token_budget: 499 })
    assert.deepEqual(write({ thinking: { mode: 'adaptive' } }).body.thinking, { type: 'enabled' })
  })

  test('is not wished for where the model does not think (case 148)', () => {
    assert.deepEqual(write({ thinking: { mode: 'effort', effort: 'low' } }, { thinking: 'none' }), { body: write({}).body, lost: ['thinking'] })
    assert.equal(write({ thinking: { mode: 'off' } }).body.thinking, undefined)
    assert.deepEqual(write({ thinking: { mode: 'off' } }, { thinking: 'budget' }).body.thinking, { type: 'disabled' })
  })
})

describe('a format', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }

  test('is JSON, with the schema in it (case 132)', () => {
    assert.deepEqual(write({ format: { type: 'schema', name: 'n', schema, strict: true } }).body.response_format, { type: 'json_object', json_schema: schema })
    assert.deepEqual(write({ format: { type: 'json' } }).body.response_format, { type: 'json_object' })
  })

  test('is one more tool where there are tools, since the vendor takes no format beside them (cases 127, 133)', () => {
    const { request, undo } = answerInTool({ ...foreign, tools: [tool('look')], format: { type: 'schema', schema } }, { model: 'm' }, cohereChat)
    const body = cohereChat.writeRequest(request, { model: 'm' }, () => {})
    assert.deepEqual([namesIn(body), body.tool_choice, body.response_format], [['look', 'final_answer'], 'REQUIRED', undefined])
    assert.ok(undo)
  })
})

describe('numbers', () => {
  test('are sent where the client set them, under the wire’s names (cases 172, 175)', () => {
    const { model: _, messages: __, ...body } = write({ topP: 0.5, topK: 3, seed: 7, temperature: 0.2, maxTokens: 9, stop: ['END'] }).body
    assert.deepEqual(body, { max_tokens: 9, temperature: 0.2, p: 0.5, k: 3, seed: 7, stop_sequences: ['END'] })
    assert.deepEqual(Object.keys(write({}).body), ['model', 'messages'])
  })

  test('outside of what the vendor takes are bent, and that is told (case 171)', () => {
    const { body, lost } = write({ temperature: 1.7, topP: 1, frequencyPenalty: 0.5, presencePenalty: 1.5, stop: ['1', '2', '3', '4', '5', '6'] })
    assert.deepEqual([body.temperature, body.p, body.frequency_penalty, body.presence_penalty], [1, 0.99, 0.5, undefined])
    assert.equal((body.stop_sequences as string[]).length, 5)
    assert.deepEqual(lost, ['temperature', 'top_p', 'presence_penalty', 'stop'])
  })
})

describe('messages', () => {
  test('of the system stand first, in one message (cases 2, 5)', () => {
    const { body, lost } = write({ turns: [{ role: 'system', blocks: [text('one')] }, user, { role: 'system', blocks: [text('two')] }] })
    assert.deepEqual(body.messages, [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
      { role: 'user', content: 'hi' },
    ])
    assert.deepEqual(lost, ['system_position'])
  })

  test('hold no empty text, and none is sent where nothing is left of it (cases 7, 8)', () => {
    assert.deepEqual(messagesOf([user, assistant(text('')), assistant()]), [{ role: 'user', content: 'hi' }])
  })

  test('cannot hold a document of bytes, an address of one, or a sound: that is refused (cases 117, 120, 122)', () => {
    const sources = [
      { type: 'data', mime: 'application/pdf', data: 'aQ==' },
      { type: 'url', url: 'https://example.org/a.pdf' },
      { type: 'file', id: 'f' },
    ] as const
    const refused = (block: Block) =>
      assert.throws(
        () => messagesOf([{ role: 'user', blocks: [block] }]),
        (error) => error instanceof Failure && error.reason === 'unsupported_parameter',
      )
    for (const source of sources) refused({ type: 'document', source })
    refused({ type: 'media', kind: 'audio', source: { type: 'data', mime: 'audio/wav', data: 'aQ==' } })
  })

  test('get the words of a text document as text (case 123)', () => {
    const blocks: Block[] = [{ type: 'document', source: { type: 'text', text: 'words' } }, text('Read.')]
    assert.deepEqual((messagesOf([{ role: 'user', blocks }]) as JsonObject[])[0]!.content, [
      { type: 'text', text: 'words' },
      { type: 'text', text: 'Read.' },
    ])
  })
})

test('a request’s documents are told to other wires with the last question, and changed words win over what was said', () => {
  const request = cohereChat.readRequest(requests[3]!)
  const [first, ...others] = request.turns.at(-1)!.blocks
  assert.deepEqual(first?.type === 'document' && [first.source, first.name], [
    { type: 'text', text: 'title: Doors\ntext: A door opens inwards.\npages: 3' },
    'Doors',
  ])
  const changed: Block = { ...(first as Extract<Block, { type: 'document' }>), source: { type: 'text', text: 'hidden' } }
  const turns = [...request.turns.slice(0, -1), { ...request.turns.at(-1)!, blocks: [changed, ...others] }]
  const body = cohereChat.writeRequest({ ...request, turns }, { model: 'm' }, () => {})
  assert.deepEqual((body.documents as Json[])[0], { data: { title: 'Doors', text: 'hidden' } })
})
