/** What was said so far, as turns: `systemInstruction` and `contents`. https://ai.google.dev/api/caching#Content */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import { arrangeTurns, type Speech } from '../conversation.ts'
import type { Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { type Ids, kept, listed, own, spelling, type Spelled, type Writing } from './own.ts'
import { readPart, writeParts } from './parts.ts'
import { carry, isForeignThought, joinSignedThoughts, placeholder, readThoughts, tellOnce } from './signature.ts'

export function readTurns(systemInstruction: Json | undefined, contents: Json | undefined): readonly Turn[] {
  const ids = new RequestIds()
  const system = systemInstruction === undefined || systemInstruction === null ? [] : [readSystem(systemInstruction, ids)]
  return tellOnce(joinSignedThoughts([...system, ...listed(contents).map((content) => ids.readTurn(content as JsonObject))])).map(inOneAnswer)
}

/** Google's package keeps a streamed answer as one content for each chunk. */
function inOneAnswer(turn: Turn, place: number, turns: readonly Turn[]): Turn {
  return turn.role === 'assistant' && turns[place - 1]?.role === 'assistant' ? { ...turn, goesOn: true } : turn
}

function readSystem(said: Json, ids: RequestIds): Turn {
  const spelled: Spelled = { place: 'systemInstruction' }
  if (!isObject(said)) return { role: 'system', blocks: [{ type: 'text', text: asText(said) }], ...kept({}, { ...spelled, content: 'text' }) }
  const { parts, ...fields } = said
  return { role: 'system', blocks: readParts(parts, ids, spelled), ...kept(fields, spelled) }
}

function readParts(parts: Json | undefined, ids: RequestIds, spelled: Spelled): Block[] {
  if (!Array.isArray(parts)) spelled.parts = isObject(parts) ? 'one' : 'absent'
  const blocks: Block[] = []
  for (const part of listed(parts)) {
    // One that stands where it was thought needs no telling with the call.
    const led = readThoughts(part).filter((thought) => !ids.told.has(carry(thought)))
    // They were thought before anything that was said on the way to the call.
    if (led.length > 0) blocks.splice(blocks.findLastIndex(({ type }) => type === 'tool-call') + 1, 0, ...led)
    const block = readPart(part, ids)
    if (isForeignThought(block)) ids.told.add(carry(block))
    blocks.push(block)
  }
  return blocks
}

/** Clients may leave out the ids of calls: then results belong to calls by name, and those of one name by their order. */
class RequestIds implements Ids {
  /** The proofs of thoughts that stand as parts of their own: no more than the request has. */
  readonly told = new Set<string | undefined>()
  #turn = 0
  #made = 0
  /** Calls without their result: no more than the request has. */
  readonly #open: { readonly id: string; readonly name: string }[] = []

  readTurn({ role, parts, ...fields }: JsonObject): Turn {
    const spelled: Spelled = {}
    const blocks = readParts(parts, this, spelled)
    for (const block of blocks) {
      if (block.type === 'tool-call') this.#open.push(block)
      if (block.type === 'tool-result') this.#close(({ id }) => id === block.callId)
    }
    this.#turn += 1
    this.#made = 0
    const meant = role === 'model' ? 'assistant' : role === 'system' ? 'system' : 'user'
    if (role !== 'model' && role !== 'user') spelled.role = typeof role === 'string' ? role : 'absent'
    return { role: meant, blocks, ...kept(fields, spelled) }
  }

  call(): string {
    return `call_${this.#turn}_${this.#made++}`
  }

  result(name: string): string {
    return this.#close((call) => call.name === name) ?? this.call()
  }

  #close(isMeant: (call: { readonly id: string; readonly name: string }) => boolean): string | undefined {
    const place = this.#open.findIndex(isMeant)
    return place === -1 ? undefined : this.#open.splice(place, 1)[0]!.id
  }
}

export interface SaidTurns {
  readonly systemInstruction?: Json
  readonly contents: Json
}

/** Throws `invalid_value` where a call of another wire's client has no result, or a result no call. */
export function writeTurns(request: ChatRequest, target: ModelTraits, lose: Loss): SaidTurns {
  const isOwn = request.rest.wire === 'gemini-generate'
  const writing: Writing = { to: 'provider', isOwn, names: namesOf(request.turns), lose }
  const said = isOwn ? writeOwn(request, writing) : arrange(request.turns, target, writing)
  return needsSignatures(target.model) ? { ...said, contents: listed(said.contents).map((content) => addPlaceholder(content as JsonObject)) } : said
}

function namesOf(turns: readonly Turn[]): ReadonlyMap<string, string> {
  return new Map(turns.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-call' ? [[block.id, block.name] as const] : []))))
}

/** Turns that were said on this wire stay as they were said. */
function writeOwn({ turns, rest }: ChatRequest, writing: Writing): SaidTurns {
  const [system] = turns.filter((turn) => spelling(turn.rest, 'place') === 'systemInstruction')
  const contents = turns.filter((turn) => turn !== system).map((turn) => writeContent(turn, writing))
  const isText = spelling(system?.rest, 'content') === 'text'
  return {
    ...(system && { systemInstruction: isText ? system.blocks.map((block) => ('text' in block ? block.text : '')).join('') : writeContent(system, writing) }),
    contents: spelling(rest, 'contents') === 'one' && contents.length === 1 ? contents[0]! : contents,
  }
}

const roles = { assistant: 'model', user: 'user', system: undefined } as const

function writeContent({ role, blocks, rest }: Turn, writing: Writing): JsonObject {
  const parts = writeParts(blocks, writing)
  const spelled = spelling(rest, 'parts')
  const asked = spelling(rest, 'role') ?? roles[role]
  return {
    ...own(rest),
    ...present({ role: asked === 'absent' ? undefined : asked, parts: spelled === undefined ? parts : spelled === 'one' ? parts[0] : undefined }),
  }
}

/** Results stand in a content of their own: the vendor wants them right behind the calls, as many as there were. */
function arrange(turns: readonly Turn[], target: ModelTraits, writing: Writing): SaidTurns {
  const speech: Speech = {
    write: (blocks, role) => writeParts(role === 'assistant' ? blocks : blocks.map(unsigned), writing),
    call: ({ functionCall: call }) => (isObject(call) ? asText(call.id) : undefined),
    result: ({ functionResponse: result }) => (isObject(result) ? asText(result.id) : undefined),
  }
  const { system, said } = arrangeTurns(turns, speech, target, writing.lose)
  const contents = said.flatMap(({ role, content }) => {
    const results = content.filter((part) => part.functionResponse !== undefined)
    const others = content.filter((part) => part.functionResponse === undefined)
    return [results, others].filter((parts) => parts.length > 0).map((parts) => ({ role: roles[role], parts }))
  })
  return { ...(system.length > 0 && { systemInstruction: { parts: system } }), contents }
}

/** Only the model signs. */
function unsigned(block: Block): Block {
  if (!('signature' in block)) return block
  const { signature: _, ...plain } = block
  return plain
}

/** Google's models want the signature of the first call of each turn from the third generation on. https://ai.google.dev/gemini-api/docs/thought-signatures */
const needsSignatures = (model: string): boolean => /gemini-(?:[3-9]|\d\d)/.test(model)

function addPlaceholder(content: JsonObject): JsonObject {
  if (content.role !== 'model') return content
  const parts = listed(content.parts)
  const first = parts.findIndex((part) => isObject(part) && part.functionCall !== undefined)
  const call = parts[first]
  if (!isObject(call) || call.thoughtSignature !== undefined) return content
  return { ...content, parts: parts.with(first, { ...call, thoughtSignature: placeholder }) }
}
