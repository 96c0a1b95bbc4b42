/** The table of prices that an operator has taken: one file in the data directory, followed by every process that shares it. */

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { builtIn, Catalogue, type PriceTable } from '../catalog/table.ts'
import { syncFolder } from '../storage/files.ts'
import { mostTableBytes, parseTable } from './prices-table.ts'

export class StoredPrices {
  readonly #file: string
  readonly #complain: (problem: string) => void
  #mark = ''
  #catalogue = builtIn
  #problem: string | undefined

  /** `complain` hears, once for each file, why it is not used. */
  constructor(dataDir: string, complain: (problem: string) => void) {
    this.#file = join(dataDir, 'prices.json')
    this.#complain = complain
  }

  /** Changes whenever the file does. */
  get mark(): string {
    return this.#mark
  }

  /** Why the stored table is not used; undefined where it is, or there is none. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** What is stored, or the built-in table where nothing is that can be used. */
  read(): Catalogue {
    const mark = markOf(this.#file)
    if (mark !== this.#mark) {
      this.#mark = mark
      this.#problem = undefined
      this.#catalogue = mark === none ? builtIn : this.#load()
    }
    return this.#catalogue
  }

  /** Beside it, to the disk, then into its place: nobody reads half of it. Throws what the file system says. */
  write(table: PriceTable): void {
    const part = `${this.#file}.part`
    const descriptor = openSync(part, 'w', 0o600)
    try {
      writeFileSync(descriptor, `${JSON.stringify(table)}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(part, this.#file)
    syncFolder(dirname(this.#file))
  }

  #load(): Catalogue {
    try {
      if (statSync(this.#file).size > mostTableBytes) throw new Failure('invalid_value', `The file is larger than ${mostTableBytes} bytes.`)
      return new Catalogue(parseTable(readFileSync(this.#file, 'utf8'), dayOf(now())))
    } catch (error) {
      this.#problem = error instanceof Failure ? error.message : 'The file cannot be read.'
      this.#complain(this.#problem)
      return builtIn
    }
  }
}

/** The day of a time, as `2026-11-21`. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

const none = 'none'

function markOf(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? none : `${found.mtimeMs} ${found.size} ${found.ino}`
  } catch {
    return 'hidden'
  }
}
