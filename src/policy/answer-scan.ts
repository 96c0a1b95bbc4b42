/** Reads a streamed answer on its way to the client through a window that slides over its texts: what is forbidden is seen before any of it is told. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Block, ChatEvent, Rest } from '../canonical/chat.ts'
import type { Detected, Detector, Inspected, Passage } from './detector.ts'
import { inspect } from './detectors/index.ts'
import { passagesIn, replaceTexts } from './passages.ts'
import { covers, redact, Placeholders } from './redact.ts'
import { Totals } from './totals.ts'
import type { Redaction } from './verdict.ts'

/** What the rules say of what was found in the answer so far. */
export interface Ruling {
  readonly isBlocked: boolean
  readonly redactions: readonly Redaction[]
  /** The rule that said so. */
  readonly by?: string | undefined
}

export interface ScanTerms {
  readonly detectors: readonly Detector[]
  readonly judge: (found: Inspected) => Ruling
  /** Characters of one block that are held back at most (1,024), and those of them that wait for what comes next (256): what is longer than these may be seen too late. */
  readonly window: number
  readonly overlap: number
}

export const usualWindow = { window: 1024, overlap: 256 } as const

type Delta = Extract<ChatEvent, { readonly type: 'delta' }>

/** What is held back of one block: its deltas as they came, and some of what was told before them, so that words are seen whole. */
interface Held {
  readonly choice: number
  told: string
  text: string
  deltas: Delta[]
  isEdited: boolean
}

const nothing: readonly ChatEvent[] = []

/** One for each streamed answer. Holds `window` characters and a delta for each block that is open; twice that where what is taken out is so long. */
export class AnswerScan {
  /** Nothing more is told from here on: the client is to get an error in its own wire. */
  isBlocked = false
  blockedBy: string | undefined
  /** Stretches that were taken out. */
  redacted = 0
  /** What was found in all of the answer so far. */
  readonly totals = new Totals()
  readonly #terms: ScanTerms
  /** Blocks that are open, by their indexes. */
  readonly #held = new Map<number, Held>()
  /** Choices whose words were edited: what else the provider says of these words goes too. As many as the answer has. */
  readonly #edited = new Set<number>()
  readonly #placeholders = new Placeholders()

  constructor(terms: ScanTerms) {
    this.#terms = terms
  }

  /** What may be told now, in order. What is held back of a block comes when it closes, at the latest; of all, when a choice finishes. */
  scan(events: readonly ChatEvent[]): readonly ChatEvent[] {
    if (this.isBlocked) return nothing
    const told: ChatEvent[] = []
    for (const event of events) {
      this.#read(event, told)
      if (this.isBlocked) return told
    }
    return told
  }

  #read(event: ChatEvent, told: ChatEvent[]): void {
    switch (event.type) {
      case 'open':
        return this.#open(event, told)
      case 'delta':
        return this.#grow(event, told)
      case 'close': {
        const held = this.#held.get(event.index)
        this.#held.delete(event.index)
        if (held !== undefined && !this.#release(held, held.text.length, told)) return
        return void told.push(this.#cleaned(held?.isEdited === true ? { type: 'close', index: event.index } : event))
      }
      case 'finish': {
        const { odds: _, ...unproven } = event
        return void told.push(this.#cleaned(this.#edited.has(event.choice) ? unproven : event))
      }
      case 'start':
      case 'usage':
        told.push(event)
    }
  }

  /** A block may open with words in it, or be one that only its own wire understands. */
  #open(event: Extract<ChatEvent, { readonly type: 'open' }>, told: ChatEvent[]): void {
    const { choice, index } = event
    const [block, text] = withoutWords(event.block)
    const held: Held = { choice, told: '', text: '', deltas: [], isEdited: false }
    this.#held.set(index, held)
    const opened = this.#cleaned({ ...event, block })
    if (this.isBlocked) return
    told.push(opened)
    if (text !== '') this.#grow({ type: 'delta', index, text }, told)
  }

  #grow(delta: Delta, told: ChatEvent[]): void {
    const held = this.#held.get(delta.index)
    if (held === undefined) return void told.push(this.#cleaned(delta))
    held.deltas.push(delta)
    held.text += delta.text
    if (held.text.length >= this.#terms.window) this.#release(held, held.text.length - this.#terms.overlap, told)
  }

  /** Tells what is held up to there, or to where something begins that goes on behind it. False where the answer is blocked. */
  #release(held: Held, upTo: number, told: ChatEvent[]): boolean {
    const { detectors } = this.#terms
    const passage: Passage = { from: 'answer', text: held.told + held.text }
    const before = held.told.length
    const found = inspect([passage], detectors)
    const ruling = this.#rule(found, before)
    if (ruling === undefined) return false
    const edge = before + upTo
    const mustTell = upTo === held.text.length || held.text.length >= 2 * this.#terms.window
    const cut = mustTell ? edge : edgeOf(found, { from: before, edge, redactions: ruling.redactions })
    this.totals.add(found, before, cut)
    this.#tell(held, { found, cut, redactions: ruling.redactions }, told)
    return true
  }

  /** Undefined where the rules block the answer. */
  #rule(found: Inspected, from: number): Ruling | undefined {
    const ruling = this.#terms.judge(this.totals.with(found, from))
    if (!ruling.isBlocked) return ruling
    this.isBlocked = true
    this.blockedBy = ruling.by
    this.#held.clear()
    return undefined
  }

  #tell(
    held: Held,
    { found, cut, redactions }: { readonly found: Inspected; readonly cut: number; readonly redactions: readonly Redaction[] },
    told: ChatEvent[],
  ): void {
    const before = held.told.length
    const text = held.told + held.text
    const within = trimmed(found, before, cut)
    const [edit] = redact([{ from: 'answer', text }], within, redactions, this.#placeholders)
    const index = held.deltas[0]?.index
    if (index !== undefined) {
      const { first, rest } = splitDeltas(held.deltas, cut - before)
      if (edit === undefined) told.push(...first.map((delta) => this.#cleaned(delta)))
      else {
        held.isEdited = true
        this.#edited.add(held.choice)
        this.redacted += edit.count
        const written = edit.text.slice(before, edit.text.length - (text.length - cut))
        if (written !== '') told.push({ type: 'delta', index, text: written })
      }
      held.deltas = rest
    }
    held.told = text.slice(Math.max(0, cut - this.#terms.overlap), cut)
    held.text = text.slice(cut)
  }

  /** What a wire says beside the words (its own parts, citations) is inspected as it comes: each by itself, and none is split. */
  #cleaned<E extends ChatEvent>(event: E): E {
    const rest = 'rest' in event ? event.rest : undefined
    const beside = besides(event)
    if (rest === undefined && beside === undefined) return event
    const said: JsonObject = { ...(rest && { rest: rest.fields }), ...beside }
    const passages = passagesIn(said, 'answer')
    if (passages.length === 0) return event
    const found = inspect(passages, this.#terms.detectors)
    const ruling = this.#rule(found, 0)
    if (ruling === undefined) return event
    this.totals.add(found, 0, Infinity)
    const edits = redact(passages, found, ruling.redactions, this.#placeholders)
    if (edits.length === 0) return event
    this.redacted += edits.reduce((sum, { count }) => sum + count, 0)
    return withBesides(
      event,
      rest,
      replaceTexts(
        said,
        edits.map(({ passage, text }) => ({ passage: passages[passage]!, text })),
      ),
    )
  }
}

/** What is taken out and goes over the edge is told with what comes after it: the edge goes back to where it begins, unless two windows are full of it. */
function edgeOf(
  found: Inspected,
  { from, edge, redactions }: { readonly from: number; readonly edge: number; readonly redactions: readonly Redaction[] },
): number {
  let cut = edge
  for (const name in found)
    for (const finding of found[name]!.findings)
      if (finding.start < cut && finding.end > edge && redactions.some(({ what }) => covers(what, finding))) cut = Math.max(from, finding.start)
  return cut
}

/** The findings in one stretch, as far as they are in it. */
function trimmed(found: Inspected, from: number, to: number): Inspected {
  const within: { [detector: string]: Detected } = {}
  for (const name in found) {
    const findings = found[name]!.findings.filter(({ start, end }) => end > from && start < to).map((one) => ({
      ...one,
      start: Math.max(from, one.start),
      end: Math.min(to, one.end),
    }))
    if (findings.length > 0) within[name] = { ...found[name]!, findings }
  }
  return within
}

/** The first so many characters, and the others; a delta that holds both is split, and what it says beside its words stays with the first part. */
function splitDeltas(deltas: readonly Delta[], length: number): { readonly first: readonly Delta[]; readonly rest: Delta[] } {
  const first: Delta[] = []
  let left = length
  for (const [at, delta] of deltas.entries()) {
    if (left === 0 && delta.text !== '') return { first, rest: deltas.slice(at) }
    if (delta.text.length > left) {
      first.push({ ...delta, text: delta.text.slice(0, left) })
      return { first, rest: [{ type: 'delta', index: delta.index, text: delta.text.slice(left) }, ...deltas.slice(at + 1)] }
    }
    first.push(delta)
    left -= delta.text.length
  }
  return { first, rest: [] }
}

function withoutWords(block: Block): readonly [Block, string] {
  switch (block.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return block.text === '' ? [block, ''] : [{ ...block, text: '' }, block.text]
    case 'tool-call':
      return block.input === '' ? [block, ''] : [{ ...block, input: '' }, block.input]
    case 'tool-result':
    case 'media':
    case 'document':
    case 'native':
      return [block, '']
  }
}

/** What an event says beside a wire's own fields: a citation, or all of a block that has opened. Most say nothing. */
function besides(event: ChatEvent): JsonObject | undefined {
  if (event.type === 'delta') return event.citation === undefined ? undefined : { citation: event.citation as unknown as Json }
  if (event.type !== 'open') return undefined
  const { block } = event
  return block.type === 'text' && block.citations === undefined && block.rest === undefined ? undefined : { block: block as unknown as Json }
}

function withBesides<E extends ChatEvent>(event: E, rest: Rest | undefined, said: JsonObject): E {
  const { rest: fields, ...other } = said
  return { ...event, ...other, ...(rest !== undefined && isObject(fields) && { rest: { ...rest, fields } }) }
}
