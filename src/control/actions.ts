/** The audit: what was done through the control API, by whom, to what; and whether something is what was put there. */

import { z } from 'zod'
import { shownObject, type ActionResource, type CheckedObject } from '../contract/actions.ts'
import type { StoredAction } from '../storage/actions.ts'
import { objectKinds } from '../storage/store.ts'
import { hashOf } from './audit.ts'
import type { Control } from './control.ts'
import { mostTableBytes } from './prices-table.ts'
import { readLimit, readTime, wrong } from './report-query.ts'
import { parseBody } from './resource.ts'
import { ofInstallation, otherKinds, type ChangedKind, type ControlAnswer, type ControlRequest, type ControlRoute } from './route.ts'

const path = '/_omni/audit'
const mostShown = 200

export const actions: readonly ControlRoute[] = [
  { method: 'GET', path, ...ofInstallation('admin', 'auditor'), query: ['limit', 'cursor', 'by', 'kind', 'target', 'from', 'to'], run: list },
  {
    method: 'POST',
    path: `${path}/check`,
    ...ofInstallation('admin', 'auditor'),
    bodyLimit: mostTableBytes,
    body: { type: 'object' },
    detail: () => z.toJSONSchema(shownObject, { io: 'input' }),
    run: check,
  },
]

async function list({ query }: ControlRequest, { store }: Control): Promise<ControlAnswer> {
  const { cursor: behind, by, kind: said, target } = query
  const most = readLimit(query.limit, mostShown)
  if (behind !== undefined && !/^act_[\da-f]{32}$/.test(behind)) throw wrong('cursor', '`cursor` is not one that a page before gave.')
  const [from, to] = [readTime(query, 'from'), readTime(query, 'to')]
  const kind = said === undefined ? undefined : readKind(said)
  const asked = { behind, by, kind, target, from, to }
  const found = await store.actions.list({ most, ...asked })
  return { body: { data: found.map(show), next_cursor: found.length < most ? null : (found.at(-1)?.id ?? null) } }
}

const kinds: readonly ChangedKind[] = [...objectKinds, ...otherKinds]

function readKind(said: string): ChangedKind {
  const kind = kinds.find((one) => one === said)
  if (kind === undefined) throw wrong('kind', `\`kind\` is one of ${kinds.join(', ')}.`)
  return kind
}

async function check({ body }: ControlRequest, control: Control): Promise<ControlAnswer & { readonly body: CheckedObject }> {
  const { kind: said, object } = parseBody(shownObject, body)
  const kind = readKind(said)
  const part = parts[kind]
  if (part !== undefined && !Object.hasOwn(object, part))
    throw wrong(
      'object',
      `\`object\` is a ${kind} as \`GET\` or \`show --json\` gives it: what stands in its \`${part}\` tells nothing of its version and time.`,
    )
  const hash = hashOf(kind, storedIn(kind, object), control)
  const found = await control.store.actions.list({ most: mostShown, kind, hash })
  return { body: { hash, data: found.map(show) } }
}

/** What was said of these stands in a part of them, and may be shown alone, as it would be written. */
const parts: { readonly [kind in ChangedKind]?: string } = { chain: 'chain', policy: 'document' }

/** What `GET` and `omni … show` say beside what is stored: it may be other at every look. */
const unstored: { readonly [kind in ChangedKind]?: readonly string[] } = {
  addresses: ['you'],
  budget: ['spending'],
  chain: ['source', 'problem', 'warnings'],
  limit: ['usage'],
  review: ['content'],
  session: ['used_at', 'idle', 'current'],
}

function storedIn(kind: ChangedKind, object: object): object {
  const stored = Object.fromEntries(Object.entries(object).filter(([name]) => unstored[kind]?.includes(name) !== true))
  // That the time of one is over is not stored.
  return kind === 'invitation' && stored.state === 'expired' ? { ...stored, state: 'open' } : stored
}

const show = ({ id, at, action, by, kind, target, before, after, count }: StoredAction): ActionResource => ({
  id,
  at,
  action,
  by,
  kind,
  target,
  before,
  after,
  count,
})
