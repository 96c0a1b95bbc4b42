/** `/_omni/policies`: documents of rules that are judged before each call of their scope, and on what is answered. */

import { z } from 'zod'
import { compileDocument, type CompiledDocument } from '../policy/compile.ts'
import { speakers, type DetectorTerms } from '../policy/detector.ts'
import { faultOutcomes, modes, sides, type DocumentProblem, type PolicyDocument, type PolicyRule } from '../policy/document.ts'
import { idleIn } from '../policy/idle.ts'
import { outcomes, type Edits } from '../policy/verdict.ts'
import { duration, milliseconds } from './durations.ts'
import { range } from './limits.ts'
import { readSent } from './problems.ts'

const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.map((word) => `\`${word}\``).join(', ')}` })

const id = z.string().regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits or any of `_.-`' })
/** Of people's own words; they are shown to people alone. */
const line = (most: number) => z.string().max(most, { error: `has ${most} characters at most` })
const tokens = z.int({ error: 'must be a whole number' }).min(1, { error: 'is 1 at least' }).max(100_000_000, { error: 'is 100,000,000 at most' })
const names = (most: number) => z.array(line(256).min(1)).max(most, { error: `has ${most} at most` })

const redaction = z.union(
  [
    line(128).transform((what) => ({ what, how: 'placeholder' as const, restores: true })),
    z.strictObject({ what: line(128), how: choice(['mask', 'placeholder']).default('placeholder'), restores: z.boolean().default(true) }),
  ],
  { error: 'must be what is taken out, as `pii.email`, or `{ what, how: mask | placeholder, restores }`' },
)

const edits = z.strictObject({
  redact: z.array(redaction).min(1).max(64).optional(),
  set: z.record(z.string().regex(/^[A-Za-z]\w{0,63}$/), z.union([line(256), z.number(), z.boolean()])).optional(),
  /** The most tokens that the answer may have. */
  max_tokens: tokens.optional(),
  /** Tokens that the history may have. */
  trim_history: tokens.optional(),
  /** The chain that the call goes to. */
  chain: line(256).min(1).optional(),
  /** Tools that are left out, or `true` for all. */
  strip_tools: z.union([z.literal(true), names(128).min(1)], { error: 'must be `true`, or names of tools' }).optional(),
})

const rule = z
  .strictObject({
    id,
    description: line(500).default(''),
    when: z.union([z.string(), z.boolean().transform(String), z.record(z.string(), z.unknown())], {
      error: 'must be a condition in CEL, or an object as `{ riskLevel: high }`',
    }),
    on: choice(sides).default('request'),
    outcome: choice(outcomes).optional(),
    /** What is done to a call that goes on. */
    // oxlint-disable-next-line unicorn/no-thenable -- it is data, and never a function
    then: edits.optional(),
    tags: z
      .array(z.string().regex(/^[\w.:-]{1,64}$/, { error: 'is 1 to 64 letters, digits or any of `_.:-`' }))
      .max(16)
      .default([]),
    /** What it comes to where it cannot be judged: `deny`, unless it protects nothing. */
    onError: choice(faultOutcomes).optional(),
    review: z.strictObject({ wait: duration('0s', '10m').default('0s'), expires_in: duration('1m', '30d').default('24h') }).optional(),
  })
  .refine(({ outcome, then, tags }) => outcome !== undefined || then !== undefined || tags.length > 0, {
    path: ['outcome'],
    error: 'is missing: a rule says `outcome`, what is done by `then`, or `tags`',
  })

const named = {
  /** What rules call it by, behind its kind: `words.<name>`. */
  name: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, { error: 'must be small letters, digits and `_`, and begin with a letter' }),
  /** Whose texts it looks at; all where absent. */
  of: z.array(choice(speakers)).min(1).optional(),
}
const mostWords = 10_000
const words = z
  .array(line(256).min(1))
  .min(1)
  .max(mostWords, { error: `has ${mostWords} words at most` })

const detector = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ ...named, kind: z.literal('words'), words }),
    z.strictObject({ ...named, kind: z.literal('topics'), words, least: z.int().min(1).max(100).optional() }),
    z.strictObject({ ...named, kind: z.literal('domains'), allow: names(mostWords).optional(), deny: names(mostWords).optional() }),
    z.strictObject({ ...named, kind: z.literal('languages'), allow: names(200).min(1) }),
    z.strictObject({
      ...named,
      kind: z.literal('outside'),
      /** Its name under `detectors` in the configuration. */
      service: line(64).min(1),
      sample: z.number().min(0).max(1).default(1),
      on_failure: choice(['fault', 'nothing']).default('fault'),
    }),
  ],
  { error: 'must have a `kind`: `words`, `topics`, `domains`, `languages` or `outside`' },
)

export const policyDocument = z.strictObject({
  /** As its author counts. */
  version: z.union([line(64).min(1), z.number().transform(String)], { error: 'must be a number or a short text' }),
  name: id,
  jurisdiction: line(64).optional(),
  tenant: range.tenant,
  scope: range.scope.default('all'),
  mode: choice(modes).default('enforce'),
  time_zone: line(64).default('UTC'),
  detectors: z.array(detector).default([]),
  rules: z.array(rule).min(1, { error: 'is empty: a document has a rule at least' }),
})

export type PolicyDocumentBody = z.output<typeof policyDocument>

/** As it is stored and shown. A document may be sent as it is. */
export const policyBody = z.preprocess(
  (sent) => (typeof sent === 'object' && sent !== null && 'document' in sent ? sent : { document: sent }),
  z.strictObject({ document: policyDocument }),
)

export type PolicyBody = z.output<typeof policyBody>
export type PolicyResource = PolicyBody & { readonly id: string; readonly tenant: string | null; readonly version: number; readonly changed_at: number }

const problem = z.strictObject({ path: z.string(), problem: z.string() })

/** `POST /_omni/policies/check`. */
export const policyCheck = z.strictObject({ problems: z.array(problem) })
export type PolicyCheck = z.output<typeof policyCheck>

/** What `POST /_omni/policies/replay` takes. */
export const policyReplay = z.strictObject({ document: z.unknown(), since: duration('1m', '365d').default('7d') })

const sum = z.strictObject({ calls: z.int(), cost_usd: z.string() })

/** What it says. */
export const replayedPolicy = z.strictObject({
  /** Milliseconds since 1970. */
  from: z.int(),
  to: z.int(),
  /** Receipts that were found, and those of them of which only the index is here. */
  read: z.int(),
  unreadable: z.int(),
  /** Whether all of that time was looked at; the newest calls are looked at first. */
  complete: z.boolean(),
  /** Calls in the scope of the document, and what would have become of them. */
  judged: sum,
  blocked: sum,
  reviewed: sum,
  edited: sum,
  rules: z.array(
    z.strictObject({
      id: z.string(),
      effect: choice([...outcomes, 'EDIT']),
      replayable: z.boolean(),
      /** Facts that no receipt holds. */
      missing: z.array(z.string()),
      matched: sum,
      /** Calls that it could not be judged of. */
      faults: z.int(),
      /** Receipts of the first calls that it came true for. */
      examples: z.array(z.string()),
    }),
  ),
})
export type PolicyReplay = z.output<typeof replayedPolicy>

function toDocument(body: PolicyDocumentBody): PolicyDocument {
  const { name, version, jurisdiction = null, tenant = null, scope, mode, time_zone: timeZone } = body
  return { name, version, jurisdiction, tenant, scope, mode, timeZone, rules: body.rules.map(toRule), detectors: body.detectors.map(toTerms) }
}

function toRule({ id: ruleId, description, when, on, outcome = 'ALLOW', then, tags, onError, review }: PolicyDocumentBody['rules'][number]): PolicyRule {
  const changes = then === undefined ? {} : toEdits(then)
  const isProtective = outcome !== 'ALLOW' || Object.keys(changes).length > 0
  return {
    id: ruleId,
    description,
    when,
    on,
    outcome,
    edits: changes,
    tags,
    onError: onError ?? (isProtective ? 'deny' : 'allow'),
    review: { wait: milliseconds(review?.wait ?? '0s'), expiresIn: milliseconds(review?.expires_in ?? '24h') },
  }
}

function toEdits({ redact, set, max_tokens: maxTokens, trim_history: trimHistory, chain, strip_tools: strip }: z.output<typeof edits>): Edits {
  return {
    ...(redact && { redact: redact.map((one) => ({ ...one, restores: one.how === 'placeholder' && one.restores })) }),
    ...(set && { set }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(trimHistory !== undefined && { trimHistory }),
    ...(chain !== undefined && { chain }),
    ...(strip !== undefined && { stripTools: strip === true ? [] : strip }),
  }
}

function toTerms(said: PolicyDocumentBody['detectors'][number]): DetectorTerms {
  if (said.kind !== 'outside') return said
  const { on_failure: onFailure, ...terms } = said
  return { ...terms, onFailure }
}

/** Reads and compiles what somebody wrote, at the version that it is stored at. */
export function readPolicy(sent: unknown, version: number): CompiledDocument | { readonly problems: readonly DocumentProblem[] } {
  const read = readSent(policyDocument, sent)
  return 'problems' in read ? read : compileDocument(toDocument(read.data), version)
}

/** The same for whoever writes it: what can never come about is a problem too. */
export function checkPolicy(sent: unknown): ReturnType<typeof readPolicy> {
  const read = readPolicy(sent, 0)
  const idle = 'problems' in read ? [] : idleIn(read)
  return idle.length > 0 ? { problems: idle } : read
}
