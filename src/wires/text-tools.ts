/** Tools whose input is plain text, on wires that have none: the target is offered functions of one string, and the client never sees the JSON around it. */

import { isObject, asText, type JsonObject } from '../base/json.ts'
import type { Block, ChatEvent, ChatRequest, CustomTool, FunctionTool } from '../canonical/chat.ts'
import type { UpstreamWire } from './wire.ts'

export interface TextTools {
  /** The request given, where it has no such tools or the wire takes them. */
  readonly request: ChatRequest
  /** Makes calls of plain text of an answer's calls of these tools, in the events of one answer in order; absent where there is nothing to undo. */
  readonly undo?: (events: readonly ChatEvent[]) => readonly ChatEvent[]
}

/** Bends tools, and the calls of them that the conversation holds. */
export function offerTextTools(request: ChatRequest, { hasNoTextTools }: { readonly hasNoTextTools: UpstreamWire['hasNoTextTools'] }): TextTools {
  if (hasNoTextTools !== true) return { request }
  const names = new Set(request.tools.flatMap((tool) => (tool.type === 'custom' ? [tool.name] : [])))
  if (names.size === 0 && !request.turns.some(({ blocks }) => blocks.some(isTextCall))) return { request }
  const bent: ChatRequest = {
    ...request,
    tools: request.tools.map((tool) => (tool.type === 'custom' ? inFunction(tool) : tool)),
    turns: request.turns.map((turn) => (turn.blocks.some(isTextCall) ? { ...turn, blocks: turn.blocks.map(bendCall) } : turn)),
  }
  return names.size === 0 ? { request: bent } : { request: bent, undo: undoer(names) }
}

const isTextCall = (block: Block): boolean => block.type === 'tool-call' && block.custom === true

function inFunction({ name, description, rest }: CustomTool): FunctionTool {
  const grammar = grammarIn(rest?.fields ?? {})
  const told = [description, grammar && `The input must follow this grammar (${grammar.syntax}):\n${grammar.definition}`].filter(Boolean).join('\n\n')
  const input = { type: 'string', description: 'The whole input of the tool, as plain text.' }
  const schema: JsonObject = { type: 'object', properties: { input }, required: ['input'], additionalProperties: false }
  return { type: 'function', name, ...(told !== '' && { description: told }), schema }
}

/** Wires that have such tools say the grammar in `format`, on the tool or a step within. */
function grammarIn({ format, custom }: JsonObject): { readonly syntax: string; readonly definition: string } | undefined {
  const said = isObject(custom) ? custom.format : format
  if (!isObject(said) || said.type !== 'grammar') return undefined
  const { syntax, definition } = isObject(said.grammar) ? said.grammar : said
  return typeof definition === 'string' ? { syntax: asText(syntax), definition } : undefined
}

function bendCall(block: Block): Block {
  if (block.type !== 'tool-call' || block.custom !== true) return block
  const { custom: _, ...call } = block
  return { ...call, input: JSON.stringify({ input: block.input }) }
}

function undoer(names: ReadonlySet<string>): NonNullable<TextTools['undo']> {
  /** By index of block: the calls that are open now. */
  const inputs = new Map<number, TextInput>()
  return (events) => events.flatMap((event) => undo(event, names, inputs))
}

function undo(event: ChatEvent, names: ReadonlySet<string>, inputs: Map<number, TextInput>): readonly ChatEvent[] {
  switch (event.type) {
    case 'open': {
      const { block, index } = event
      if (block.type !== 'tool-call' || !names.has(block.name)) return [event]
      inputs.set(index, new TextInput())
      return [{ ...event, block: { ...block, custom: true } }]
    }
    case 'delta': {
      const input = inputs.get(event.index)
      if (input === undefined) return [event]
      const text = input.push(event.text)
      return text === '' ? [] : [{ type: 'delta', index: event.index, text }]
    }
    case 'close': {
      const text = inputs.get(event.index)?.end() ?? ''
      inputs.delete(event.index)
      return text === '' ? [event] : [{ type: 'delta', index: event.index, text }, event]
    }
    default:
      return [event]
  }
}

const head = '{"input":"'
const headPattern = /^\s*\{\s*"input"\s*:\s*"/
const escapes: { readonly [letter: string]: string } = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The string in `{"input":"…"}`, decoded while it comes. What is no such JSON is kept until its end, and is never lost. */
class TextInput {
  #state: 'head' | 'text' | 'tail' | 'odd' = 'head'
  /** What may yet become something: the beginning, an escape that is cut, or all that is odd. As long as the call, which the gateway bounds. */
  #held = ''

  push(piece: string): string {
    if (this.#state === 'tail') return ''
    this.#held += piece
    if (this.#state === 'head') this.#findHead()
    return this.#state === 'text' ? this.#decode() : ''
  }

  end(): string {
    if (this.#state === 'text' || this.#state === 'tail') return ''
    return textIn(this.#held)
  }

  #findHead(): void {
    const found = headPattern.exec(this.#held)
    if (found) {
      this.#state = 'text'
      this.#held = this.#held.slice(found[0].length)
      return
    }
    const begun = this.#held.replace(/\s/g, '')
    if (begun.length >= head.length || !head.startsWith(begun)) this.#state = 'odd'
  }

  #decode(): string {
    const held = this.#held
    let text = ''
    let at = 0
    for (;;) {
      const stop = nextStop(held, at)
      text += held.slice(at, stop)
      at = stop
      if (at === held.length) break
      if (held[at] === '"') {
        this.#state = 'tail'
        break
      }
      const escape = readEscape(held, at)
      if (escape === undefined) break
      text += escape.text
      at += escape.length
    }
    this.#held = this.#state === 'tail' ? '' : held.slice(at)
    return text
  }
}

function nextStop(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === '"' || text[at] === '\\') return at
  return text.length
}

/** Undefined where the text is cut within it, be it between the halves of a surrogate pair. An escape that JSON does not know is taken as it stands. */
function readEscape(text: string, at: number): { readonly text: string; readonly length: number } | undefined {
  const letter = text[at + 1]
  if (letter === undefined) return undefined
  if (letter !== 'u') return { text: Object.hasOwn(escapes, letter) ? escapes[letter]! : `\\${letter}`, length: 2 }
  const unit = readUnit(text, at)
  if (unit === undefined) return text.length < at + 6 && /^[\da-f]*$/i.test(text.slice(at + 2)) ? undefined : { text: '\\u', length: 2 }
  if (unit < 0xd800 || unit > 0xdbff) return { text: String.fromCharCode(unit), length: 6 }
  const next = text.slice(at + 6, at + 12)
  if (next.length < 6 && /^(\\(u[\da-f]*)?)?$/i.test(next)) return undefined
  const low = readUnit(text, at + 6)
  return low === undefined ? { text: String.fromCharCode(unit), length: 6 } : { text: String.fromCharCode(unit, low), length: 12 }
}

function readUnit(text: string, at: number): number | undefined {
  const found = /^\\u([\da-f]{4})/i.exec(text.slice(at, at + 6))
  return found ? Number.parseInt(found[1]!, 16) : undefined
}

/** The input in arguments of another shape; the arguments themselves where there is none in them. */
function textIn(odd: string): string {
  try {
    const value: unknown = JSON.parse(odd)
    if (typeof value === 'string') return value
    if (isObject(value)) return typeof value.input === 'string' ? value.input : Object.keys(value).length === 0 ? '' : odd
  } catch {
    // It is text of the model's, and stays as it is.
  }
  return odd
}
