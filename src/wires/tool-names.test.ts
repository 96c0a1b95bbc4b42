/** Names and ids that a target does not take, bent and given back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent, ChatRequest } from '../canonical/chat.ts'
import { bendNames } from './tool-names.ts'

const toolNamePattern = /^[a-zA-Z0-9_-]{1,64}$/
const callIdPattern = /^[a-zA-Z0-9_-]+$/
const nineLetters = /^[a-zA-Z0-9]{9}$/

const asking = (names: readonly string[], ids: readonly string[] = []): ChatRequest => ({
  model: 'm',
  stream: false,
  rest: { wire: 'openai-chat', fields: {} },
  tools: names.map((name) => ({ type: 'function', name })),
  toolChoice: { mode: 'named', name: names[0]! },
  turns: [
    { role: 'assistant', blocks: ids.map((id) => ({ type: 'tool-call', id, name: names[0]!, input: '{}' })) },
    { role: 'user', blocks: ids.map((callId) => ({ type: 'tool-result', callId, blocks: [] })) },
  ],
})

const calls = (names: readonly string[]): ChatEvent[] =>
  names.map((name, index) => ({ type: 'open', choice: 0, index, block: { type: 'tool-call', id: `c${index}`, name, input: '' } }))
const namesOf = ({ tools }: ChatRequest) => tools.map(({ name }) => name)

test('[25] A request whose names are legal is returned as it is.', () => {
  const request = asking(['look', 'list'], ['call_1'])
  const bent = bendNames(request, { toolNamePattern, callIdPattern })
  assert.equal(bent.request, request)
  assert.equal(bent.restore, undefined)
})

test('[25] Illegal and long names are bent to the pattern wherever they stand, and given back in the answer.', () => {
  const names = ['files.read/v2', `${'long'.repeat(30)}a`, 'ok']
  const { request, restore } = bendNames(asking(names, ['c']), { toolNamePattern })
  const bent = namesOf(request)
  for (const name of bent) assert.match(name, toolNamePattern)
  assert.equal(bent[0], 'files_read_v2')
  assert.equal(bent[2], 'ok')
  assert.deepEqual(request.toolChoice, { mode: 'named', name: bent[0] })
  assert.partialDeepStrictEqual(request.turns[0], { blocks: [{ type: 'tool-call', name: bent[0] }] })
  assert.deepEqual(restore!(calls(bent)), calls(names))
})

test('[25] Names that would become one stay distinct, and the legal one keeps its name.', () => {
  const names = ['a.b', 'a/b', 'a_b']
  const { request, restore } = bendNames(asking(names), { toolNamePattern })
  assert.equal(new Set(namesOf(request)).size, 3)
  assert.equal(namesOf(request)[2], 'a_b')
  assert.deepEqual(restore!(calls(namesOf(request))), calls(names))
})

test('[26] An illegal call id is bent to the same one in the call and its result.', () => {
  const ids = ['functions.get:0', 'functions.get:1', 'fine']
  const { request, restore } = bendNames(asking(['get'], ids), { toolNamePattern, callIdPattern })
  const called = request.turns[0]!.blocks.map((block) => (block.type === 'tool-call' ? block.id : ''))
  assert.deepEqual(
    request.turns[1]!.blocks.map((block) => (block.type === 'tool-result' ? block.callId : '')),
    called,
  )
  for (const id of called) assert.match(id, callIdPattern)
  assert.equal(new Set(called).size, 3)
  assert.equal(called[2], 'fine')
  assert.equal(restore, undefined)
})

test('[26] A provider that wants ids of exactly nine letters and digits gets them, the same ones on every call.', () => {
  const ids = Array.from({ length: 200 }, (_, index) => `toolu_01A${index}`)
  const bentIds = () =>
    bendNames(asking(['get'], ids), { callIdPattern: nineLetters }).request.turns[0]!.blocks.map((block) => (block.type === 'tool-call' ? block.id : ''))
  for (const id of bentIds()) assert.match(id, nineLetters)
  assert.equal(new Set(bentIds()).size, ids.length)
  assert.deepEqual(bentIds(), bentIds())
})

test('A pattern that nothing meets is refused as a tool that the provider cannot be told.', () => {
  assert.throws(() => bendNames(asking(['a.b']), { toolNamePattern: /^$/ }), { reason: 'unsupported_tool' })
})

test('The request that was given is not changed, since another target may need it.', () => {
  const request = asking(['a.b'], ['c.d'])
  const before = structuredClone(request)
  bendNames(request, { toolNamePattern, callIdPattern })
  assert.deepEqual(request, before)
})
