/** Where what stands in the folder of a log. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LogError } from './errors.ts'

/** Entries of a full segment: a power of two, so that each is a whole subtree. */
export const segmentEntries = 4096

/** The first entry of the segment that holds `position`. */
export const firstOf = (position: number): number => position - (position % segmentEntries)

const part =
  (ending: string) =>
  (log: string, first: number): string =>
    join(log, `${String(first).padStart(12, '0')}.${ending}`)

export const linesFile = part('jsonl')
export const hashesFile = part('hashes')
export const intentsFile = part('intents')

export const lockFile = (log: string): string => join(log, 'lock')
export const segmentsFile = (log: string): string => join(log, 'segments')
export const checkpointsFile = (log: string): string => join(log, 'checkpoints')
export const keysFile = (log: string): string => join(log, 'keys')

const idPattern = /^log_[0-9a-f]{32}$/

/** The folder of a log in that of all. Throws `LogError` `missing` for what is no id of one, whoever says it. */
export function logFolder(folder: string, id: string): string {
  if (!idPattern.test(id)) throw new LogError('missing')
  return join(folder, id)
}

/** The name that a log signs with. */
export const originOf = (id: string): string => `omni-gateway/${id}`

/** The first entries of the segments that have a file of this kind, in order. */
export function listSegments(log: string, ending: 'jsonl' | 'hashes' | 'intents' = 'jsonl'): readonly number[] {
  const found = readdirSync(log).flatMap((name) => new RegExp(`^(\\d{12,})\\.${ending}$`).exec(name)?.[1] ?? [])
  return found.map(Number).toSorted((one, other) => one - other)
}

/** The ids of the logs in the folder of receipts, the oldest first; none where there is no folder. */
export function listLogs(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => idPattern.test(name))
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
