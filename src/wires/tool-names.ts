/** Tool names and call ids that a target does not take: bent to its pattern on the way out, and given back on the way in. */

import type { Block, ChatEvent, ChatRequest, Turn } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'

export interface NamePatterns {
  readonly toolNamePattern?: RegExp
  readonly callIdPattern?: RegExp
}

export interface Bent {
  /** The request given, where all its names are legal. */
  readonly request: ChatRequest
  /** Gives the client's own tool names back in an answer's events; absent where none was bent. Ids need none: an answer makes its own. */
  readonly restore?: (events: readonly ChatEvent[]) => readonly ChatEvent[]
}

/**
 * The same name is bent the same way wherever it stands, two names never become one, and what is legal stays.
 * Throws `unsupported_tool` where the pattern is met by none of our spellings.
 */
export function bendNames(request: ChatRequest, { toolNamePattern, callIdPattern }: NamePatterns): Bent {
  const names = toolNamePattern ? bend(namesIn(request), toolNamePattern) : unbent
  const ids = callIdPattern ? bend(idsIn(request.turns), callIdPattern) : unbent
  if (names.size === 0 && ids.size === 0) return { request }
  const { toolChoice } = request
  const bent: ChatRequest = {
    ...request,
    tools: request.tools.map((tool) => (tool.type === 'hosted' ? tool : renamed(tool, names))),
    turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map((block) => bendBlock(block, names, ids)) })),
    ...(toolChoice?.name !== undefined && { toolChoice: renamed({ ...toolChoice, name: toolChoice.name }, names) }),
  }
  if (names.size === 0) return { request: bent }
  const originals = new Map([...names].map(([name, legal]) => [legal, name]))
  return { request: bent, restore: (events) => events.map((event) => restoreName(event, originals)) }
}

/** From what the client said to what the target is told; holds only what differs, and no more than the request. */
type Names = ReadonlyMap<string, string>

const unbent: Names = new Map()

function* namesIn({ tools, toolChoice, turns }: ChatRequest): Generator<string> {
  for (const tool of tools) if (tool.type !== 'hosted') yield tool.name
  if (toolChoice?.name !== undefined) yield toolChoice.name
  for (const turn of turns) for (const block of turn.blocks) if (block.type === 'tool-call') yield block.name
}

function* idsIn(turns: readonly Turn[]): Generator<string> {
  for (const turn of turns) {
    for (const block of turn.blocks) {
      if (block.type === 'tool-call') yield block.id
      else if (block.type === 'tool-result') yield block.callId
    }
  }
}

function bend(texts: Iterable<string>, pattern: RegExp): Names {
  const taken = new Set<string>()
  const illegal = new Set<string>()
  for (const text of texts) (pattern.test(text) ? taken : illegal).add(text)
  if (illegal.size === 0) return unbent
  const bent = new Map<string, string>()
  for (const text of illegal) {
    const legal = spellings(text).find((spelling) => pattern.test(spelling) && !taken.has(spelling))
    if (legal === undefined) throw new Failure('unsupported_tool', 'A tool’s name or a call’s id cannot be told to this provider.')
    taken.add(legal)
    bent.set(text, legal)
  }
  return bent
}

/** The most that any provider takes. */
const longest = 64

/** Ways to spell a text, the most like it first; the last ones are for providers that want ids of nine letters and digits. */
function spellings(text: string): string[] {
  const plain = text.replace(/[^a-zA-Z0-9_-]/g, '_')
  const bare = plain.replace(/-|^(?=\d)/g, '_')
  const digests = [0, 1, 2, 3].map((salt) => digest(text, salt))
  return [
    plain.slice(0, longest),
    bare.slice(0, longest),
    ...[plain, bare].flatMap((like) => digests.map((mark) => `${like.slice(0, longest - mark.length - 1)}_${mark}`)),
    ...digests.map((mark) => `_${mark}`),
    ...digests,
  ]
}

/** Nine letters and digits that stay the same for a text, so that a conversation is spelled alike in each of its calls. FNV-1a, twice. */
function digest(text: string, salt: number): string {
  let [high, low] = [0x811c9dc5 ^ salt, 0x9e3779b9 ^ salt]
  for (let at = 0; at < text.length; at += 1) {
    high = Math.imul(high ^ text.charCodeAt(at), 0x01000193)
    low = Math.imul(low ^ text.charCodeAt(at), 0x85ebca6b)
  }
  return ((high >>> 0) * 0x10000 + (low >>> 16)).toString(36).padStart(9, '0').slice(-9)
}

function renamed<Named extends { readonly name: string }>(named: Named, names: Names): Named {
  const name = names.get(named.name)
  return name === undefined ? named : { ...named, name }
}

function bendBlock(block: Block, names: Names, ids: Names): Block {
  if (block.type === 'tool-call') return renamed(ids.has(block.id) ? { ...block, id: ids.get(block.id)! } : block, names)
  return block.type === 'tool-result' && ids.has(block.callId) ? { ...block, callId: ids.get(block.callId)! } : block
}

function restoreName(event: ChatEvent, originals: Names): ChatEvent {
  return event.type === 'open' && event.block.type === 'tool-call' ? { ...event, block: renamed(event.block, originals) } : event
}
