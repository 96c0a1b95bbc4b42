/** The vendors' own packages as clients of the gateway, and the providers that stand behind it. */

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { Line, Scene, Stage } from '../contract/scene.ts'
import { messages, openai, type Call, type Saying, type Words } from '../upstream/index.ts'

/** They try once, so that a failure is seen: what they do on their own is asked for where it is tested. */
export const openaiOf = ({ gateway }: Scene, maxRetries = 0): OpenAI => new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries })
export const anthropicOf = ({ gateway }: Scene, maxRetries = 0): Anthropic => new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries })

/** A provider behind the gateway: how it is called, and how it would say something. */
export interface Behind {
  readonly wire: string
  readonly model: string
  readonly stage: (scene: Scene) => Stage
  readonly speak: (words: Words, saying?: Saying) => Line
}

export const behindChat: Behind = { wire: 'Chat Completions', model: 'openai/gpt-4o', stage: ({ chat }) => chat, speak: openai.speak }
export const behindMessages: Behind = { wire: 'Messages', model: 'anthropic/claude-sonnet-4-5', stage: ({ claude }) => claude, speak: messages.speak }
export const bothWires: readonly Behind[] = [behindChat, behindMessages]

/** A tool that every test offers, in the words of each package, and two calls of it. */
const parameters = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'], additionalProperties: false }
export const lookFunction = { type: 'function', function: { name: 'look', description: 'Looks at a place.', parameters } } as const
export const lookTool = { name: 'look', description: 'Looks at a place.', input_schema: { ...parameters, type: 'object' } } as const
export const twoCalls: readonly Call[] = [
  { id: 'call_1', name: 'look', input: { at: 'Zürich' } },
  { id: 'call_2', name: 'look', input: { at: 'Bern 🐻' } },
]

export const ask = [{ role: 'user', content: 'hi' }] satisfies [{ role: 'user'; content: string }]
