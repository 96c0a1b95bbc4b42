/** How much a model may think, told in every way to every kind of model. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, result, text, user, writeWith } from '../../test/asking.ts'
import type { JsonObject } from '../base/json.ts'
import type { Block, ChatRequest, Thinking } from '../canonical/chat.ts'
import type { ModelTraits } from './traits.ts'
import { readRequest, writeRequest } from './anthropic-messages/request.ts'

const signed: Block = { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'c2ln' } }

/** What is said beside what every request says, and the words that were lost. */
function said(thinking: Thinking | undefined, traits: Partial<ModelTraits>, fields: Partial<ChatRequest> = {}): { readonly [field: string]: unknown } {
  const { body, lost } = writeWith(writeRequest, asking([user(text('a'))], { maxTokens: 8000, thinking, ...fields }), traits)
  const { messages: _messages, model: _model, max_tokens: _limit, tools: _tools, ...others } = body
  return { ...others, lost }
}
const effort = (name: NonNullable<Thinking['effort']>): Thinking => ({ mode: 'effort', effort: name })
const enabled = (budget_tokens: number): JsonObject => ({ thinking: { type: 'enabled', budget_tokens } })

test('[134] An effort is a budget for models that are told one.', () => {
  const budgets = { minimal: 1024, low: 1024, medium: 2048, high: 4096, xhigh: 7999, max: 7999 } as const
  for (const name of Object.keys(budgets) as (keyof typeof budgets)[])
    assert.deepEqual(said(effort(name), { thinking: 'budget' }), { ...enabled(budgets[name]), lost: [] })
  assert.deepEqual(said(effort('max'), { thinking: 'budget' }, { maxTokens: 20000 }), { ...enabled(16384), lost: [] })
})

test('[135] A budget stays below the limit, and where that leaves too little there is no thinking.', () => {
  assert.deepEqual(said(effort('high'), { thinking: 'budget' }, { maxTokens: 2000 }), { ...enabled(1999), lost: [] })
  assert.deepEqual(said(effort('high'), { thinking: 'budget' }, { maxTokens: 1024 }), { lost: ['thinking'] })
})

test('[136] An effort is an effort for models that think as they see fit.', () => {
  const thinking = { type: 'adaptive', display: 'summarized' }
  assert.deepEqual(said(effort('high'), { thinking: 'adaptive' }), { thinking, output_config: { effort: 'high' }, lost: [] })
  assert.deepEqual(said(effort('minimal'), { thinking: 'adaptive' }), { thinking, output_config: { effort: 'low' }, lost: [] })
  assert.deepEqual(said(effort('medium'), { thinking: 'effort' }), { output_config: { effort: 'medium' }, lost: [] })
})

test('[136] A budget amounts to an effort for models that are told none.', () => {
  for (const [budget, amounts] of [
    [1024, 'low'],
    [2048, 'medium'],
    [4096, 'high'],
    [8192, 'xhigh'],
    [8193, 'max'],
  ] as const) {
    assert.deepEqual(said({ mode: 'budget', budget }, { thinking: 'adaptive' }).output_config, { effort: amounts })
  }
})

test('[138] A thinking model is not told a temperature, and a forced tool is only offered.', () => {
  const fields = { temperature: 0.2, topK: 5, topP: 0.97, tools: [{ type: 'function', name: 'look' }], toolChoice: { mode: 'named', name: 'look' } } as const
  assert.deepEqual(said(effort('low'), { thinking: 'budget' }, fields), {
    ...enabled(1024),
    top_p: 0.97,
    tool_choice: { type: 'auto' },
    lost: ['tool_choice', 'temperature', 'top_k'],
  })
})

test('[142] There is no budget where the tools of this round were called without a thought.', () => {
  const without = [user(text('a')), assistant(call('c')), user(result('c', 'r'))]
  const within = [user(text('a')), assistant(signed, call('c')), user(result('c', 'r'))]
  assert.deepEqual(said(effort('low'), { thinking: 'budget' }, { turns: without }), { lost: ['thinking'] })
  assert.deepEqual(said(effort('low'), { thinking: 'budget' }, { turns: within }), { ...enabled(1024), lost: [] })
  assert.deepEqual(said(effort('low'), { thinking: 'budget' }, { turns: [...without, assistant(text('b')), user(text('c'))] }), { ...enabled(1024), lost: [] })
  assert.deepEqual(said(effort('low'), { thinking: 'adaptive' }, { turns: without }).lost, [])
})

test('[148] A model that does not think is not asked to, and it is reported.', () => {
  assert.deepEqual(said(effort('low'), { thinking: 'none' }), { lost: ['thinking'] })
})

test('No thinking is said by silence.', () => {
  for (const off of [effort('none'), { mode: 'off' } as const, undefined]) assert.deepEqual(said(off, { thinking: 'budget' }), { lost: [] })
})

test('What a client of this wire said holds, unless the model is known to want it otherwise.', () => {
  const again = (fields: JsonObject, traits: Partial<ModelTraits>) => {
    const body = { model: 'm', max_tokens: 2000, messages: [{ role: 'user', content: 'a' }], ...fields }
    const { thinking, output_config } = writeRequest(readRequest(body), { model: 'm', ...traits }, () => undefined)
    return { thinking, output_config }
  }
  const interleaved = { thinking: { type: 'enabled', budget_tokens: 9000, display: 'omitted' } }
  const adaptive = { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } }
  for (const thinking of [undefined, 'budget'] as const) assert.deepEqual(again(interleaved, { thinking }), { ...interleaved, output_config: undefined })
  assert.deepEqual(again(adaptive, {}), adaptive)
  assert.deepEqual(again(interleaved, { thinking: 'adaptive' }), { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'max' } })
  assert.deepEqual(again(adaptive, { thinking: 'budget' }), { thinking: { type: 'enabled', budget_tokens: 1999 }, output_config: undefined })
  assert.deepEqual(again({ output_config: { effort: 'low' } }, { thinking: 'budget' }), { thinking: undefined, output_config: undefined })
  assert.deepEqual(again({ output_config: { effort: 'tomorrow' } }, {}), { thinking: undefined, output_config: { effort: 'tomorrow' } })
})
