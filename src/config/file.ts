/** Reads the file of settings. */

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { ConfigError } from './problems.ts'

/** No configuration that a person writes is near this. */
export const mostBytes = 1024 * 1024

/** The text of a file, or undefined where there is none. Throws `ConfigError` where it cannot be read, or is too large to be one of settings. */
export function readConfigFile(path: string): string | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      if (fstatSync(file).size > mostBytes) throw new ConfigError([{ path: '', from: path, sentence: 'The file is larger than 1 MiB: it was not read.' }])
      return decode(readFileSync(file), path)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError([{ path: '', from: path, sentence: `The file cannot be read (${code ?? 'unknown fault'}).` }])
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError([{ path: '', from: path, sentence: 'The file is not UTF-8 text.' }])
  }
}
