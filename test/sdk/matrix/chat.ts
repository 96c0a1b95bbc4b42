/** The openai package, asking for chat completions. */

import OpenAI from 'openai'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Scene } from '../../contract/scene.ts'
import { openaiOf } from '../clients.ts'
import { parsed, tool, type Asking, type Client, type History, type Told } from './client.ts'

type Message = OpenAI.ChatCompletionMessageParam
/** A message with what vendors put beside the fields that the package knows. */
type Spoken = Pick<OpenAI.ChatCompletionMessage, 'tool_calls'> & { content: string | null; reasoning_content?: string; reasoning_details?: JsonObject[] }

export function chatClient(scene: Scene): Client {
  const client = openaiOf(scene)
  return {
    surface: 'openai-chat',
    finishes: { length: 'length', tools: 'tool_calls' },
    say: (text, image) => {
      const shown = [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
      ]
      return [{ role: 'user', content: image === undefined ? text : shown }]
    },
    answer: (calls, results) => calls.map(({ id }, place) => ({ role: 'tool', tool_call_id: id, content: results[place] })),
    ask: (asking) => (asking.streams ? askStreamed(client, asking) : askWhole(client, asking)),
    failure: (error) => {
      if (!(error instanceof OpenAI.APIError)) throw error
      return { status: error.status as number | undefined, word: String(error.type) }
    },
  }
}

function bodyOf({ model, history, system, hasTools, schema, thinks }: Asking): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const { name, description, schema: parameters } = tool
  return {
    model,
    messages: [...(system === undefined ? [] : [{ role: 'system' as const, content: system }]), ...(history as Message[])],
    ...(hasTools && { tools: [{ type: 'function', function: { name, description, parameters: { ...parameters } } }] }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } }),
    ...(thinks && { reasoning_effort: 'low', max_completion_tokens: 4000 }),
  }
}

async function askWhole(client: OpenAI, asking: Asking): Promise<Told> {
  const { choices, usage } = await client.chat.completions.create(bodyOf(asking))
  return toldOf(choices[0]!.message, choices[0]!.finish_reason, usage)
}

/** Puts the message together as an agent would that keeps every field it does not know: the package's own helper keeps text and calls alone. */
async function askStreamed(client: OpenAI, asking: Asking): Promise<Told> {
  const kept = { content: '', reasoning_content: '', reasoning_details: [] as JsonObject[] }
  const extras = new Map<number, JsonObject>()
  const stream = client.chat.completions.stream({ ...bodyOf(asking), stream: true, stream_options: { include_usage: true } }).on('chunk', ({ choices }) => {
    const delta = (choices[0]?.delta ?? {}) as Spoken & { tool_calls?: { index: number; extra_content?: JsonObject }[] }
    kept.content += delta.content ?? ''
    kept.reasoning_content += delta.reasoning_content ?? ''
    kept.reasoning_details.push(...(delta.reasoning_details ?? []))
    for (const { index, extra_content: extra } of delta.tool_calls ?? []) if (extra) extras.set(index, { extra_content: extra })
  })
  const { choices, usage } = await stream.finalChatCompletion()
  const calls = choices[0]!.message.tool_calls?.map((call, index) => ({ ...call, ...extras.get(index) }))
  return toldOf({ ...kept, ...(calls && { tool_calls: calls }) }, choices[0]!.finish_reason, usage)
}

function toldOf(message: Spoken, finish: string, usage: OpenAI.CompletionUsage | undefined): Told {
  const calls = (message.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [{ id: call.id, ...call.function }] : []))
  const turn: History = [{ role: 'assistant', ...message }]
  return {
    text: message.content ?? '',
    reasoning: message.reasoning_content ?? '',
    calls: calls.map(({ id, name, arguments: input }) => ({ id, name, input: parsed(input) })),
    finish,
    usage: { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0, cached: usage?.prompt_tokens_details?.cached_tokens ?? 0 },
    turn,
  }
}
