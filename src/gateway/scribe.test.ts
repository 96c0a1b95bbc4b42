/** What is written down of an answer, whatever pieces it comes in. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { responsesRecall } from '../surfaces/responses-recall.ts'
import { Scribe } from './scribe.ts'

const item = { type: 'message', id: 'msg_1', role: 'assistant', content: [] }
const response = { id: 'resp_1', status: 'completed', store: true, output: [item] }
const frame = (event: JsonObject): string => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`
const frames = [
  frame({ type: 'response.created', response: { ...response, status: 'in_progress', output: [] } }),
  frame({ type: 'response.output_text.delta', delta: 'response.completed is only said here' }),
  frame({ type: 'response.output_item.done', item }),
  frame({ type: 'response.completed', response }),
]

test('a whole answer is written down as it was told', () => {
  const scribe = new Scribe(responsesRecall, false, 10_000)
  scribe.take(Buffer.from(JSON.stringify(response)))
  assert.deepEqual(scribe.told(), { id: 'resp_1', response, output: [item], isKept: true, isFinished: true })
})

test('a stream is written down wherever it is cut', () => {
  const text = frames.join('')
  for (let at = 1; at < text.length; at += 7) {
    const scribe = new Scribe(responsesRecall, true, 10_000)
    scribe.take(text.slice(0, at))
    scribe.take(Buffer.from(text.slice(at)))
    assert.deepEqual(scribe.told()?.response, response, `cut at ${at}`)
  }
})

test('a stream whose end names no items has those that it told on the way', () => {
  const scribe = new Scribe(responsesRecall, true, 10_000)
  scribe.take(frames.slice(0, 3).join('') + frame({ type: 'response.completed', response: { ...response, output: [] } }))
  assert.deepEqual([scribe.told()?.output, scribe.told()?.response.output], [[item], [item]])
})

test('a stream that breaks off is known by its id, and is not finished', () => {
  const scribe = new Scribe(responsesRecall, true, 10_000)
  scribe.take(frames.slice(0, 2).join(''))
  assert.deepEqual([scribe.told()?.id, scribe.told()?.isFinished], ['resp_1', false])
})

test('of what is too long, or no answer, nothing is written down', () => {
  const long = new Scribe(responsesRecall, true, 100)
  for (const one of frames) long.take(one)
  assert.equal(long.told(), undefined)
  const broken = new Scribe(responsesRecall, false, 100)
  broken.take('{"id":')
  assert.equal(broken.told(), undefined)
  const nameless = new Scribe(responsesRecall, false, 100)
  nameless.take('{}')
  assert.equal(nameless.told(), undefined)
})
