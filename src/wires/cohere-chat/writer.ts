/** Streams, written: a start, blocks one after the other, and an end that tells why and how much. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, FinishReason, Rest, Signature, Usage } from '../../canonical/chat.ts'
import { mergeUsage } from '../../canonical/fold.ts'
import { own, spelling } from '../rest.ts'
import { Sequence, type BlockEvent } from '../sequence.ts'
import type { EventWriter, StreamOptions } from '../wire.ts'
import { isPlan, writeCall } from './assistant.ts'
import { writeCitation } from './citations.ts'
import { writePart } from './content.ts'
import { toClient, wire } from './own.ts'
import { idOf } from './response.ts'
import { writeSignature } from './signature.ts'
import { writeFinish, writeUsage } from './usage.ts'

export const terminator = 'data: [DONE]\n\n'

type Event<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>

/** The block that is being written. */
interface Live {
  readonly block: Block
  readonly kind: 'content' | 'plan' | 'call' | 'nothing'
  /** Its place among blocks of its kind. */
  readonly place: number
  /** What stands before and after each piece of its words; nothing where it has none. */
  readonly before: string
  readonly after: string
  /** What it said, for the citations of it. */
  text: string
}

export function eventWriter(options: StreamOptions): EventWriter {
  return new Writer(options.now)
}

class Writer implements EventWriter {
  readonly #now: number
  readonly #sequence = new Sequence()
  #hasBegun = false
  #usage: Usage = {}
  #ending: { readonly reason: FinishReason; readonly rest?: Rest } = { reason: 'other' }
  #live: Live | undefined
  readonly #counts = { content: 0, plan: 0, call: 0, nothing: 0, citation: 0 }

  constructor(now: number) {
    this.#now = now
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#begin(event.id)
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish':
        this.#ending = event
        return ''
      default:
        return (
          this.#begin('') +
          this.#sequence
            .push(event)
            .map((told) => this.#tell(told))
            .join('')
        )
    }
  }

  /** Usage may come after the finish, so both are told here. */
  end(): string {
    const { reason, rest } = this.#ending
    const text =
      this.#begin('') +
      this.#sequence
        .end()
        .map((told) => this.#tell(told))
        .join('')
    const delta = { finish_reason: spelling(wire, rest, 'finish') ?? writeFinish(reason), usage: writeUsage(this.#usage) }
    return text + frame('message-end', { delta }) + terminator
  }

  #begin(id: string): string {
    if (this.#hasBegun) return ''
    this.#hasBegun = true
    const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
    return frame('message-start', { id: idOf(id, this.#now), delta: { message } })
  }

  #tell(event: BlockEvent): string {
    switch (event.type) {
      case 'open':
        return this.#open(event)
      case 'delta':
        return this.#live ? this.#grow(this.#live, event) : ''
      case 'close':
        return this.#live ? this.#close(this.#live, event) : ''
    }
  }

  #open({ block }: Event<'open'>): string {
    const kind = kindOf(block)
    const place = this.#counts[kind]++
    const [before, after] = around(block, kind, place)
    this.#live = { block, kind, place, before, after, text: '' }
    if (kind === 'call') return frame('tool-call-start', { index: place, delta: { message: { tool_calls: opened(block) } } })
    return kind === 'content' ? frame('content-start', { index: place, delta: { message: { content: opened(block) } } }) : ''
  }

  #grow(live: Live, { text, citation, rest }: Event<'delta'>): string {
    const said = own(wire, rest)
    const isSaid = text !== '' && live.before !== ''
    if (isSaid && live.block.type === 'text') live.text += text
    const words = isSaid ? `${live.before}${JSON.stringify(text)}${live.after}` : ''
    const cited = citation && writeCitation(citation, live.text, toClient)
    return withLogprobs(words, said) + [...(cited ? [cited] : []), ...listOf(said.citations)].map((one) => this.#cite(one)).join('')
  }

  #cite(citations: Json): string {
    const index = this.#counts.citation++
    return frame('citation-start', { index, delta: { message: { citations } } }) + frame('citation-end', { index })
  }

  /** A proof comes with the end of its block. Arguments are JSON, also where a model gave none. */
  #close({ block, kind, place }: Live, { signature }: Event<'close'>): string {
    this.#live = undefined
    if (kind !== 'content' && kind !== 'call') return ''
    const proof = writeSignature(signature ?? ('signature' in block ? block.signature : undefined), toClient)
    const [type, field] = kind === 'call' ? (['tool-call-end', 'tool_calls'] as const) : (['content-end', 'content'] as const)
    return frame(type, { index: place, ...(proof.signature !== undefined && { delta: { message: { [field]: { signature: proof.signature } } } }) })
  }
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

function kindOf(block: Block): Live['kind'] {
  if (block.type === 'tool-call') return 'call'
  if (isPlan(block, toClient, false)) return 'plan'
  const isForeign = block.type === 'native' && block.rest.wire !== wire
  return isForeign || block.type === 'tool-result' || (block.type === 'media' && block.kind !== 'image') ? 'nothing' : 'content'
}

/** A block as it opens: what is known of it, and none of its words. */
function opened(block: Block): JsonObject {
  if (block.type === 'tool-call') {
    const call = writeCall(withoutProof(block), toClient)
    return { ...call, function: { ...(call.function as JsonObject), arguments: '' } }
  }
  if (block.type === 'text' || block.type === 'refusal') return { ...own(wire, block.rest), type: 'text', text: '' }
  return writePart(block.type === 'reasoning' ? withoutProof(block) : block, toClient) ?? {}
}

/** A proof is told at the end. */
function withoutProof<Proven extends { readonly signature?: Signature }>({ signature: _, ...block }: Proven): Omit<Proven, 'signature'> {
  return block
}

/** What stands around the words of a block in the frames that tell them. */
function around(block: Block, kind: Live['kind'], place: number): readonly [before: string, after: string] {
  const start = (type: string) => `event: ${type}\ndata: {"type":"${type}",`
  if (kind === 'plan') return [`${start('tool-plan-delta')}"delta":{"message":{"tool_plan":`, '}}}\n\n']
  if (kind === 'call') return [`${start('tool-call-delta')}"index":${place},"delta":{"message":{"tool_calls":{"function":{"arguments":`, '}}}}}\n\n']
  const field = block.type === 'reasoning' ? 'thinking' : block.type === 'text' || block.type === 'refusal' ? 'text' : undefined
  if (kind === 'nothing' || field === undefined) return ['', '']
  return [`${start('content-delta')}"index":${place},"delta":{"message":{"content":{"${field}":`, '}}}}\n\n']
}

/** The probabilities of words stand beside them. */
function withLogprobs(words: string, { logprobs }: JsonObject): string {
  const [first] = listOf(logprobs)
  return first === undefined || words === '' ? words : `${words.slice(0, -3)},"logprobs":${JSON.stringify(first)}}\n\n`
}
