/** Takes what was found out of texts, and puts it back into the answer where that is asked for. All of it is in memory alone, and gone with the call. */

import type { Finding, Inspected, Passage } from './detector.ts'
import { Restorer } from './restorer.ts'
import type { Redaction } from './verdict.ts'

/** A passage, by its place in the list, with its new text. */
export interface Redacted {
  readonly passage: number
  readonly text: string
  /** How many stretches of it were taken out. */
  readonly count: number
}

interface Span {
  readonly start: number
  end: number
  readonly kind: string
  redaction: Redaction
}

/** `pii` and `pii.*` are all that the detector finds, `pii.email` one kind. */
export function covers(what: string, { detector, kind }: Pick<Finding, 'detector' | 'kind'>): boolean {
  return what === detector || what === `${detector}.*` || what === `${detector}.${kind}`
}

/** The passages that change. Stretches that overlap go as one. */
export function redact(passages: readonly Passage[], inspected: Inspected, redactions: readonly Redaction[], placeholders: Placeholders): readonly Redacted[] {
  const spans = new Map<number, Span[]>()
  for (const name in inspected) {
    for (const finding of inspected[name]!.findings) {
      const redaction = strictest(redactions, finding)
      if (redaction === undefined) continue
      const { start, end, kind } = finding
      const before = spans.get(finding.passage)
      if (before === undefined) spans.set(finding.passage, [{ start, end, kind, redaction }])
      else before.push({ start, end, kind, redaction })
    }
  }
  if (spans.size > 0) placeholders.avoid(passages)
  return [...spans].map(([passage, found]) => ({ passage, ...replaceSpans(passages[passage]!.text, merge(found), placeholders) }))
}

/** A mask says less than a placeholder, and one that stays says less than one that is turned back. */
function strictest(redactions: readonly Redaction[], finding: Finding): Redaction | undefined {
  const wanted = redactions.filter(({ what }) => covers(what, finding))
  return wanted.find(({ how }) => how === 'mask') ?? wanted.find(({ restores }) => !restores) ?? wanted[0]
}

function merge(found: readonly Span[]): readonly Span[] {
  const merged: Span[] = []
  for (const span of found.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = merged.at(-1)
    if (last === undefined || span.start >= last.end) merged.push({ ...span })
    else {
      last.end = Math.max(last.end, span.end)
      if (span.redaction.how === 'mask') last.redaction = span.redaction
    }
  }
  return merged
}

function replaceSpans(text: string, spans: readonly Span[], placeholders: Placeholders): { readonly text: string; readonly count: number } {
  let written = ''
  let at = 0
  for (const { start, end, kind, redaction } of spans) {
    const said = redaction.how === 'mask' ? `[${kind}]` : placeholders.nameOf(kind, text.slice(start, end), redaction.restores)
    written += text.slice(at, start) + said
    at = end
  }
  return { text: written + text.slice(at), count: spans.length }
}

/** `<EMAIL_1>`; in the JSON of tools also as its writers escape it. */
const placeholderPattern = /(?:<|\\u003[cC])([A-Z][A-Z0-9_]{0,60}_\d{1,7})(?:>|\\u003[eE])/g

/** The names that stand for what was taken out of one call: the same value has the same name. No more of them than there are findings in it. */
export class Placeholders {
  readonly #names = new Map<string, string>()
  readonly #values = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  /** Those that the client wrote itself. */
  readonly #taken = new Set<string>()

  /** Whether anything is to be put back. */
  get areRestored(): boolean {
    return this.#values.size > 0
  }

  /** No name is given that these texts have already. */
  avoid(passages: readonly Passage[]): void {
    for (const { text } of passages)
      if (text.includes('<')) for (const [, name] of text.matchAll(placeholderPattern)) if (!this.#values.has(name!)) this.#taken.add(name!)
  }

  nameOf(kind: string, value: string, restores: boolean): string {
    const known = this.#names.get(value)
    if (known !== undefined) return `<${known}>`
    const label = kind
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^[^A-Z]*/, 'X_'.repeat(Number(!/^[a-z]/i.test(kind))))
    let number = this.#counts.get(label) ?? 0
    do number += 1
    while (this.#taken.has(`${label}_${number}`))
    this.#counts.set(label, number)
    const name = `${label.slice(0, 50)}_${number}`
    this.#names.set(value, name)
    if (restores) this.#values.set(name, value)
    return `<${name}>`
  }

  /** For one answer: hand it the events as they come. `saysJson`: its words are JSON, as the request wants it. */
  restorer(saysJson = false): Restorer['events'] {
    const restorer = new Restorer((text, isJson) => this.restore(text, isJson), saysJson)
    return (events) => restorer.events(events)
  }

  /** The text with the values in it. In JSON they are written as its strings are. */
  restore(text: string, isJson: boolean): string {
    if (!text.includes('<') && !text.includes('\\u003')) return text
    return text.replace(placeholderPattern, (written: string, name: string) => {
      const value = this.#values.get(name)
      if (value === undefined) return written
      return isJson ? JSON.stringify(value).slice(1, -1) : value
    })
  }
}
