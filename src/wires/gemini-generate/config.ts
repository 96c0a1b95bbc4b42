/** `generationConfig`: limits, sampling, format. https://ai.google.dev/api/generate-content#generationconfig */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, OutputFormat } from '../../canonical/chat.ts'
import { geminiJsonSchema, geminiSchema, plainSchema } from '../schema-dialects.ts'
import { bendSchema } from '../schema.ts'
import type { Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { kept, own, ownWithin, type Spelled, spelling, take, wire } from './own.ts'
import { readThinking, writeThinking } from './thinking.ts'
import { takesJsonSchema } from './tools.ts'

const numbers = {
  maxTokens: 'maxOutputTokens',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  choices: 'candidateCount',
} as const satisfies { readonly [word in keyof ChatRequest]?: string }

const numberWords = Object.keys(numbers) as (keyof typeof numbers)[]

type Configured = Pick<ChatRequest, keyof typeof numbers | 'stop' | 'logprobs' | 'modalities' | 'thinking' | 'format'>

/** Takes what the form has words for out of the config; the rest of it stays. */
export function takeConfig(config: JsonObject): Configured {
  const taken: JsonObject = {}
  for (const word of numberWords) if (typeof config[numbers[word]] === 'number') taken[word] = take(config, numbers[word])!
  const { stopSequences: stop, thinkingConfig } = config
  if (Array.isArray(stop) && stop.length > 0) taken.stop = take(config, 'stopSequences')!
  const thinking = readThinking(thinkingConfig)
  if (thinking) take(config, 'thinkingConfig')
  const format = takeFormat(config)
  return {
    ...taken,
    ...present({ logprobs: takeLogprobs(config), modalities: takeModalities(config) }),
    ...(thinking && { thinking }),
    ...(format && { format }),
  }
}

function takeLogprobs(config: JsonObject): number | undefined {
  if (config.responseLogprobs !== true) return undefined
  take(config, 'responseLogprobs')
  return typeof config.logprobs === 'number' && config.logprobs > 0 ? (take(config, 'logprobs') as number) : 0
}

function takeModalities(config: JsonObject): string[] | undefined {
  const said = config.responseModalities
  if (!Array.isArray(said) || said.length === 0 || !said.every((kind) => typeof kind === 'string' && kind === kind.toUpperCase())) return undefined
  return (take(config, 'responseModalities') as string[]).map((kind) => kind.toLowerCase())
}

const schemaFields = ['responseJsonSchema', 'responseSchema'] as const

/** The schema is told in plain JSON Schema; as the client wrote it, it is kept for this wire. */
function takeFormat(config: JsonObject): OutputFormat | undefined {
  const { responseMimeType: mime } = config
  const field = schemaFields.find((name) => isObject(config[name]))
  if (mime !== 'application/json' && !(mime === undefined && field)) return undefined
  take(config, 'responseMimeType')
  if (field === undefined) return { type: 'json' }
  const said = take(config, field) as JsonObject
  const spelled: Spelled = mime === undefined ? { mime: 'absent' } : {}
  return { type: 'schema', schema: bendSchema(said, plainSchema), isHeld: true, ...kept({ [field]: said }, spelled) }
}

/** The wire takes five at most. https://ai.google.dev/api/generate-content#FIELDS.stop_sequences */
const mostStops = 5

/** Undefined where nothing is configured. */
export function writeConfig(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject | undefined {
  const said = own(request.rest).generationConfig
  const config = {
    ...ownWithin(request.rest, 'generationConfig'),
    ...writeNumbers(request, target, lose),
    ...present({
      stopSequences: writeStops(request, lose),
      responseModalities: request.modalities?.map((kind) => kind.toUpperCase()),
      thinkingConfig: writeThinking(request, target, lose),
      ...(request.logprobs !== undefined && { responseLogprobs: true }),
      ...(request.logprobs && { logprobs: request.logprobs }),
      ...writeFormat(request.format, target.model),
    }),
  }
  return Object.keys(config).length > 0 || isObject(said) ? config : undefined
}

const sampling = { temperature: 'temperature', topP: 'top_p', frequencyPenalty: 'frequency_penalty', presencePenalty: 'presence_penalty' } as const

function writeNumbers(request: ChatRequest, { sampling: maySet }: ModelTraits, lose: Loss): JsonObject {
  const written: JsonObject = {}
  for (const word of numberWords) {
    const value = request[word]
    if (value === undefined || (word === 'choices' && value === 1 && request.rest.wire !== wire)) continue
    if (maySet === false && word in sampling) lose(sampling[word as keyof typeof sampling])
    else written[numbers[word]] = value
  }
  return written
}

function writeStops({ stop, rest }: ChatRequest, lose: Loss): string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined
  if (stop.length <= mostStops || rest.wire === wire) return [...stop]
  lose('stop')
  return stop.slice(0, mostStops)
}

function writeFormat(format: OutputFormat | undefined, model: string): { readonly [field: string]: Json | undefined } {
  if (format === undefined || format.type === 'text') return {}
  const responseMimeType = 'application/json'
  if (format.type === 'json') return { responseMimeType }
  const { schema, rest } = format
  if (rest?.wire === wire) return { responseMimeType: spelling(rest, 'mime') ? undefined : responseMimeType, ...own(rest) }
  return takesJsonSchema(model)
    ? { responseMimeType, responseJsonSchema: bendSchema(schema, geminiJsonSchema) }
    : { responseMimeType, responseSchema: bendSchema(schema, geminiSchema) }
}
