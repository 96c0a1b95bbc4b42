/** The audit: what was done through the control API, by whom, and digests of how everything stood before and after. */

import { Failure } from '../canonical/failure.ts'
import type { ActionResource } from '../contract/actions.ts'
import type { StoredAction } from '../storage/actions.ts'
import type { Control } from './control.ts'
import { ofInstallation, type ControlRequest, type ControlRoute } from './route.ts'

const mostShown = 200
const usual = 50

export const actions: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/audit', ...ofInstallation('admin', 'auditor'), query: ['limit', 'cursor', 'by', 'from', 'to'], run: list },
]

async function list({ query }: ControlRequest, { store }: Control) {
  const { cursor: behind, by } = query
  const most = numberIn(query, 'limit', mostShown) ?? usual
  if (behind !== undefined && !/^act_[\da-f]{32}$/.test(behind))
    throw new Failure('invalid_value', '`cursor` is not one that a page before gave.', { param: 'cursor' })
  const [from, to] = [numberIn(query, 'from'), numberIn(query, 'to')]
  const asked = {
    most,
    ...(behind !== undefined && { behind }),
    ...(by !== undefined && { by }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
  const found = await store.actions.list(asked)
  return { body: { data: found.map(show), next_cursor: found.length < most ? null : (found.at(-1)?.id ?? null) } }
}

function numberIn(query: ControlRequest['query'], name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const said = query[name]
  if (said === undefined) return undefined
  const value = /^\d{1,16}$/.test(said) ? Number(said) : 0
  if (value < 1 || value > most)
    throw new Failure('invalid_value', `\`${name}\` is a whole number from 1 to ${most}; times are milliseconds since 1970.`, { param: name })
  return value
}

const show = ({ id, at, action, by, target, before, after, count }: StoredAction): ActionResource => ({ id, at, action, by, target, before, after, count })
