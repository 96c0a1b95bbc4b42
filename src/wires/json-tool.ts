/** Answers in a format that a target cannot be held to: it is asked to call a tool whose arguments are the answer, and the client never sees the tool. */

import type { JsonObject } from '../base/json.ts'
import type { ChatEvent, ChatRequest, FunctionTool, OutputFormat, Tool, ToolChoice } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import type { ModelTraits } from './traits.ts'
import type { UpstreamWire } from './wire.ts'

export interface InTool {
  /** The request given, where its format can be asked for as it is. */
  readonly request: ChatRequest
  /** Makes text of the tool's call in an answer's events, those of one answer in order; absent where there is nothing to undo. */
  readonly undo?: (events: readonly ChatEvent[]) => readonly ChatEvent[]
}

/**
 * `schema` goes into a tool where the model has no native way, `json` where the wire has none: then the schema is that of any object.
 * A thinking model cannot be forced to a tool, so there it is only offered; it may still answer in text.
 * Throws `unsupported_parameter` for the schema of something that is not an object, since arguments always are one.
 */
export function answerInTool(request: ChatRequest, traits: ModelTraits, wire: Pick<UpstreamWire, 'hasNoJsonMode' | 'hasNoFormatBesideTools'>): InTool {
  const { format, ...plain } = request
  const isAlone = plain.tools.length === 0 || wire.hasNoFormatBesideTools !== true
  const isHeld = isAlone && (format?.type === 'schema' ? traits.nativeSchema !== false : format?.type !== 'json' || wire.hasNoJsonMode !== true)
  if (format === undefined || format.type === 'text' || isHeld) return { request }
  // A call was demanded, so there will be no text to hold to a format.
  if (plain.tools.length > 0 && isCallDemanded(plain.toolChoice)) return { request: plain }
  const tool = answerTool(format, plain.tools)
  const tools = plain.toolChoice?.mode === 'none' ? [tool] : [...plain.tools, tool]
  const undo = undoer(tool.name)
  if (mayThink(request, traits)) return { request: { ...plain, tools, toolChoice: { mode: 'auto' } }, undo }
  if (tools.length > 1) return { request: { ...plain, tools, toolChoice: { mode: 'required' } }, undo }
  return { request: { ...plain, tools, toolChoice: { mode: 'named', name: tool.name }, parallelTools: false }, undo }
}

function isCallDemanded(choice: ToolChoice | undefined): boolean {
  return choice?.mode === 'required' || choice?.mode === 'named'
}

function mayThink({ thinking }: ChatRequest, traits: ModelTraits): boolean {
  return thinking !== undefined && thinking.mode !== 'off' && thinking.effort !== 'none' && traits.thinking !== 'none'
}

const anyObject: JsonObject = { type: 'object' }

function answerTool(format: Exclude<OutputFormat, { type: 'text' }>, tools: readonly Tool[]): FunctionTool {
  const schema = format.type === 'json' ? anyObject : format.schema
  if (schema.type !== undefined && schema.type !== 'object') {
    throw new Failure('unsupported_parameter', 'This model can be held to the schema of an object alone.', { param: 'format' })
  }
  const taken = new Set(tools.map(({ name }) => name))
  let name = 'final_answer'
  for (let next = 2; taken.has(name); next += 1) name = `final_answer_${next}`
  const description = 'Gives the final answer to the user. Call it once, with the whole answer as its arguments, instead of answering in text.'
  return { type: 'function', name, description, schema: { type: 'object', ...schema } }
}

/** What has come of one choice. */
interface Answering {
  /** Texts that would spoil the answer if it came in the tool: held until that is known. As long as the answer, which the gateway bounds. */
  held: ChatEvent[]
  hasAnswered: boolean
  hasCalled: boolean
}

type Part = 'text' | 'answer' | 'surplus'

function undoer(name: string): NonNullable<InTool['undo']> {
  const undoing = new Undoing(name)
  return (events) => events.flatMap((event) => undoing.undo(event))
}

class Undoing {
  readonly #name: string
  /** By choice, and by index of block: one entry for each of the answer. */
  readonly #choices = new Map<number, Answering>()
  readonly #parts = new Map<number, { readonly part: Part; readonly answering: Answering }>()

  constructor(name: string) {
    this.#name = name
  }

  undo(event: ChatEvent): readonly ChatEvent[] {
    switch (event.type) {
      case 'open':
        return this.#open(event)
      case 'delta':
      case 'close': {
        const known = this.#parts.get(event.index)
        if (known?.part === 'text') return besideAnswer(event, known.answering)
        if (known?.part === 'surplus') return []
        return known && event.type === 'close' ? [{ type: 'close', index: event.index }] : [event]
      }
      case 'finish': {
        const answering = this.#answering(event.choice)
        const isAnswer = answering.hasAnswered && !answering.hasCalled && event.reason === 'tool-calls'
        return [...release(answering), isAnswer ? { ...event, reason: 'stop' } : event]
      }
      default:
        return [event]
    }
  }

  #open(event: Extract<ChatEvent, { type: 'open' }>): readonly ChatEvent[] {
    const { block, index } = event
    const answering = this.#answering(event.choice)
    if (block.type === 'text') {
      this.#parts.set(index, { part: 'text', answering })
      return besideAnswer(event, answering)
    }
    if (block.type !== 'tool-call') return [event]
    if (block.name !== this.#name) {
      answering.hasCalled = true
      return [...release(answering), event]
    }
    this.#parts.set(index, { part: answering.hasAnswered ? 'surplus' : 'answer', answering })
    if (answering.hasAnswered) return []
    answering.hasAnswered = true
    answering.held = []
    return [{ ...event, block: { type: 'text', text: '' } }]
  }

  #answering(choice: number): Answering {
    const known = this.#choices.get(choice)
    if (known) return known
    const fresh = { held: [], hasAnswered: false, hasCalled: false }
    this.#choices.set(choice, fresh)
    return fresh
  }
}

/** A text beside the answer is not part of it; one beside a call is. */
function besideAnswer(event: ChatEvent, answering: Answering): readonly ChatEvent[] {
  if (answering.hasAnswered) return []
  if (answering.hasCalled) return [event]
  answering.held.push(event)
  return []
}

function release(answering: Answering): readonly ChatEvent[] {
  const { held } = answering
  answering.held = []
  return held
}
