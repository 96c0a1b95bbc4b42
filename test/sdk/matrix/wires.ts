/** A provider of every wire behind one gateway, each held to its wire alone. */

import { after } from 'node:test'
import type { WireName } from '../../../src/canonical/chat.ts'
import { openScene, openStage, type Line, type Scene, type SceneOptions, type Stage } from '../../contract/scene.ts'
import {
  bedrock,
  cohere,
  finish,
  first,
  gemini,
  messages,
  openai,
  responses,
  type Answer,
  type Received,
  type Saying,
  type Words,
} from '../../upstream/index.ts'

/** A provider behind the gateway: how it is called, how it says something, and how it refuses. */
export interface Behind {
  readonly wire: WireName
  readonly model: string
  readonly stage: Stage
  readonly speak: (words: Words, saying?: Saying) => (request: Received) => Answer
  readonly refuse: (status: number) => Answer
  /** What its vendor puts on a thought, where it proves thoughts. */
  readonly proof?: string
}

/** Whose kind each is, at which path behind its address, and which model is asked for. */
const kinds = {
  'openai-chat': { like: 'openai', path: '/v1', model: 'gpt-4o', speak: openai.speak, refuse: openai.error },
  'openai-responses': { like: 'openai', path: '/v1', model: 'gpt-5', speak: responses.speak, refuse: responses.error, proof: 'Z0FBQUFBQm8rL3==' },
  'anthropic-messages': { like: 'anthropic', path: '', model: 'claude-sonnet-4-5', speak: messages.speak, refuse: messages.error, proof: 'EqQBCgIYAhIk+/==' },
  'gemini-generate': { like: 'gemini', path: '', model: 'gemini-2.5-flash', speak: gemini.speak, refuse: gemini.error, proof: 'CiQBVKhc7nS0+w==' },
  'bedrock-converse': {
    like: 'bedrock',
    more: ', region: us-east-1',
    path: '',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    speak: bedrock.speak,
    refuse: bedrock.error,
    proof: 'ErcBCkgIBxABGAIi+/==',
  },
  'cohere-chat': { like: 'cohere', path: '', model: 'command-a-03-2025', speak: cohere.speak, refuse: cohere.error },
} as const

export interface EveryWire {
  readonly scene: Scene
  readonly everyWire: readonly Behind[]
}

/** Opens them now, and closes them after the file's last test. */
export async function openEveryWire(options: Omit<SceneOptions, 'providers'> = {}): Promise<EveryWire> {
  const everyWire = await Promise.all(
    Object.entries(kinds).map(async ([wire, { like: _, path: __, model, ...kind }]) => {
      const stage = await openStage(kind.speak('Hello World'))
      after(() => stage.upstream.stop())
      return { ...kind, wire: wire as WireName, model: `only-${wire}/${model}`, stage } satisfies Behind
    }),
  )
  const providers = Object.entries(kinds).map(([wire, { like, path, ...kind }], place) => {
    const { url } = everyWire[place]!.stage.upstream
    return `  only-${wire}: { like: ${like}, key: secret-of-${wire}, baseUrl: "${url}${path}", wires: [${wire}]${'more' in kind ? kind.more : ''} }`
  })
  return { scene: await openScene({ ...options, providers: () => providers.join('\n') }), everyWire }
}

/** The same answer, whose connection ends within the frame that would have said `mark`. */
export function cutAt(mark: string, speak: (request: Received) => Answer): Line {
  return (request) => {
    const answer = speak(request)
    const bytes = Buffer.concat(answer.flatMap((step) => (step.do === 'send' ? [step.bytes] : [])))
    return [...first(bytes.indexOf(mark), answer), finish()]
  }
}
