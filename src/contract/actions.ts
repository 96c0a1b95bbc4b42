/** `/_omni/audit`: what was done through the control API, and to what. */

import { z } from 'zod'

export const actionResource = z.strictObject({
  id: z.string(),
  /** Milliseconds since 1970. */
  at: z.int(),
  action: z.string(),
  /** `admin`, or the id of a user or a key. */
  by: z.string(),
  /** Of what was changed: `key`, `limit`, `chain`, …; null where nothing that is stored was. */
  kind: z.string().nullable(),
  /** The name or id of what it was done to. */
  target: z.string().nullable(),
  /** The keyed hash of that as `GET` showed it before, and as it shows it since; null where there was none, or is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** How often it was read since the entry before. */
  count: z.int().nullable(),
})

/** Something that somebody was shown, as `GET` shows it. */
export const shownObject = z.strictObject({ kind: z.string().max(64), object: z.record(z.string(), z.json()) })

/** Its keyed hash, and the entries that have it before or after, the newest first. */
export const checkedObject = z.strictObject({ hash: z.string(), data: z.array(actionResource) })

export type ActionResource = z.output<typeof actionResource>
export type CheckedObject = z.output<typeof checkedObject>
