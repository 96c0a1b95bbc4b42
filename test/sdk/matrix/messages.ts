/** The Anthropic package. */

import Anthropic from '@anthropic-ai/sdk'
import type { Scene } from '../../contract/scene.ts'
import { anthropicOf } from '../clients.ts'
import { tool, type Asking, type Client, type Told } from './client.ts'

export function messagesClient(scene: Scene): Client {
  const client = anthropicOf(scene)
  return {
    surface: 'anthropic-messages',
    finishes: { length: 'max_tokens', tools: 'tool_use' },
    say: (text, image) => {
      const shown = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } }
      return [{ role: 'user', content: image === undefined ? text : [{ type: 'text', text }, shown] }]
    },
    answer: (calls, results) => [{ role: 'user', content: calls.map(({ id }, place) => ({ type: 'tool_result', tool_use_id: id, content: results[place] })) }],
    ask: async (asking) => {
      const body = bodyOf(asking)
      return toldOf(asking.streams ? await client.messages.stream(body).finalMessage() : await client.messages.create(body))
    },
    failure: (error) => {
      if (!(error instanceof Anthropic.APIError)) throw error
      return { status: error.status as number | undefined, word: (error.error as { error?: { type?: string } } | undefined)?.error?.type ?? '' }
    },
  }
}

function bodyOf({ model, history, system, hasTools, schema, thinks }: Asking): Anthropic.MessageCreateParamsNonStreaming {
  const { name, description, schema: input_schema } = tool
  return {
    model,
    max_tokens: 4000,
    messages: history as Anthropic.MessageParam[],
    ...(system !== undefined && { system }),
    ...(hasTools && { tools: [{ name, description, input_schema: { ...input_schema, required: [...input_schema.required] } }] }),
    ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
    ...(thinks && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  }
}

function toldOf({ content, stop_reason: reason, usage }: Anthropic.Message): Told {
  const cached = usage.cache_read_input_tokens ?? 0
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input as Record<string, unknown> }] : [])),
    finish: String(reason),
    usage: { input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0), output: usage.output_tokens, cached },
    turn: [{ role: 'assistant', content }],
  }
}
