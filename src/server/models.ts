/** `GET /v1/models`: what can be called here, in the shape that the client's API knows. */

import type { IncomingHttpHeaders } from 'node:http'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { Caller, Snapshot } from '../gateway/snapshot.ts'
import { isGranted, mayGo, type Access, type Grant } from '../policy/access.ts'
import { targetsOf } from '../routing/plan.ts'
import { resolve, type RoutingTable } from '../routing/resolve.ts'
import type { Target } from '../routing/target.ts'

interface Model {
  readonly id: string
  readonly owner: string
}

/** Who asks what there is: nobody is shown what they may not call. */
export interface Reader {
  readonly table: RoutingTable
  readonly access: Access | undefined
  readonly grants: readonly Grant[] | undefined
}

export const readerOf = ({ routing: table }: Snapshot, { routing, access, grants }: Caller): Reader => ({ table: routing ?? table, access, grants })

/** Chains and aliases first, then each connection's models under its prefix. */
function listModels(reader: Reader): readonly Model[] {
  const { table } = reader
  const named = [...table.chains.keys(), ...table.aliases.keys()].filter((id) => isOpen(id, reader)).map((id) => ({ id, owner: 'omni' }))
  const connections = [...new Set(table.connections.values())].flatMap((connection) => {
    const { name, models } = connection
    return models.filter((model) => mayAsk({ connection, model }, `${name}/${model}`, reader)).map((model) => ({ id: `${name}/${model}`, owner: name }))
  })
  return [...named, ...connections]
}

/** Whether a chain or an alias leads anywhere for whoever asks. */
function isOpen(name: string, reader: Reader): boolean {
  if (reader.access === undefined && !hasSponsored(reader.table)) return true
  try {
    return targetsOf(resolve({ model: name, fallbacks: [] }, reader.table)).some((target) => mayAsk(target, name, reader))
  } catch {
    return false
  }
}

const hasSponsored = ({ connections }: RoutingTable): boolean => connections.values().some(({ isSponsored = false }) => isSponsored)

function mayAsk({ connection: { name: provider, region, isSponsored }, model }: Target, asked: string, { access = {}, grants }: Reader): boolean {
  const destination = { provider, model, region, asked, isSponsored }
  return mayGo(access, destination) && isGranted(grants, destination, now())
}

/** Whose package asks: Google's path, or the headers that the others' packages never send. */
export type Asker = 'gemini-generate' | 'anthropic-messages' | 'openai-chat'

export function askerOf(path: string, headers: IncomingHttpHeaders): Asker {
  if (path.startsWith('/v1beta/') || headers['x-goog-api-key'] !== undefined) return 'gemini-generate'
  return headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages'
}

export function writeModels(reader: Reader, asker: Asker): object {
  const models = listModels(reader)
  if (asker === 'gemini-generate') return { models: models.map(geminiModel) }
  if (asker === 'anthropic-messages')
    return { data: models.map(messagesModel), has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
  return { object: 'list', data: models.map(openaiModel) }
}

/** Throws `Failure` where the id leads nowhere. */
export function writeModel(id: string, reader: Reader, asker: Asker): object {
  const { table } = reader
  const name = decode(id)
  const target = targetsOf(resolve({ model: name, fallbacks: [] }, table)).find((one) => mayAsk(one, name, reader))
  if (target === undefined && !isOpen(name, reader)) throw new Failure('model_not_found', 'There is no model of this name that this key may use.')
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
