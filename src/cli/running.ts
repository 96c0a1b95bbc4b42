/** Where the running gateway listens, told beside its data: commands find it there, whatever became of its configuration since. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  readonly host: string
  readonly port: number
  /** The certificate that it answers with, in PEM; absent where it speaks plain HTTP. */
  readonly certificate?: string
}

const fileIn = (dataDir: string): string => join(dataDir, 'running.json')

export function tellPlace(dataDir: string, place: Place): void {
  writeFileSync(fileIn(dataDir), `${JSON.stringify(place)}\n`, { mode: 0o600 })
}

export function forgetPlace(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true })
}

/** Undefined where none runs, as far as anybody said. */
export function readRunning(dataDir: string): Place | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Place
  } catch {
    return undefined
  }
}
