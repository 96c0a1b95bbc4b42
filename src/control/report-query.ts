/** What the query of a list of receipts asks for, as filters of the store; and the one place that says which receipts a viewer may see. */

import { Failure } from '../canonical/failure.ts'
import { signals } from '../receipts/signals.ts'
import type { DimensionFilter, ReceiptFilters } from '../storage/store.ts'
import type { ControlRequest, Role, Viewer } from './route.ts'

type Query = ControlRequest['query']

/** All signals that can be filtered and added up by. */
export const dimensionNames: readonly string[] = signals.filter((signal) => 'dimension' in signal).map(({ name }) => name)

/** Short names, and the signals that one of them looks at. There is none for `key_id`: a `key` in a URL is taken for a secret, and refused. */
const shortNames: { readonly [name: string]: readonly string[] } = {
  model: ['requested_model', 'resolved_model'],
  team: ['team_id'],
  tenant: ['tenant_id'],
  agent: ['agent_id'],
}

const listed = new Map([...dimensionNames.map((name) => [name, [name]] as const), ...Object.entries(shortNames)])

/** Parameters that filter sums too, and those that need the receipts themselves. */
export const summaryFilters: readonly string[] = ['from', 'to', ...listed.keys()]
export const receiptFilters: readonly string[] = [...summaryFilters, 'cost_min', 'cost_max', 'tag', 'user_pseudonym']

/** Of the kinds of signals, the values that there are, and how they are told. Null is a value of all. */
const shapes: { readonly [kind: string]: readonly [shape: RegExp, told: string] } = {
  flag: [/^(true|false|null)$/, '`true`, `false` or `null`'],
  count: [/^(\d{1,15}|null)$/, 'whole numbers or `null`'],
}

const mostValues = 50

/** Throws `Failure` with what is allowed. */
export function readFilters(query: Query, viewer: Viewer): ReceiptFilters {
  refuseZeros(query)
  const [from, to] = [readTime(query, 'from'), readTime(query, 'to')]
  if (from !== undefined && to !== undefined && from >= to) throw wrong('from', '`from` must be before `to`.')
  const costMin = readDollars(query, 'cost_min')
  const costMax = readDollars(query, 'cost_max')
  if (costMin !== undefined && costMax !== undefined && costMin > costMax) throw wrong('cost_min', '`cost_min` must not be above `cost_max`.')
  const label = readTag(query.tag)
  const dimensions = [...listed].flatMap(([name, names]) => (query[name] === undefined ? [] : [readValues(name, names, query[name])]))
  return scoped(viewer, {
    dimensions,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(costMin !== undefined && { costMin }),
    ...(costMax !== undefined && { costMax }),
    ...(label !== undefined && { label }),
    ...(query.user_pseudonym !== undefined && { user: query.user_pseudonym }),
  })
}

/** No value has one, and PostgreSQL takes no text that does. */
function refuseZeros(query: Query): void {
  const name = Object.keys(query).find((one) => query[one]?.includes('\0'))
  if (name !== undefined) throw wrong(name, `\`${name}\` is a text without the character 0.`)
}

/** Users who may read receipts. */
export const readers: readonly Role[] = ['admin', 'operator', 'auditor', 'finance', 'viewer']

/** The operator and users of the installation see all, a user of a tenant what is the tenant's, a client the calls of its own key. */
export const scoped = (viewer: Viewer, filters: ReceiptFilters = {}): ReceiptFilters =>
  viewer.role === 'admin' || (viewer.role === 'user' && viewer.tenant === null)
    ? filters
    : { ...filters, dimensions: [...(filters.dimensions ?? []), ownOf(viewer)] }

/** Every answer has an id, and whoever is turned away at the door asks for its receipt. */
export const noReceipt = (): Failure =>
  new Failure(
    'not_found',
    'There is no receipt of this id. A call that is turned away for want of a known key, or for its address, leaves a number in the metrics and no receipt.',
  )

const ownOf = (viewer: Exclude<Viewer, { readonly role: 'admin' }>): DimensionFilter =>
  viewer.role === 'client' ? { names: ['key_id'], values: [viewer.keyId] } : { names: ['tenant_id'], values: [viewer.tenant] }

function readValues(name: string, names: readonly string[], text: string): DimensionFilter {
  const values = text.split(',')
  if (values.length > mostValues) throw wrong(name, `\`${name}\` takes up to ${mostValues} values, with commas between them.`)
  const shape = shapes[signals.find((signal) => signal.name === names[0])?.kind ?? '']
  if (shape !== undefined && !values.every((value) => shape[0].test(value))) throw wrong(name, `\`${name}\` takes ${shape[1]}, with commas between them.`)
  return { names, values: values.map((value) => (value === 'null' ? null : value)) }
}

const timeShape = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** Milliseconds since 1970. A date is its midnight in UTC. */
export function readTime(query: Query, name: 'from' | 'to'): number | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  // The sign of a zone, unencoded, is a space in a query.
  const spelled = text.replace(' ', '+')
  const date = timeShape.exec(spelled)?.[1]
  const time = date === undefined || !isDate(date) ? Number.NaN : Date.parse(spelled)
  if (Number.isNaN(time)) {
    throw wrong(
      name,
      `\`${name}\` is no time: it is a date (\`2026-11-21\`), an ISO 8601 time with its zone (\`2026-11-21T10:00:00Z\`), or milliseconds since 1970.`,
    )
  }
  return time
}

/** `Date.parse` takes the 31st of a month of 30 days for the 1st of the next. */
function isDate(date: string): boolean {
  const time = Date.parse(date)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

/** Nano-dollars. Six digits before the point are whole numbers that a number can tell. */
function readDollars(query: Query, name: 'cost_min' | 'cost_max'): number | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  const [, whole, part = ''] = /^(\d{1,6})(?:\.(\d{1,9}))?$/.exec(text) ?? []
  if (whole === undefined) throw wrong(name, `\`${name}\` is dollars as a decimal, as \`0.002\`, below a million and with up to nine decimals.`)
  return Number(whole + part.padEnd(9, '0'))
}

function readTag(text: string | undefined): ReceiptFilters['label'] {
  if (text === undefined) return undefined
  const colon = text.indexOf(':')
  if (colon < 1) throw wrong('tag', '`tag` is the name of a label, a colon and its value, as `project:alpha`.')
  return { name: text.slice(0, colon), value: text.slice(colon + 1) }
}

/** The value of a parameter that has a few. */
export function readChoice<T extends string>(query: Query, name: string, choices: readonly [T, ...T[]]): T {
  const text = query[name] ?? choices[0]
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw wrong(name, `\`${name}\` is one of ${choices.join(', ')}.`)
  return choice
}

const mostBy = 3

/** What sums are grouped by; a short name stands for its signal where that is one. */
export function readBy(text: string | undefined): readonly string[] {
  const names = text === undefined || text === '' ? [] : text.split(',').map(inFull)
  if (names.length > mostBy || new Set(names).size < names.length || !names.every((name) => dimensionNames.includes(name)))
    throw wrong('by', `\`by\` takes up to ${mostBy} of ${dimensionNames.join(', ')}, with commas between them.`)
  return names
}

function inFull(name: string): string {
  const [only = name, ...others] = shortNames[name] ?? []
  return others.length === 0 ? only : name
}

export function readLimit(text: string | undefined, most: number): number {
  if (text === undefined) return 50
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw wrong('limit', `\`limit\` must be a whole number from 1 to ${most}.`)
  return limit
}

export const wrong = (param: string, message: string): Failure => new Failure('invalid_value', message, { param })
