/** How far a reader has come in each log: a small file for each, written whole or not at all. */

import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

export interface Mark {
  /** The first entry that was not read. */
  readonly position: number
  /** A digest of the entry before it; empty where that one was erased. */
  readonly last: string
}

const shape = /^(\d{1,15}) ([\da-f]*)\n$/

export class Cursors {
  readonly #folder: string

  /** `reader` is what makes it itself, as where it sends to: one that sends elsewhere begins anew. */
  constructor(folder: string, reader: string) {
    this.#folder = join(folder, digestOf(reader))
  }

  /** Where to go on; at the beginning where nothing was read yet, and where the file is none of ours. */
  async read(log: string): Promise<Mark> {
    const [, position = '0', last = ''] = shape.exec(await readFile(join(this.#folder, log), 'utf8').catch(() => '')) ?? []
    return { position: Number(position), last }
  }

  /** Resolves once it is on the disk. */
  async write(log: string, { position, last }: Mark): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, log)
    const file = await open(`${path}.part`, 'w', 0o600)
    try {
      await file.writeFile(`${position} ${last}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.part`, path)
  }
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
