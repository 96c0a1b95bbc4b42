/** A conversation that was said on another wire, in the order that this one wants. */

import { asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Turn } from '../../canonical/chat.ts'
import { arrangeTurns } from '../conversation.ts'
import type { ModelTraits } from '../traits.ts'
import { shorten, writeBlocks } from './content.ts'
import type { Writing } from './writing.ts'

export interface Arranged {
  readonly system: Json | undefined
  readonly messages: JsonObject[]
}

/** Throws `invalid_value` where a call has no result or a result no call. */
export function arrange(turns: readonly Turn[], target: ModelTraits, writing: Writing): Arranged {
  const speech = {
    write: (blocks: Turn['blocks']) => writeBlocks(blocks, writing),
    call: ({ type, id }: JsonObject) => (type === 'tool_use' ? asText(id) : undefined),
    result: ({ type, tool_use_id: id }: JsonObject) => (type === 'tool_result' ? asText(id) : undefined),
  }
  const { system, said } = arrangeTurns(turns, speech, target, writing.lose)
  return { system: system.length > 0 ? shorten(system) : undefined, messages: said.map(({ role, content }) => ({ role, content: shorten(content) })) }
}
