/** Going on from an answer on the Responses API. https://platform.openai.com/docs/guides/conversation-state */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import type { Recall, References, Told } from './recall.ts'

export const responsesRecall: Recall = {
  refersTo,
  wantsKept: ({ store }) => store !== false,
  isBackground: ({ background }) => background === true,
  items: ({ input }) => (Array.isArray(input) ? input : typeof input === 'string' ? [said(input)] : []),
  resumed: (items) => ({ set: { input: [...items] }, remove: ['previous_response_id'] }),
  read,
  events: { answer: new Set(['response.created', 'response.completed', 'response.incomplete', 'response.failed']), item: 'response.output_item.done' },
}

const said = (text: string): JsonObject => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })

function refersTo({ previous_response_id: previous, conversation, input }: JsonObject): References | undefined {
  // Conversations are made by calls that are not served here: whose one is, nobody here knows.
  if (conversation !== undefined && conversation !== null)
    throw new Failure('unsupported_parameter', 'Conversations are not kept here: go on with `previous_response_id`, or send the conversation itself.', {
      param: 'conversation',
    })
  const items = Array.isArray(input) ? input.flatMap((item, at) => (isReference(item) ? [{ id: item.id, at }] : [])) : []
  if (typeof previous !== 'string') return items.length > 0 ? { previous: undefined, items } : undefined
  return { previous, items }
}

/** The type may be left out, where there is nothing but an id. */
function isReference(item: Json): item is JsonObject & { readonly id: string } {
  return isObject(item) && typeof item.id === 'string' && (item.type === 'item_reference' || ((item.type ?? null) === null && Object.keys(item).length === 1))
}

/** A thought that is neither kept nor sealed cannot be given back: its id names nothing. */
const isSelfContained = (item: Json): boolean => !isObject(item) || item.type !== 'reasoning' || typeof item.encrypted_content === 'string'

const finished: ReadonlySet<Json> = new Set(['completed', 'incomplete'])

function read(response: JsonObject): Told | undefined {
  const { id, output, status, store } = response
  if (typeof id !== 'string') return undefined
  return {
    id,
    response,
    output: Array.isArray(output) ? (store === false ? output.filter(isSelfContained) : output) : [],
    isKept: typeof store === 'boolean' ? store : undefined,
    isFinished: status === undefined || finished.has(status),
  }
}
