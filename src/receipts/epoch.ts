/** Epochs: 30 days of one tenant, whose key makes its pseudonyms and digests and can be destroyed alone. */

import type { KeyObject } from 'node:crypto'

/** `name` is its first day, as `2026-10-28`; after the key of an epoch that still ran was destroyed, `2026-10-28.2` and so on. */
export interface Epoch {
  readonly name: string
  readonly key: KeyObject
}

export const epochMs = 30 * 24 * 3_600_000

/** When the epoch of a moment began, in milliseconds since 1970: epochs follow one another from there. */
export const epochStart = (at: number): number => at - (at % epochMs)
export const epochName = (start: number): string => new Date(start).toISOString().slice(0, 10)
