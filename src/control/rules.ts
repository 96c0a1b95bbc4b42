/** The rules that are about one caller, out of all documents that are stored. */

import { Failure } from '../canonical/failure.ts'
import { policyBody, readPolicy, type PolicyDocumentBody } from '../contract/policies.ts'
import type { CompiledDocument } from '../policy/compile.ts'
import type { Asker } from '../policy/facts.ts'
import { rulesFor, type Rules } from '../policy/rules.ts'
import type { StoredObject } from '../storage/store.ts'
import { storedJson } from './stored-json.ts'

interface Read {
  readonly row: StoredObject
  /** Undefined where this version of the gateway cannot read it. */
  readonly document: CompiledDocument | undefined
}

/** What was compiled last, by what is written there: most changes leave most documents as they are. Bounded by those that are stored. */
let known: ReadonlyMap<string, CompiledDocument> = new Map()

/** Compiles them at once: no call waits for it. What it gives throws `Failure` where one of them cannot be read: nobody is free of rules for that. */
export function rulesIn(objects: readonly StoredObject[], failsClosed: boolean): (asker: Asker) => Rules | undefined {
  const rows = objects.filter(({ kind, body }) => kind === 'policy' && body !== null)
  if (rows.length === 0) return () => undefined
  const read = readAll(rows, failsClosed)
  return (asker) => {
    if (read.some(({ row, document }) => document === undefined && (row.tenant === null || row.tenant === asker.tenant)))
      throw new Failure('policy_unavailable', 'A policy is stored that this version of the gateway cannot read.')
    return rulesFor(
      asker,
      read.flatMap(({ document }) => document ?? []),
    )
  }
}

function readAll(rows: readonly StoredObject[], failsClosed: boolean): readonly Read[] {
  const kept = new Map<string, CompiledDocument>()
  const read = rows.map((row): Read => {
    const key = `${failsClosed} ${row.version} ${row.body}`
    const document = known.get(key) ?? compileRow(row, failsClosed)
    if (document !== undefined) kept.set(key, document)
    return { row, document }
  })
  known = kept
  return read
}

function compileRow({ body, version }: StoredObject, failsClosed: boolean): CompiledDocument | undefined {
  const { data } = policyBody.safeParse(storedJson(body))
  const compiled = data === undefined ? undefined : readPolicy(failsClosed ? closed(data.document) : data.document, version)
  return compiled === undefined || 'problems' in compiled ? undefined : compiled
}

/** What cannot be judged is refused, whatever the rule says of that. */
const closed = (document: PolicyDocumentBody): PolicyDocumentBody => ({ ...document, rules: document.rules.map((rule) => ({ ...rule, onError: 'deny' })) })
