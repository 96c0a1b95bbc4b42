/** Arguments of a call as an object, for wires that take nothing else. */

import { isObject, parseExact, type Json, type JsonObject } from '../base/json.ts'
import type { ToolCallBlock } from '../canonical/chat.ts'

/**
 * What a custom tool was given, or JSON that is no object, is put into one;
 * JSON that was cut short has no meaning left, so the call is shown without arguments and the finish says why.
 */
export function parseInput({ input, custom }: Pick<ToolCallBlock, 'input' | 'custom'>): JsonObject {
  if (custom) return { input }
  if (input === '') return {}
  try {
    const value = parseWhole(input)
    return isObject(value) ? value : { input: value }
  } catch {
    return {}
  }
}

/** JSON whose long numbers stay as they were spelled. Throws where the text is none. */
export function parseWhole(text: string): Json {
  return (/\d{16}|\d[eE]\+?\d{3}/.test(text) ? parseExact(text) : JSON.parse(text)) as Json
}
