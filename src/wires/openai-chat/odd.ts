/** What providers of the wire refuse though it means nothing, or is surely meant otherwise: then the bytes cannot be passed on. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** Whether the body holds an empty list of tools, or a tool's result that does not say whose it is. */
export function isOdd({ tools, messages }: JsonObject): boolean {
  return (Array.isArray(tools) && tools.length === 0) || (Array.isArray(messages) && messages.some(isLostResult))
}

const isLostResult = (message: Json): boolean => isObject(message) && message.role === 'tool' && typeof message.tool_call_id !== 'string'
