/** Proofs of every vendor, carried to clients of Responses and back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest } from '../../canonical/chat.ts'
import { unfold } from '../../canonical/fold.ts'
import { openaiResponses } from './index.ts'

const asked: ChatRequest = openaiResponses.readRequest({ model: 'm', input: 'hi' })
const options = { now: 1, asked }

/** What an answer of another wire may hold that is signed, with calls side by side. */
const blocks: Block[] = [
  { type: 'reasoning', text: 'a', signature: { scheme: 'signed-thinking', value: 'S+/=' } },
  { type: 'reasoning', text: '', signature: { scheme: 'signed-thinking', value: 'alone' } },
  { type: 'reasoning', text: '', redacted: 'R+/=' },
  { type: 'reasoning', text: 'b', signature: { scheme: 'thought-signature', value: 'T1' } },
  { type: 'reasoning', text: 'c', signature: { scheme: 'encrypted-reasoning', value: 'gAAAA==' } },
  { type: 'text', text: 'said', signature: { scheme: 'thought-signature', value: 'T2' } },
  { type: 'tool-call', id: 'functions.f:0', name: 'f', input: '{}', signature: { scheme: 'thought-signature', value: 'T3' } },
  { type: 'tool-call', id: 'b', name: 'f', input: '{"a":1}', signature: { scheme: 'thought-signature', value: 'T4' } },
]
const answer = { id: 'r', model: 'm', choices: [{ blocks, finish: 'tool-calls' }], usage: {} } as const

const bare = (said: readonly Block[] | undefined): unknown => JSON.parse(JSON.stringify(said, (key, value: unknown) => (key === 'rest' ? undefined : value)))

function lastResponse(stream: string): JsonObject {
  const data = stream.trim().split('\n\n').at(-1)!.split('\ndata: ')[1]!
  return (JSON.parse(data) as { response: JsonObject }).response
}

function writeStream(): string {
  const writer = openaiResponses.eventWriter(options)
  return (
    unfold(answer)
      .map((event) => writer.write(event))
      .join('') + writer.end()
  )
}

test('[139] [140] [143] every proof comes back to the block it is of, from a whole answer and from a stream', () => {
  for (const { output } of [openaiResponses.writeResponse(answer, options), lastResponse(writeStream())] as { output: Json[] }[]) {
    const body = { model: 'm', input: [{ role: 'user', content: 'hi' }, ...output] as JsonObject[] }
    openaiResponses.checkRequest(body)
    assert.deepEqual(bare(openaiResponses.readRequest(body).turns[1]?.blocks), blocks)
    assert.equal(openaiResponses.mustRewrite!(body), true)
  }
})

test('the proof of a call finds it also where a client has put its items in another order', () => {
  const { output } = openaiResponses.writeResponse(answer, options) as { output: JsonObject[] }
  const [thoughts, others] = [output.filter(({ type }) => type === 'reasoning'), output.filter(({ type }) => type !== 'reasoning')]
  const [turn] = openaiResponses.readRequest({ model: 'm', input: [...others, ...thoughts] }).turns
  const signed = turn?.blocks.filter(({ type }) => type === 'tool-call')
  assert.deepEqual(bare(signed), blocks.slice(6))
})

test('a body must be written anew only for thoughts that no provider of the wire knows', () => {
  const holds = (thought: JsonObject) => openaiResponses.mustRewrite!({ model: 'm', input: [{ type: 'reasoning', summary: [], ...thought }] })
  assert.equal(holds({ id: 'rs_0b7e83747d2b84440069', encrypted_content: 'gAAAA-_==' }), false)
  assert.equal(holds({ id: 'rs_0b7e83747d2b84440069' }), false)
  assert.equal(holds({ encrypted_content: 'thought-signature:T' }), true)
  assert.equal(holds({ id: 'rs_gw_1_0' }), true)
  assert.equal(holds({ id: 'rs_gw_1_0', encrypted_content: 'gAAAA-_==' }), true)
  assert.equal(holds({ encrypted_content: 'gAAAA-_==' }), false)
  assert.equal(holds({}), true)
  assert.equal(openaiResponses.mustRewrite!({ model: 'm', input: 'hi' }), false)
})

test('a thought that the gateway told without a proof is not sent to a provider of this wire', () => {
  const plain = openaiResponses.writeResponse({ ...answer, choices: [{ blocks: [{ type: 'reasoning', text: 'a' }], finish: 'stop' }] }, options)
  const lost: string[] = []
  const request = openaiResponses.readRequest({ model: 'm', input: plain.output as JsonObject[] })
  assert.deepEqual(openaiResponses.writeRequest(request, { model: 'm' }, (word) => lost.push(word)).input, [])
  assert.deepEqual(lost, ['reasoning'])
})

test('a seal goes to a provider with the id that it was made for, or with none: beside another it is refused', () => {
  const thought = { type: 'reasoning', summary: [], encrypted_content: 'gAAAA==' }
  const sent = (id: string) =>
    openaiResponses.writeRequest(openaiResponses.readRequest({ model: 'm', input: [{ ...thought, id }] }), { model: 'm' }, () => {}).input
  assert.deepEqual(sent('rs_0b7e'), [{ ...thought, id: 'rs_0b7e' }])
  assert.deepEqual(sent('rs_gw_1_0'), [thought])
})
