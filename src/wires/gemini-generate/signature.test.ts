/** Signatures: other vendors' thoughts go to clients and come back, whatever the client keeps of them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { sse } from '../../base/sse.ts'
import type { Block, ChatResponse } from '../../canonical/chat.ts'
import { unfold } from '../../canonical/fold.ts'
import { geminiGenerate } from './index.ts'
import { listed } from './own.ts'

const signature = { scheme: 'signed-thinking', value: 'c2lnbmVk' } as const
const thought: Block = { type: 'reasoning', text: 'Which tool? 雪', signature }
const sealed: Block = { type: 'reasoning', text: '', redacted: 'c2VhbGVk' }
const words: Block = { type: 'text', text: 'I look.' }
const call: Block = { type: 'tool-call', id: 'c1', name: 'look', input: '{"at":"x"}' }
const later: Block = { ...call, id: 'c2' }

const question: JsonObject = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
const options = { now: 0, asked: geminiGenerate.readRequest({ ...question, model: 'm' }) }
const answer = (blocks: readonly Block[]): ChatResponse => ({ id: 'i', model: 'm', choices: [{ blocks, finish: 'tool-calls' }], usage: {} })
const partsOf = (said: JsonObject): JsonObject[] =>
  listed(said.candidates).flatMap((candidate) => (isObject(candidate) && isObject(candidate.content) ? (listed(candidate.content.parts) as JsonObject[]) : []))

const whole = (blocks: readonly Block[]): JsonObject[] => partsOf(geminiGenerate.writeResponse(answer(blocks), options))

function streamed(blocks: readonly Block[]): JsonObject[] {
  const writer = geminiGenerate.eventWriter(options)
  const stream = [...unfold(answer(blocks))].map((event) => writer.write(event)).join('') + writer.end()
  return sse
    .cutter(1 << 20)
    .push(Buffer.from(stream))
    .flatMap(({ data }) => partsOf(JSON.parse(data) as JsonObject))
}

/** What a client brings back, read: without what only the wire keeps, and without the empty text at a stream's end. */
function comesBack(parts: readonly Json[]): Block[] {
  const { turns } = geminiGenerate.readRequest({ model: 'm', contents: [{ role: 'model', parts: [...parts] }] })
  return turns.flatMap(({ blocks }) => blocks).flatMap((block) => (block.type === 'text' && block.text === '' ? [] : [withoutRest(block)]))
}

const withoutRest = ({ rest: _, ...block }: Block): Block => block as Block
const forget = (parts: readonly JsonObject[]): JsonObject[] => parts.filter(({ thought: isThought }) => isThought !== true)

for (const [how, write] of [
  ['whole', whole],
  ['streamed', streamed],
] as const) {
  test(`${how}: thoughts that a client forgets come back with the call that they led to, before all that was said`, () => {
    const back = comesBack(forget(write([thought, sealed, words, call])))
    assert.deepEqual([back[0], back[1], back.at(-1)], [thought, sealed, call])
  })

  test(`${how}: thoughts that a client brings back are told once`, () => {
    const back = comesBack(write([thought, words, call]))
    assert.deepEqual(
      back.filter(({ type }) => type === 'reasoning'),
      [thought],
    )
  })

  test(`${how}: thoughts that a client brings back stay where they were thought`, () => {
    const second: Block = { ...thought, text: 'And then?', signature: { ...signature, value: 'YWdhaW4=' } }
    assert.deepEqual(comesBack(write([thought, words, second, call])), [thought, words, second, call])
  })

  test(`${how}: each call carries what was thought since the one before it`, () => {
    const second: Block = { ...thought, text: 'Again?', signature: { ...signature, value: 'YWdhaW4=' } }
    assert.deepEqual(comesBack(forget(write([thought, call, second, later]))), [thought, call, second, later])
  })

  test(`${how}: a call with a signature of Google's own keeps it, and a call without thoughts is given none`, () => {
    const own: Block = { ...call, signature: { scheme: 'thought-signature', value: 'b3du' } }
    const [carried] = forget(write([thought, own])).map(({ thoughtSignature }) => thoughtSignature)
    assert.equal(carried, 'b3du')
    assert.equal(write([call])[0]!.thoughtSignature, undefined)
  })
}

test('what looks like carried thoughts and is none leaves the call as it is', () => {
  for (const said of ['', '{', '{}', '[1]', '[{"text":1}]', 'null']) {
    const thoughtSignature = Buffer.from(`omni-gateway:thoughts:${said}`).toString('base64')
    assert.deepEqual(comesBack([{ functionCall: { id: 'c1', name: 'look', args: { at: 'x' } }, thoughtSignature }]), [call])
  }
})

test('a body that carries thoughts of other vendors is not passed on as it is', () => {
  const parts = forget(whole([thought, call])) as Json[]
  assert.equal(geminiGenerate.mustRewrite!({ contents: [{ role: 'model', parts }] }), true)
})
