/** The messages of a request, as turns. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, Rest, TextBlock, ToolResultBlock, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Loss } from '../losses.ts'
import { readAssistant, writeAssistant } from './assistant.ts'
import { readPart, writeParts } from './content.ts'
import { kept, own, type Spelled, spelling, wire } from './own.ts'

export function readMessages(messages: readonly JsonObject[]): Turn[] {
  /** Calls that have no result yet: at most as many as the request has. */
  let open: string[] = []
  return messages.map((message, place) => {
    if (message.role === 'assistant') {
      const { blocks, fields, spelled } = readAssistant(message, () => madeId(place))
      open = [...open, ...blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : []))]
      return { role: 'assistant', blocks, ...kept(fields, spelled) }
    }
    if (message.role !== 'tool' && message.role !== 'function') return readSaid(message)
    const callId = answeredCall(message, open, place)
    open = open.filter((id) => id !== callId)
    return readResult(message, callId)
  })
}

function readSaid({ role, content, ...fields }: JsonObject): Turn {
  const said = readContent(content)
  return { role: role === 'user' ? 'user' : 'system', blocks: said.blocks, ...kept(fields, role === 'developer' ? { ...said.spelled, role } : said.spelled) }
}

function readContent(content: Json | undefined): { readonly blocks: Block[]; readonly spelled: Spelled } {
  if (Array.isArray(content)) return { blocks: content.map(readPart), spelled: { content: 'list' } }
  return { blocks: typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : [], spelled: {} }
}

/** Calls of 2023 have no id: one is made from their place. */
const madePrefix = 'function_call_'
const madeId = (place: number) => `${madePrefix}${place}`

/** A result that does not say whose it is belongs to the only call that waits for one. */
function answeredCall({ role, tool_call_id: id }: JsonObject, open: readonly string[], place: number): string {
  if (typeof id === 'string') return id
  if (role === 'function') return open.findLast((call) => call.startsWith(madePrefix)) ?? madeId(place)
  if (open.length === 1) return open[0]!
  const param = `messages[${place}].tool_call_id`
  throw new Failure('missing_parameter', `${param} is missing, and ${open.length} calls wait for a result.`, { param })
}

function readResult({ role, content, tool_call_id: _, ...fields }: JsonObject, callId: string): Turn {
  const { blocks, spelled } = readContent(content)
  return { role: 'user', blocks: [{ type: 'tool-result', callId, blocks, ...kept(fields, role === 'function' ? { ...spelled, role } : spelled) }] }
}

/** Writes turns as messages. Media in tool results that came on other wires follow in a message of their own, after all results of the turn before. */
export function writeMessages(turns: readonly Turn[], lose: Loss): JsonObject[] {
  const messages: JsonObject[] = []
  let held: JsonObject[] = []
  const release = () => {
    if (held.length > 0) messages.push({ role: 'user', content: held })
    held = []
  }
  for (const turn of turns) {
    const results = turn.blocks.filter((block) => block.type === 'tool-result')
    for (const result of results) {
      messages.push(writeResult(result, lose))
      held.push(...heldParts(result, lose))
    }
    const message = turn.role === 'assistant' ? writeAnswer(turn, lose) : writeSaid(turn, results.length > 0, lose)
    if (message === undefined) continue
    release()
    messages.push(message)
  }
  release()
  return messages
}

/** A turn of another wire whose blocks all went elsewhere, or cannot be said, leaves no message. */
function writeAnswer({ blocks, rest }: Turn, lose: Loss): JsonObject | undefined {
  const message = writeAssistant(blocks, rest, { isAnswer: false, isLegacy: false, lose })
  if (rest?.wire !== wire && message.content === null && Object.keys(message).length === 2) return undefined
  return { ...message, ...own(rest) }
}

function writeSaid({ role, blocks, rest }: Turn, hasResults: boolean, lose: Loss): JsonObject | undefined {
  const said = blocks.filter(({ type }) => type !== 'tool-result')
  if (said.length === 0 && hasResults) return undefined
  const content = writeContent(said, { role, rest, lose })
  if (content.length === 0 && said.length > 0 && rest?.wire !== wire) return undefined
  return { role: spelling(rest, 'role') ?? role, content, ...own(rest) }
}

/** Texts of one message are one text where only texts are said: many servers read lists for media alone. */
function writeContent(blocks: readonly Block[], { role, rest, lose }: { role: Turn['role']; rest: Rest | undefined; lose: Loss }): string | JsonObject[] {
  if (spelling(rest, 'content') !== 'list') {
    if (blocks.length === 0) return ''
    const texts = blocks.filter((block): block is TextBlock => block.type === 'text')
    if (texts.length === blocks.length && (texts.length === 1 || role === 'system')) return texts.map((block) => loseMark(block, lose).text).join('\n\n')
  }
  return writeParts(blocks, lose)
}

function loseMark(block: TextBlock, lose: Loss): TextBlock {
  if (block.cache) lose('cache_mark')
  return block
}

function writeResult(result: ToolResultBlock, lose: Loss): JsonObject {
  const { callId, blocks, failed, rest } = result
  if (failed) lose('tool_error')
  if (spelling(rest, 'role') === 'function') return { role: 'function', content: joinTexts(blocks), ...own(rest) }
  const content = spelling(rest, 'content') === 'list' ? writeParts(blocks, lose) : joinTexts(blocks)
  return { role: 'tool', tool_call_id: callId, content, ...own(rest) }
}

function joinTexts(blocks: readonly Block[]): string {
  return blocks
    .filter((block) => readableText(block) !== undefined)
    .map(readableText)
    .join('\n')
}

function readableText(block: Block): string | undefined {
  if (block.type === 'text') return block.text
  return block.type === 'document' && block.source.type === 'text' ? block.source.text : undefined
}

/** Several results may hold images, so each is said to be whose. */
function heldParts({ callId, blocks, rest }: ToolResultBlock, lose: Loss): JsonObject[] {
  if (spelling(rest, 'content') === 'list') return []
  const parts = writeParts(
    blocks.filter((block) => readableText(block) === undefined),
    lose,
  )
  return parts.length > 0 ? [{ type: 'text', text: `From the result of the tool call ${callId}:` }, ...parts] : []
}
