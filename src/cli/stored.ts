/** Objects that the control API keeps by id: stored, listed and removed. */

import { isDeepStrictEqual } from 'node:util'
import { ask, askForOne } from './api.ts'
import { Complaint } from './command.ts'
import { plain } from './table.ts'

export interface Stored {
  readonly id: string
  readonly tenant: string | null
  readonly version: number
}

export async function listStored<Found extends Stored>(name: string): Promise<readonly Found[]> {
  return (await ask<{ readonly data: readonly Found[] }>('GET', `/_omni/${name}`)).data
}

/** In the place of the newest, unless it is said which version was seen. Throws `Complaint`. */
export async function store<Found extends Stored>(name: string, id: string, body: object, seen?: string | boolean): Promise<Found> {
  const path = pathOf(name, id)
  const before = typeof seen === 'string' ? seen : (await askForOne<Found>(path))?.version
  return ask<Found>('PUT', `${path}${before === undefined ? '' : `?version=${before}`}`, body)
}

/** What is said of an object: undefined leaves a field as it is, and null takes back what was said of it. */
export type Saying = Readonly<Record<string, unknown>>

export interface Changed<Found> {
  readonly found: Found
  /** For people: that it is new, or what is other than before. */
  readonly told: string
}

/** Changes what is said of an object, and keeps the rest: `say` is told what is there. Throws `Complaint`. */
export async function change<Found extends Stored>(
  name: string,
  id: string,
  say: (before: Found | undefined) => Saying,
  seen?: string | boolean,
): Promise<Changed<Found>> {
  if (id === '') throw new Complaint('Say which one, by its id.')
  const path = pathOf(name, id)
  const before = await askForOne<Found>(path)
  const body = Object.fromEntries(Object.entries({ ...fieldsOf(name, before), ...said(say(before)) }).filter(([, value]) => value !== null))
  const version = typeof seen === 'string' ? seen : before?.version
  const found = await ask<Found>('PUT', `${path}${version === undefined ? '' : `?version=${version}`}`, body)
  return { found, told: before === undefined ? 'It is new.' : differences(fieldsOf(name, before), fieldsOf(name, found)) }
}

/** What was said of it; a tenant is its own, and does not say so. */
function fieldsOf(name: string, found: Stored | undefined): Saying {
  if (found === undefined) return {}
  const { id: _, version: __, changed_at: ___, tenant, ...fields } = found as Stored & Saying
  return name === 'tenants' || tenant === null ? fields : { tenant, ...fields }
}

function differences(before: Saying, after: Saying): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isDeepStrictEqual(before[name], after[name]))
  const changes = names.map((name) => `${name} ${written(before[name])} → ${written(after[name])}`)
  return changes.length === 0 ? 'Nothing is other than before.' : `Changed: ${changes.join('; ')}.`
}

const written = (value: unknown): string => (value === undefined ? '–' : plain(typeof value === 'string' ? value : JSON.stringify(value)))

/** One word or number; nothing between the quotes takes it back. */
export const worded = (text: string | boolean | undefined): string | boolean | null | undefined => (text === '' ? null : text)

/** The same of a number. Of what is none the control API says so. */
export const numbered = (text: string | boolean | undefined): number | null | undefined => (text === undefined ? undefined : text === '' ? null : Number(text))

export async function removeStored(name: string, id: string): Promise<void> {
  await ask('DELETE', pathOf(name, id))
}

export const pathOf = (name: string, id: string): string => `/_omni/${name}/${encodeURIComponent(id)}`

/** What stands between commas; nothing takes back what was said. */
export function listed(text: string | boolean | undefined): readonly string[] | null | undefined {
  if (typeof text !== 'string') return undefined
  return text.trim() === '' ? null : text.split(',').map((item) => item.trim())
}

/** Without what was not said. */
export function said(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
