/** The openai package, asking for responses. */

import OpenAI from 'openai'
import type { Scene } from '../../contract/scene.ts'
import { openaiOf } from '../clients.ts'
import { parsed, tool, type Asking, type Client, type Told } from './client.ts'

export function responsesClient(scene: Scene): Client {
  const client = openaiOf(scene)
  return {
    surface: 'openai-responses',
    finishes: { length: 'max_output_tokens', tools: 'completed' },
    say: (text, image) => {
      const shown = { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${image}` }
      return [{ role: 'user', content: [{ type: 'input_text', text }, ...(image === undefined ? [] : [shown])] }]
    },
    answer: (calls, results) => calls.map(({ id }, place) => ({ type: 'function_call_output', call_id: id, output: results[place] })),
    ask: async (asking) => toldOf(asking.streams ? await askStreamed(client, asking) : await client.responses.create(bodyOf(asking))),
    failure: (error) => {
      if (!(error instanceof OpenAI.APIError)) throw error
      return { status: error.status as number | undefined, word: String(error.type) }
    },
  }
}

function bodyOf({ model, history, system, hasTools, schema, thinks }: Asking): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const { name, description, schema: parameters } = tool
  return {
    model,
    input: history as OpenAI.Responses.ResponseInput,
    store: false,
    ...(system !== undefined && { instructions: system }),
    ...(hasTools && { tools: [{ type: 'function', name, description, parameters: { ...parameters }, strict: false }] }),
    ...(schema && { text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
    ...(thinks && { reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'], max_output_tokens: 4000 }),
  }
}

/** The last event holds the whole answer; one that says that it failed is thrown, as applications do. */
async function askStreamed(client: OpenAI, asking: Asking): Promise<OpenAI.Responses.Response> {
  for await (const event of await client.responses.create({ ...bodyOf(asking), stream: true })) {
    if (event.type === 'response.completed' || event.type === 'response.incomplete') return event.response
    if (event.type === 'response.failed') throw new OpenAI.APIError(undefined, { ...event.response.error }, event.response.error?.message, undefined)
    if (event.type === 'error') throw new OpenAI.APIError(undefined, { ...event }, event.message, undefined)
  }
  throw new Error('the stream ended without a word of its end')
}

function toldOf({ output, output_text, status, incomplete_details: incomplete, usage }: OpenAI.Responses.Response): Told {
  const messages = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  return {
    text: output_text ?? messages.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: output.flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : [])).join(''),
    calls: output.flatMap((item) => (item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: parsed(item.arguments) }] : [])),
    finish: incomplete?.reason ?? String(status),
    usage: { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0, cached: usage?.input_tokens_details.cached_tokens ?? 0 },
    turn: output,
  }
}
