/** What a client tells the gateway beside the vendor's API: fields and headers of the contract's section 2. Nothing of it goes upstream. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { safeId } from '../receipts/names.ts'
import type { Headers } from './client.ts'
import type { Caller, Snapshot } from './snapshot.ts'

export interface Extensions {
  readonly route: string | undefined
  readonly provider: string | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly fallbacks: readonly string[]
  readonly showsAttempts: boolean
  /** How often one target may be asked again for this call; undefined leaves it to the configuration. */
  readonly retries: number | undefined
  /** Only the first target is asked. */
  readonly staysThere: boolean
}

/** Top-level fields that are ours. */
export const extensionFields: ReadonlySet<string> = new Set([
  'omni_route',
  'omni_provider',
  'omni_metadata',
  'extra',
  'debug',
  'num_retries',
  'disable_fallbacks',
])

const nothing: Extensions = {
  route: undefined,
  provider: undefined,
  metadata: undefined,
  fallbacks: [],
  showsAttempts: false,
  retries: undefined,
  staysThere: false,
}

/** The body without what is ours: what a vendor's grammar may read. */
export function vendorPart(body: JsonObject): JsonObject {
  if (!Object.keys(body).some((field) => extensionFields.has(field))) return body
  return Object.fromEntries(Object.entries(body).filter(([field]) => !extensionFields.has(field)))
}

export interface Asking {
  readonly snapshot: Pick<Snapshot, 'metadataKeys'>
  readonly caller: Pick<Caller, 'mayRoute'>
}

/** Throws `Failure` where it is not what it must be, or not for this caller to say. */
export function readExtensions(body: JsonObject, headers: Headers, { snapshot, caller }: Asking): Extensions {
  if (!isUsed(body, headers)) return nothing
  const extra = field(body, 'extra')
  const debug = field(body, 'debug')
  const extraDebug = extra === undefined ? undefined : field(extra, 'debug', 'extra.debug')
  const extensions = {
    route: text(body.omni_route, 'omni_route') ?? headers['x-omni-route'],
    provider: text(body.omni_provider, 'omni_provider') ?? headers['x-omni-provider'],
    metadata: readMetadata(body.omni_metadata, headers['x-omni-metadata'], snapshot.metadataKeys),
    fallbacks: readFallbacks(extra?.fallbacks),
    showsAttempts: debug?.routing === true || extraDebug?.routing === true,
    retries: readRetries(body.num_retries),
    staysThere: body.disable_fallbacks === true,
  }
  if (!caller.mayRoute) refuseRouting(extensions)
  return extensions
}

function refuseRouting({ route, provider, fallbacks }: Extensions): void {
  const param = route !== undefined ? 'omni_route' : provider !== undefined ? 'omni_provider' : fallbacks.length > 0 ? 'extra.fallbacks' : undefined
  if (param !== undefined)
    throw new Failure('insufficient_scope', 'Your key may not say where its calls go: leave this out, and name a model, an alias or a chain.', { param })
}

function isUsed(body: JsonObject, headers: Headers): boolean {
  for (const name in body) if (extensionFields.has(name)) return true
  return headers['x-omni-route'] !== undefined || headers['x-omni-provider'] !== undefined || headers['x-omni-metadata'] !== undefined
}

function field(body: JsonObject, name: string, param = name): JsonObject | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw new Failure('invalid_type', `\`${param}\` must be an object.`, { param })
  return value
}

function text(value: Json | undefined, param: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new Failure('invalid_type', `\`${param}\` must be a string.`, { param })
  return value
}

function readFallbacks(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Failure('invalid_type', '`extra.fallbacks` must be a list of model ids.', { param: 'extra.fallbacks' })
  return value.map((model, at) => {
    if (typeof model !== 'string') throw new Failure('invalid_type', 'A fallback must be a model id.', { param: `extra.fallbacks[${at}]` })
    return model
  })
}

/** A client may want more patience than the operator gave, but not without end. */
const mostRetries = 5

function readRetries(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostRetries) return value
  throw new Failure('invalid_value', `\`num_retries\` must be a whole number from 0 to ${mostRetries}.`, { param: 'num_retries' })
}

const safeValue = /^[\w.:@/-]{1,64}$/

/** Keys that nobody declared are left out; a declared key with a value of another shape is refused, since labels must never carry text. */
function readMetadata(value: Json | undefined, header: string | undefined, declared: ReadonlySet<string>): Readonly<Record<string, string>> | undefined {
  const given = value ?? (header === undefined ? undefined : parseHeader(header))
  if (given === undefined || given === null) return undefined
  if (!isObject(given)) throw new Failure('invalid_type', '`omni_metadata` must be an object of strings.', { param: 'omni_metadata' })
  const labels: Record<string, string> = {}
  for (const key in given) {
    const label = given[key]
    if (typeof label !== 'string' || !safeValue.test(label) || safeId(label) === null)
      throw new Failure('invalid_value', 'A value of `omni_metadata` must be 1 to 64 letters, digits or any of `_.:@/-`, and no key.', {
        param: 'omni_metadata',
      })
    if (declared.has(key)) labels[key] = label
  }
  return labels
}

function parseHeader(header: string): Json {
  try {
    return JSON.parse(header) as Json
  } catch {
    throw new Failure('invalid_value', 'The header `x-omni-metadata` must be a JSON object of strings.')
  }
}
