/** Tells when the file has changed and is whole again, however it was written: in place, by a rename, or by the swap of a link, as Kubernetes does. */

import { createHash } from 'node:crypto'
import { watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'
import { monotonic } from '../base/clock.ts'
import { readConfigFile } from './file.ts'

export interface WatchTimes {
  /** Milliseconds after which a change in the folder is looked at; those that come meanwhile do not put it off, since a database beside the file never rests. */
  readonly gather: number
  /** Milliseconds in which the content must stay the same. */
  readonly settle: number
  /** Milliseconds between looks where the system tells nothing, as on network drives. */
  readonly look: number
  /** Milliseconds after which a file that is missing is taken to be gone. */
  readonly gone: number
}

const usualTimes: WatchTimes = { gather: 150, settle: 50, look: 5000, gone: 15_000 }

export interface Watching {
  close(): void
}

/**
 * Calls back for each new content, after it has stood still. A file that is missing for a while changes nothing, and is told of when it is back, as it was or
 * not: who read it meanwhile found none. One that stays away is told of once.
 * What is in it is for the caller to read and to judge: a broken one is told of too.
 */
export function watchConfig(file: string, onChange: () => void, times: WatchTimes = usualTimes): Watching {
  let told = fingerprint(file)
  let seen = told
  let timer: NodeJS.Timeout | undefined
  let isGathering = false
  /** Infinity where that it is missing is told, or was so from the beginning. */
  let missingSince = told === undefined ? Infinity : undefined
  const later = (wait: number) => {
    clearTimeout(timer)
    timer = setTimeout(look, wait).unref()
  }
  const look = () => {
    isGathering = false
    const now = fingerprint(file)
    if (now === undefined) return lookAgain()
    missingSince = undefined
    if (now === told) return ((seen = now), later(times.look))
    if (now !== seen) return ((seen = now), later(times.settle))
    told = now
    later(times.look)
    onChange()
  }
  /** It may only be between two of its lives. */
  const lookAgain = () => {
    missingSince ??= monotonic()
    told = seen = undefined
    later(Math.min(times.look, times.gone))
    if (monotonic() - missingSince < times.gone) return
    missingSince = Infinity
    onChange()
  }
  const watcher = watchFolder(dirname(file), () => {
    if (isGathering) return
    isGathering = true
    later(times.gather)
  })
  later(times.look)
  return { close: () => (clearTimeout(timer), watcher?.close()) }
}

/** The folder and not the file: a rename puts another file in its place. Undefined where it cannot be watched; then looking alone must do. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

/** Undefined where there is no file. One that cannot be read is a content of its own, so that it is told of once. */
function fingerprint(file: string): string | undefined {
  try {
    const text = readConfigFile(file)
    return text === undefined ? undefined : createHash('sha256').update(text).digest('hex')
  } catch (error) {
    return `unreadable: ${(error as Error).message}`
  }
}
