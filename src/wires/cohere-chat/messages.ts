/** The messages of a request, as turns. */

import { present, asText, type JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Rest, ToolResultBlock, Turn } from '../../canonical/chat.ts'
import { joinPieces } from '../conversation.ts'
import type { Loss } from '../losses.ts'
import { kept, own, spelling } from '../rest.ts'
import { readAssistant, writeAssistant } from './assistant.ts'
import { contentSpelling, readContent, writeContent, writeParts } from './content.ts'
import { isRequestDocument, writeDocument } from './documents.ts'
import { wire, type Writing } from './own.ts'

export function readMessage(message: JsonObject): Turn {
  if (message.role === 'assistant') {
    const { blocks, fields, spelled } = readAssistant(message)
    return { role: 'assistant', blocks, ...kept(wire, fields, spelled) }
  }
  const { role, content, ...fields } = message
  const blocks = readContent(content)
  if (role !== 'tool') return { role: role === 'system' ? 'system' : 'user', blocks, ...kept(wire, fields, contentSpelling(content)) }
  const { tool_call_id: id, ...others } = fields
  return { role: 'user', blocks: [{ type: 'tool-result', callId: asText(id), blocks, ...kept(wire, others, contentSpelling(content)) }] }
}

/** Turns that were said on this wire stay where they were said. Images in results follow in a message of their own, after all results of the turn before. */
export function writeMessages({ turns, rest }: ChatRequest, lose: Loss): JsonObject[] {
  const writing: Writing = { to: 'provider', isOwn: rest.wire === wire, lose }
  const messages: JsonObject[] = []
  let held: JsonObject[] = []
  const release = () => {
    if (held.length > 0) messages.push({ role: 'user', content: held })
    held = []
  }
  for (const turn of writing.isOwn ? turns : systemFirst(joinPieces(turns), lose)) {
    const results = turn.blocks.filter((block) => block.type === 'tool-result')
    for (const result of results) {
      messages.push(writeResult(result, writing))
      held.push(...imagesOf(result, writing))
    }
    const said = turn.blocks.filter((block) => block.type !== 'tool-result' && !isRequestDocument(block))
    if (said.length === 0 && results.length > 0) continue
    const message = turn.role === 'assistant' ? writeAnswer(said, turn.rest, writing) : writeSaid(turn.role, said, turn.rest, writing)
    if (message === undefined) continue
    release()
    messages.push(message)
  }
  release()
  return messages
}

/** The vendor wants its system turn first: "system turn must be the first in the list". https://docs.cohere.com/reference/errors */
function systemFirst(turns: readonly Turn[], lose: Loss): readonly Turn[] {
  const system = turns.filter(({ role }) => role === 'system')
  if (system.length === 0 || (system.length === 1 && turns[0] === system[0])) return turns
  if (turns.slice(0, system.length).some(({ role }) => role !== 'system')) lose('system_position')
  return [{ role: 'system', blocks: system.flatMap(({ blocks }) => blocks) }, ...turns.filter(({ role }) => role !== 'system')]
}

/** A turn of another wire of which nothing can be said leaves no message. */
function writeAnswer(blocks: readonly Block[], rest: Rest | undefined, writing: Writing): JsonObject | undefined {
  const message = writeAssistant(blocks, rest, writing)
  return writing.isOwn || 'content' in message || 'tool_plan' in message || 'tool_calls' in message ? message : undefined
}

function writeSaid(role: Turn['role'], blocks: readonly Block[], rest: Rest | undefined, writing: Writing): JsonObject | undefined {
  const content = writeContent(writeParts(blocks, writing), rest)
  return content === undefined && !writing.isOwn ? undefined : { ...own(wire, rest), ...present({ role, content }) }
}

function writeResult(result: ToolResultBlock, writing: Writing): JsonObject {
  const { callId, blocks, failed, rest } = result
  if (failed) writing.lose('tool_error')
  const parts = blocks.flatMap((block) => {
    if (block.type === 'document') return { type: 'document', document: writeDocument(block) }
    return isImage(block) ? [] : writeParts([block], writing)
  })
  const content = writeContent(parts, rest) ?? (spelling(wire, rest, 'content') === 'absent' ? undefined : '')
  return { ...own(wire, rest), ...present({ role: 'tool', tool_call_id: callId, content }) }
}

const isImage = ({ type }: Block): boolean => type === 'media'

/** Several results may hold images, so each is said to be whose. */
function imagesOf({ callId, blocks }: ToolResultBlock, writing: Writing): JsonObject[] {
  const parts = writeParts(blocks.filter(isImage), writing)
  return parts.length > 0 ? [{ type: 'text', text: `From the result of the tool call ${callId}:` }, ...parts] : []
}
