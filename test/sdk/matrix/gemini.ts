/** Google's package. */

import { ApiError, GoogleGenAI, type Content, type GenerateContentParameters, type GenerateContentResponse, type Part } from '@google/genai'
import type { Scene } from '../../contract/scene.ts'
import { tool, type Asking, type Client, type Told } from './client.ts'

const googleOf = ({ gateway }: Scene): GoogleGenAI => new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } })

export function geminiClient(scene: Scene): Client {
  const client = googleOf(scene)
  return {
    surface: 'gemini-generate',
    finishes: { length: 'MAX_TOKENS', tools: 'STOP' },
    say: (text, image) => [{ role: 'user', parts: [{ text }, ...(image === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: image } }])] }],
    answer: (calls, results) => {
      const parts = calls.map(({ id, name }, place) => ({ functionResponse: { id, name, response: { output: results[place] } } }))
      return [{ role: 'user', parts }]
    },
    ask: async (asking) => {
      const body = bodyOf(asking)
      return toldOf(asking.streams ? await Array.fromAsync(await client.models.generateContentStream(body)) : [await client.models.generateContent(body)])
    },
    failure: (error) => {
      if (!(error instanceof ApiError)) throw error
      return { status: error.status, word: /"status":\s*"(\w+)"/.exec(error.message)?.[1] ?? '' }
    },
  }
}

function bodyOf({ model, history, system, hasTools, schema, thinks }: Asking): GenerateContentParameters {
  const { name, description, schema: parametersJsonSchema } = tool
  return {
    model,
    contents: history as Content[],
    config: {
      ...(system !== undefined && { systemInstruction: system }),
      ...(hasTools && { tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema }] }] }),
      ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
      ...(thinks && { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 }, maxOutputTokens: 4000 }),
    },
  }
}

/** A stream's pieces are answers by themselves, of which the last has the reason to end. */
function toldOf(pieces: readonly GenerateContentResponse[]): Told {
  const parts = pieces.flatMap((piece) => piece.candidates?.[0]?.content?.parts ?? [])
  const usage = pieces.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata
  const join = (isThought: boolean) => parts.map((part: Part) => ((part.thought ?? false) === isThought ? (part.text ?? '') : '')).join('')
  return {
    text: join(false),
    reasoning: join(true),
    calls: parts.flatMap(({ functionCall: call }) => (call ? [{ id: call.id ?? '', name: call.name ?? '', input: call.args ?? {} }] : [])),
    finish: String(pieces.findLast((piece) => piece.candidates?.[0]?.finishReason)?.candidates?.[0]?.finishReason),
    usage: {
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      cached: usage?.cachedContentTokenCount ?? 0,
    },
    turn: [{ role: 'model', parts }],
  }
}
