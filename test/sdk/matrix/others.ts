/** Packages that others make for these APIs, as clients: each asks whole, streamed, and in a loop that runs its tools. */

import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { Mistral } from '@mistralai/mistralai'
import { generateText, isStepCount, jsonSchema, streamText, tool as toolOf, type LanguageModel } from 'ai'
import { CohereClientV2 } from 'cohere-ai'
import Groq from 'groq-sdk'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Scene } from '../../contract/scene.ts'
import { parsed, tool } from './client.ts'

/** What a tool of the client's gives for what it was called with. */
export type Look = (input: JsonObject) => string

export interface Other {
  readonly name: string
  whole(model: string): Promise<string>
  stream(model: string): Promise<string>
  /** Asks, runs the tool for every call, asks again, and gives the last answer. */
  loop(model: string, look: Look): Promise<string>
}

const { name, description, schema } = tool
const prompt = 'hi'

/** The AI SDK, with one of its providers. */
function aiOther(title: string, modelOf: (model: string) => LanguageModel): Other {
  return {
    name: title,
    whole: async (model) => (await generateText({ model: modelOf(model), prompt, maxRetries: 0 })).text,
    stream: async (model) => {
      const faults: unknown[] = []
      const { textStream } = streamText({ model: modelOf(model), prompt, maxRetries: 0, onError: ({ error }) => void faults.push(error) })
      const text = (await Array.fromAsync(textStream)).join('')
      if (faults.length > 0) throw faults[0]
      return text
    },
    loop: async (model, look) => {
      const tools = { [name]: toolOf({ description, inputSchema: jsonSchema<JsonObject>({ ...schema, required: [...schema.required] }), execute: look }) }
      return (await generateText({ model: modelOf(model), prompt, tools, stopWhen: isStepCount(3), maxRetries: 0 })).text
    },
  }
}

function cohereOther({ gateway }: Scene): Other {
  const client = new CohereClientV2({ token: gateway.key, environment: gateway.url, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: prompt }]
  const textOf = ({ message }: Awaited<ReturnType<typeof client.chat>>) =>
    (message.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
  return {
    name: 'cohere-ai',
    whole: async (model) => textOf(await client.chat({ model, messages })),
    stream: async (model) => {
      const events = await Array.fromAsync(await client.chatStream({ model, messages }))
      return events.map((event) => (event.type === 'content-delta' ? (event.delta?.message?.content?.text ?? '') : '')).join('')
    },
    loop: async (model, look) => {
      const tools = [{ type: 'function' as const, function: { name, description, parameters: { ...schema } } }]
      const { message } = await client.chat({ model, messages, tools })
      const results = (message.toolCalls ?? []).map(({ id, function: made }) => ({
        role: 'tool' as const,
        toolCallId: id,
        content: look(parsed(made?.arguments ?? '')),
      }))
      return textOf(await client.chat({ model, messages: [...messages, message, ...results], tools }))
    },
  }
}

function mistralOther({ gateway }: Scene): Other {
  const client = new Mistral({ apiKey: gateway.key, serverURL: gateway.url, retryConfig: { strategy: 'none' } })
  const messages = [{ role: 'user' as const, content: prompt }]
  const textOf = (content: unknown) => (typeof content === 'string' ? content : '')
  return {
    name: '@mistralai/mistralai',
    whole: async (model) => textOf((await client.chat.complete({ model, messages })).choices[0]?.message?.content),
    stream: async (model) => {
      const events = await Array.fromAsync(await client.chat.stream({ model, messages }))
      return events.map(({ data }) => textOf(data.choices[0]?.delta.content)).join('')
    },
    loop: async (model, look) => {
      const tools = [{ type: 'function' as const, function: { name, description, parameters: { ...schema } } }]
      const { choices } = await client.chat.complete({ model, messages, tools, toolChoice: 'any' })
      const message = choices[0]!.message!
      const results = (message.toolCalls ?? []).map(({ id, function: made }) => ({
        role: 'tool' as const,
        toolCallId: id,
        content: look(typeof made.arguments === 'string' ? parsed(made.arguments) : made.arguments),
      }))
      const answer = await client.chat.complete({ model, messages: [...messages, { ...message, role: 'assistant' }, ...results], tools })
      return textOf(answer.choices[0]?.message?.content)
    },
  }
}

function groqOther({ gateway }: Scene): Other {
  const client = new Groq({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: prompt }]
  return {
    name: 'groq-sdk',
    whole: async (model) => (await client.chat.completions.create({ model, messages })).choices[0]!.message.content ?? '',
    stream: async (model) => {
      const chunks = await Array.fromAsync(await client.chat.completions.create({ model, messages, stream: true }))
      return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
    },
    loop: async (model, look) => {
      const tools = [{ type: 'function' as const, function: { name, description, parameters: { ...schema } } }]
      const { message } = (await client.chat.completions.create({ model, messages, tools })).choices[0]!
      const results = (message.tool_calls ?? []).map(({ id, function: made }) => ({
        role: 'tool' as const,
        tool_call_id: id,
        content: look(parsed(made.arguments)),
      }))
      return (await client.chat.completions.create({ model, messages: [...messages, message, ...results], tools })).choices[0]!.message.content ?? ''
    },
  }
}

/** Every one of them, at this gateway. */
export function othersAt(scene: Scene): readonly Other[] {
  const { url, key: apiKey } = scene.gateway
  const openai = createOpenAI({ apiKey, baseURL: `${url}/v1` })
  const compatible = createOpenAICompatible({ name: 'gateway', apiKey, baseURL: `${url}/v1` })
  const anthropic = createAnthropic({ apiKey, baseURL: `${url}/v1` })
  const google = createGoogleGenerativeAI({ apiKey, baseURL: `${url}/v1beta` })
  return [
    aiOther('ai with @ai-sdk/openai for chat', (model) => openai.chat(model)),
    aiOther('ai with @ai-sdk/openai for responses', (model) => openai.responses(model)),
    aiOther('ai with @ai-sdk/openai-compatible', (model) => compatible(model)),
    aiOther('ai with @ai-sdk/anthropic', (model) => anthropic(model)),
    // It takes a name with a slash for a whole path.
    aiOther('ai with @ai-sdk/google', (model) => google(`models/${model}`)),
    cohereOther(scene),
    mistralOther(scene),
    groqOther(scene),
  ]
}
