/** Which wire a request speaks, by its path alone: so one simulator plays providers of every wire. */

import { isObject, type JsonObject } from '../base/json.ts'
import type { WireName } from '../canonical/chat.ts'
import { wires } from '../wires/index.ts'
import type { Wire } from '../wires/wire.ts'

interface Route {
  readonly wire: WireName
  /** Its first group is the model and its second says that a stream is wanted, on wires that name them in the path. */
  readonly path: RegExp
}

/** The paths that vendors serve, behind whatever base. */
const routes: readonly Route[] = [
  { wire: 'openai-chat', path: /\/chat\/completions$/ },
  { wire: 'openai-responses', path: /\/responses$/ },
  { wire: 'anthropic-messages', path: /\/messages$/ },
  { wire: 'gemini-generate', path: /\/models\/([^/]+):(?:generateContent|(stream)GenerateContent)$/ },
  { wire: 'bedrock-converse', path: /\/model\/([^/]+)\/converse(-stream)?$/ },
  { wire: 'cohere-chat', path: /\/chat$/ },
]

export interface Question {
  readonly wire: Wire
  readonly model: string
  readonly streams: boolean
  readonly body: JsonObject
}

/** Undefined where no wire has the path, or the body is no JSON object. */
export function readQuestion(path: string, bytes: Buffer): Question | undefined {
  const [bare = ''] = path.split('?')
  for (const route of routes) {
    const found = route.path.exec(bare)
    const wire = wires[route.wire]
    if (!found || !wire) continue
    const body = parse(bytes)
    if (body === undefined) return undefined
    const [, model, streams] = found
    const inBody = { model: typeof body.model === 'string' ? body.model : '', streams: body.stream === true }
    return { wire, body, ...(model === undefined ? inBody : { model: decodeURIComponent(model), streams: streams !== undefined }) }
  }
  return undefined
}

function parse(bytes: Buffer): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'))
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}
