/** Objects that the control API keeps by id: stored, listed and removed. */

import { ask } from './api.ts'

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
  const before = typeof seen === 'string' ? seen : (await listStored(name)).find((one) => one.id === id)?.version
  return ask<Found>('PUT', `${pathOf(name, id)}${before === undefined ? '' : `?version=${before}`}`, body)
}

export async function removeStored(name: string, id: string): Promise<void> {
  await ask('DELETE', pathOf(name, id))
}

export const pathOf = (name: string, id: string): string => `/_omni/${name}/${encodeURIComponent(id)}`

/** What stands between commas. */
export const listed = (text: string | boolean | undefined): readonly string[] | undefined =>
  typeof text === 'string' ? text.split(',').map((item) => item.trim()) : undefined

/** Without what was not said. */
export function said(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
