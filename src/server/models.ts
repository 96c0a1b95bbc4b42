/** `GET /v1/models`: what can be called here, in the shape that the client's API knows. */

import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../canonical/failure.ts'
import { targetsOf } from '../routing/plan.ts'
import { resolve, type RoutingTable } from '../routing/resolve.ts'

interface Model {
  readonly id: string
  readonly owner: string
}

/** Chains and aliases first, then each connection's models under its prefix. */
function listModels(table: RoutingTable): readonly Model[] {
  const named = [...table.chains.keys(), ...table.aliases.keys()].map((id) => ({ id, owner: 'omni' }))
  const connections = new Set(table.connections.values())
  return [...named, ...[...connections].flatMap(({ name, models }) => models.map((model) => ({ id: `${name}/${model}`, owner: name })))]
}

/** Whose package asks: Google's path, or the headers that the others' packages never send. */
export type Asker = 'gemini-generate' | 'anthropic-messages' | 'openai-chat'

export function askerOf(path: string, headers: IncomingHttpHeaders): Asker {
  if (path.startsWith('/v1beta/') || headers['x-goog-api-key'] !== undefined) return 'gemini-generate'
  return headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages'
}

export function writeModels(table: RoutingTable, asker: Asker): object {
  const models = listModels(table)
  if (asker === 'gemini-generate') return { models: models.map(geminiModel) }
  if (asker === 'anthropic-messages')
    return { data: models.map(messagesModel), has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
  return { object: 'list', data: models.map(openaiModel) }
}

/** Throws `Failure` where the id leads nowhere. */
export function writeModel(id: string, table: RoutingTable, asker: Asker): object {
  const name = decode(id)
  const [target] = targetsOf(resolve({ model: name, fallbacks: [] }, table))
  const isOurs = table.chains.has(name) || table.aliases.has(name)
  const model = { id: name, owner: (isOurs ? undefined : target?.connection.name) ?? 'omni' }
  return writers[asker](model)
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch (cause) {
    throw new Failure('bad_request', 'The model’s id in the path is not encoded as URLs are.', { cause })
  }
}

/** Nobody tells when most models were made; clients want a number. */
const longAgo = 1_700_000_000

const openaiModel = ({ id, owner }: Model) => ({ id, object: 'model', created: longAgo, owned_by: owner })
const messagesModel = ({ id }: Model) => ({ type: 'model', id, display_name: id, created_at: new Date(longAgo * 1000).toISOString() })
const geminiModel = ({ id }: Model) => ({ name: `models/${id}`, displayName: id, supportedGenerationMethods: ['generateContent', 'countTokens'] })
const writers = { 'gemini-generate': geminiModel, 'anthropic-messages': messagesModel, 'openai-chat': openaiModel } as const
