/**
 * Reasoning items. Their texts, in summaries and in the open, are one text of the form with blank lines between; how long each was is kept,
 * so that a text nobody changed is cut where it was.
 */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ReasoningBlock } from '../../canonical/chat.ts'
import { kept, own, spelling, take, type Writing } from './own.ts'
import { isKnownThought, isOwnSignature, readSeal, writeSeal } from './signature.ts'

/** Where a text stands, by the letter that it is kept under. */
const lists = { s: ['summary', 'summary_text'], c: ['content', 'reasoning_text'] } as const
export type Kind = keyof typeof lists
const kinds = Object.keys(lists) as Kind[]

export const joint = '\n\n'

/** How the texts of an item were cut: `s12 c30`; undefined for one summary, or none. */
export function cutsOf(cuts: readonly { readonly kind: Kind; readonly length: number }[]): string | undefined {
  const isPlain = cuts.length === 0 || (cuts.length === 1 && cuts[0]!.kind === 's' && cuts[0]!.length > 0)
  return isPlain ? undefined : cuts.map(({ kind, length }) => `${kind}${length}`).join(' ')
}

export function readReasoning({ type: _, ...item }: JsonObject): ReasoningBlock {
  const fields = { ...item }
  const texts = kinds.flatMap((kind) => takeTexts(fields, kind).map((text) => ({ kind, text, length: text.length })))
  const seal = typeof fields.encrypted_content === 'string' && fields.encrypted_content !== '' ? readSeal(take(fields, 'encrypted_content') as string) : {}
  const cuts = cutsOf(texts)
  const spelled = { ...(cuts !== undefined && { cuts }), ...(item.summary === undefined && { summary: 'absent' }) }
  const { signature, redacted } = seal
  return {
    type: 'reasoning',
    text: texts.map(({ text }) => text).join(joint),
    ...(signature && { signature }),
    ...(redacted !== undefined && { redacted }),
    ...kept(fields, spelled),
  }
}

/** Takes the texts of one list; a list that is empty, or holds anything else, stays. An empty summary goes without saying. */
function takeTexts(fields: JsonObject, kind: Kind): string[] {
  const [field, type] = lists[kind]
  const said = fields[field]
  if (!Array.isArray(said)) return []
  const texts = said.flatMap((part) => (isTextOf(part, type) ? [part.text as string] : []))
  if (texts.length < said.length || (said.length === 0 && kind === 'c')) return []
  delete fields[field]
  return texts
}

function isTextOf(part: Json, type: string): part is JsonObject {
  return isObject(part) && part.type === type && typeof part.text === 'string' && Object.keys(part).length === 2
}

/** A thought as an item. A provider is given those alone that it can know: by its own seal, or by the id that it gave. */
export function writeReasoning(block: ReasoningBlock, writing: Writing, place: number): JsonObject[] {
  const fields = own(block.rest)
  if (writing.to === 'client') {
    const seal = writeSeal(block)
    return [{ type: 'reasoning', id: writing.itemId('rs', place), ...writeTexts(block), ...(seal !== undefined && { encrypted_content: seal }), ...fields }]
  }
  if (isOwnSignature(block.signature)) {
    const { id, ...others } = fields
    const known: JsonObject = isKnownThought(id) ? { id: id! } : {}
    return [{ type: 'reasoning', ...known, ...writeTexts(block), encrypted_content: block.signature.value, ...others }]
  }
  if (block.signature === undefined && block.redacted === undefined && isKnownThought(fields.id)) {
    return [{ type: 'reasoning', ...writeTexts(block), ...fields }]
  }
  writing.lose(block.redacted !== undefined ? 'redacted_reasoning' : block.signature ? 'signature' : 'reasoning')
  return []
}

function writeTexts({ text, rest }: ReasoningBlock): JsonObject {
  const written: { [field: string]: JsonObject[] } = spelling(rest, 'summary') === 'absent' ? {} : { summary: [] }
  for (const { kind, said } of cut(text, spelling(rest, 'cuts'))) {
    const [field, type] = lists[kind]
    ;(written[field] ??= []).push({ type, text: said })
  }
  return written
}

/** A text that is no longer what it was is one text, of the first kind. */
function cut(text: string, cuts: string | undefined): { readonly kind: Kind; readonly said: string }[] {
  const lengths = (cuts ?? '').split(' ').flatMap((word) => (word === '' ? [] : [{ kind: word[0] as Kind, length: Number(word.slice(1)) }]))
  const whole = lengths.reduce((sum, { length }) => sum + length, 0) + Math.max(0, lengths.length - 1) * joint.length
  if (lengths.length === 0 || whole !== text.length) return text === '' ? [] : [{ kind: lengths[0]?.kind ?? 's', said: text }]
  let at = 0
  return lengths.map(({ kind, length }) => {
    const said = text.slice(at, at + length)
    at += length + joint.length
    return { kind, said }
  })
}
