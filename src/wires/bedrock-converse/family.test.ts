/** What is said to the models of one maker alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, result, text, user, writeWith } from '../../../test/asking.ts'
import type { ChatRequest, FunctionTool, Thinking } from '../../canonical/chat.ts'
import type { ModelTraits } from '../traits.ts'
import { writeRequest } from './request.ts'

const models = {
  claude: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  nova: 'us.amazon.nova-2-lite-v1:0',
  gpt: 'openai.gpt-oss-120b-1:0',
  llama: 'meta.llama3-1-70b-instruct-v1:0',
}
const tool: FunctionTool = { type: 'function', name: 'look' }
const effort = (name: NonNullable<Thinking['effort']>): Thinking => ({ mode: 'effort', effort: name })

function said(
  family: keyof typeof models,
  fields: Partial<ChatRequest>,
  traits: Partial<ModelTraits> = {},
  turns = [user(text('x'))],
): { readonly [field: string]: unknown; readonly lost: readonly string[] } {
  const { body, lost } = writeWith(writeRequest, asking(turns, fields), { model: models[family], ...traits })
  const { messages: _, ...others } = body
  return { ...others, lost }
}

test('Claude is told a budget below its limit, and neither where too little is left (cases 134, 135)', () => {
  const budget = { thinking: 'budget' } as const
  assert.deepEqual(said('claude', { thinking: effort('high'), maxTokens: 8000 }, budget), {
    inferenceConfig: { maxTokens: 8000 },
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 4096 } },
    lost: [],
  })
  assert.deepEqual(said('claude', { thinking: effort('high'), maxTokens: 1024 }, budget), { inferenceConfig: { maxTokens: 1024 }, lost: ['thinking'] })
  assert.deepEqual(said('claude', { thinking: effort('low') }, { ...budget, maxOutput: 64_000 }).inferenceConfig, { maxTokens: 64_000 })
})

test('a Claude that thinks as it sees fit is told an effort (case 136)', () => {
  assert.deepEqual(said('claude', { thinking: effort('medium') }, { thinking: 'adaptive' }), {
    additionalModelRequestFields: { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'medium' } },
    lost: [],
  })
})

test('a thinking Claude is not sampled coldly, nor forced to a tool (case 138)', () => {
  const fields = { thinking: effort('low'), maxTokens: 8000, temperature: 0.2, topK: 4, tools: [tool], toolChoice: { mode: 'required' } } as const
  const { toolConfig, inferenceConfig, lost } = said('claude', fields, { thinking: 'budget' })
  assert.deepEqual(inferenceConfig, { maxTokens: 8000 })
  assert.deepEqual((toolConfig as { toolChoice: unknown }).toolChoice, { auto: {} })
  assert.deepEqual(lost.toSorted(), ['temperature', 'tool_choice', 'top_k'])
})

test('a budget is left out where the tools of this round were called without a thought (case 142)', () => {
  const turns = [user(text('x')), assistant(call('a')), user(result('a', 'r'))]
  assert.deepEqual(said('claude', { thinking: effort('low'), maxTokens: 8000 }, { thinking: 'budget' }, turns).lost, ['thinking'])
})

test('one call at a time is told to Claude with all of the choice, and lost on others (case 19)', () => {
  const serial = { tools: [tool], parallelTools: false } as const
  assert.deepEqual(said('claude', serial).additionalModelRequestFields, { tool_choice: { type: 'auto', disable_parallel_tool_use: true } })
  const named = said('claude', { ...serial, toolChoice: { mode: 'named', name: 'look' } })
  assert.deepEqual(named.additionalModelRequestFields, { tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true } })
  assert.equal((named.toolConfig as { toolChoice?: unknown }).toolChoice, undefined)
  assert.deepEqual(said('nova', serial).lost, ['parallel_tools'])
})

test('Nova is told an effort, and at the highest nothing that it refuses beside it', () => {
  assert.deepEqual(said('nova', { thinking: effort('minimal'), maxTokens: 9, topK: 4 }), {
    inferenceConfig: { maxTokens: 9 },
    additionalModelRequestFields: { inferenceConfig: { topK: 4 }, reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    lost: [],
  })
  assert.deepEqual(said('nova', { thinking: { mode: 'budget', budget: 9000 }, maxTokens: 9, temperature: 0.5, topP: 0.5, topK: 4 }), {
    additionalModelRequestFields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    lost: ['top_k', 'temperature', 'max_tokens', 'top_p'],
  })
})

test('models that are told nothing lose what was wished, and say so (case 148)', () => {
  assert.deepEqual(said('llama', { thinking: effort('high'), topK: 4 }).lost, ['thinking', 'top_k'])
  assert.deepEqual(said('llama', { thinking: { mode: 'off' } }).lost, [])
  assert.deepEqual(said('gpt', { thinking: effort('max') }).additionalModelRequestFields, { reasoning_effort: 'high' })
})
