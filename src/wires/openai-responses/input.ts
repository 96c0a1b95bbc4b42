/** The input of a request, as turns: what the model said between two words of the user is one turn, however many items it came in. */

import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import { readItem, writeItems, type NameOf } from './items.ts'
import { own, ownWithin, spelling, wire, type Writing } from './own.ts'
import { giveBack, readSeal } from './signature.ts'

interface Gathering {
  readonly role: Turn['role']
  readonly blocks: Block[]
}

export function readInput(items: readonly JsonObject[], nameOf: NameOf): Turn[] {
  const turns: Gathering[] = []
  for (const item of items) {
    const last = turns.at(-1)
    const seal = item.type === 'reasoning' && typeof item.encrypted_content === 'string' ? readSeal(item.encrypted_content) : undefined
    if (seal?.owner !== undefined) {
      giveBack(turns.findLast(({ role }) => role === 'assistant')?.blocks ?? [], seal)
      continue
    }
    const { role, blocks } = readItem(item, nameOf)
    if (last?.role === role && (role === 'assistant' || (isResult(blocks) && isResult(last.blocks)))) last.blocks.push(...blocks)
    else turns.push({ role, blocks: [...blocks] })
  }
  return turns
}

const isResult = (blocks: readonly Block[]): boolean => blocks.at(-1)?.type === 'tool-result'

/** What stands before the input: the first words of the system, in a field of their own. */
export function readInstructions(text: string): Turn {
  return { role: 'system', blocks: [{ type: 'text', text }], rest: { wire, fields: {}, spelled: { place: 'instructions' } } }
}

/** The words for `instructions`, where the client said them there; and the turns that are left. */
export function splitInstructions(turns: readonly Turn[]): { readonly instructions: string | undefined; readonly said: readonly Turn[] } {
  const [first, ...said] = turns
  if (first === undefined || spelling(first.rest, 'place') !== 'instructions') return { instructions: undefined, said: turns }
  return { instructions: first.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n'), said }
}

export function writeInput(turns: readonly Turn[], { rest }: ChatRequest, writing: Writing): JsonObject {
  const spelled = spelling(rest, 'input')
  if (spelled === 'absent' && turns.length === 0) return {}
  const items = turns.flatMap((turn) => writeItems(turn, writing))
  const [only] = items
  if (spelled === 'text' && items.length === 1 && only?.role === 'user' && typeof only.content === 'string') return { input: only.content }
  return { input: items }
}

/** The calls whose input is plain text. */
export function textCallsIn(turns: readonly Turn[]): Set<string> {
  return new Set(turns.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-call' && block.custom ? [block.id] : []))))
}

/** Whether the conversation goes on from what only its provider keeps. */
export function refersToStored({ blocks }: Turn): boolean {
  return blocks.some((block) => block.type === 'native' && block.name === 'item_reference' && own(block.rest) && 'id' in ownWithin(block.rest, 'whole'))
}
