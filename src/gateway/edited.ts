/** A call as rules want it: its body in the client's own API, with what they took out, capped, left out or set. */

import { Buffer } from 'node:buffer'
import type { JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { editBody, type EditedBody } from '../policy/edit.ts'
import type { Detected, Undetected, Inspected } from '../policy/detector.ts'
import { replaceTexts } from '../policy/passages.ts'
import { Placeholders, redact } from '../policy/redact.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { Transform } from '../receipts/transforms.ts'
import { parseBody } from './body.ts'
import type { AnyCall } from './call.ts'
import type { Deciding } from './deciding.ts'
import type { Gathered } from './facts.ts'

/** The same call where nothing of it changes. */
export function applyEdits<C extends AnyCall>(call: C, { edits, by, rules }: Verdict, gathered: Gathered, { receipt }: Pick<Deciding<C>, 'receipt'>): C {
  const { record, prompt } = receipt
  const did: Transform[] = []
  const placeholders = new Placeholders()
  let body: JsonObject = call.body.object
  if (edits.redact !== undefined) {
    const redacted = redact(gathered.passages, found(gathered.facts.detected), edits.redact, placeholders)
    if (redacted.length > 0) {
      body = replaceTexts(
        body,
        redacted.map(({ passage, text }) => ({ passage: gathered.passages[passage]!, text })),
      )
      record.redactions = redacted.reduce((sum, { count }) => sum + count, 0)
      did.push('redacted')
    }
  }
  const edited: EditedBody = editBody(body, call.surface.name, edits)
  if (edited.trimmed > 0) record.trimmed_turns = edited.trimmed
  did.push(...edited.did)
  const isRerouted = edits.chain !== undefined && edits.chain !== call.route
  if (isRerouted) {
    record.route_policy = by ?? rules.find((rule) => !rule.startsWith('~')) ?? null
    did.push('rerouted')
  }
  if (did.length === 0) return call
  if (call.upload !== undefined && edited.body !== call.body.object)
    throw new Failure('policy_blocked', `The rule \`${by ?? rules[0]}\` wants this form changed, and the gateway changes no forms with files.`)
  const next = call.with({
    ...(edited.body !== call.body.object && { body: parseBody(Buffer.from(JSON.stringify(edited.body)), call.snapshot.limits) }),
    ...(isRerouted && { extensions: { ...call.extensions, route: edits.chain } }),
  }) as C
  if (placeholders.areRestored) next.placeholders = placeholders
  prompt.edit(call.surface.wire.outline(next.body.object, next.body.members).weights, did)
  if (edited.did.includes('capped')) record.max_tokens = Math.min(record.max_tokens ?? Infinity, edits.maxTokens!)
  return next
}

/** What could not be looked for has nothing to take out: the rule that wants it gone has said what follows. */
function found(detected: Readonly<Record<string, Detected | Undetected>> = {}): Inspected {
  return Object.fromEntries(Object.entries(detected).filter((entry): entry is [string, Detected] => !('fault' in entry[1])))
}
