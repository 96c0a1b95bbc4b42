/** Bytes that must be kept until they can be sent, and may be too many for memory: beyond a little, they wait in a file that nobody else can open. */

import { randomBytes } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { ByteSource } from './source.ts'

/** Bytes that stay in memory: fields, and the clips that people speak into their phones. */
const mostInMemory = 256 * 1024
const pieceSize = 64 * 1024

/** What all spools of this process hold in files. */
let spooled = 0

/** Thrown where the files of all spools together would hold more than they may. */
export class SpoolFull extends Error {}

export interface SpoolTerms {
  /** Where the file is made. */
  readonly folder: string
  /** Bytes that the files of all spools may hold together. */
  readonly most: number
}

/** Written to its end, then read as often as needed; `close` it whatever happens. One writer, and no reading while it writes. */
export class Spool {
  readonly #terms: SpoolTerms
  /** Bounded by `mostInMemory`. */
  #held: Buffer[] = []
  #file: FileHandle | undefined
  #length = 0
  #isClosed = false

  constructor(terms: SpoolTerms) {
    this.#terms = terms
  }

  get length(): number {
    return this.#length
  }

  /** Throws `SpoolFull`, or what the file system says. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#file === undefined && this.#length + bytes.length <= mostInMemory) {
      // A slice would keep alive all of the buffer that it was cut from.
      this.#held.push(Buffer.from(bytes))
      this.#length += bytes.length
      return
    }
    if (this.#file === undefined) await this.#moveToFile()
    await this.#append(bytes)
  }

  /** The bytes from `from` up to `to`, again. */
  read(from = 0, to = this.#length): ByteSource {
    let at = from
    let isStopped = false
    return {
      next: async () => {
        if (at >= to || isStopped) return undefined
        const piece = await this.#piece(at, Math.min(pieceSize, to - at))
        at += piece.length
        return piece
      },
      stop: () => (isStopped = true),
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#held = []
    if (this.#file === undefined) return
    spooled -= this.#length
    await this.#file.close()
  }

  /** Its name is gone before anything stands in it: the file ends with the process, however that ends. */
  async #moveToFile(): Promise<void> {
    const path = join(this.#terms.folder, `upload-${randomBytes(12).toString('hex')}`)
    this.#file = await open(path, 'wx+', 0o600)
    await unlink(path)
    const held = Buffer.concat(this.#held)
    this.#held = []
    this.#length = 0
    await this.#append(held)
  }

  async #append(bytes: Buffer): Promise<void> {
    if (spooled + bytes.length > this.#terms.most) throw new SpoolFull('the uploads that wait hold too much')
    spooled += bytes.length
    const at = this.#length
    this.#length += bytes.length
    for (let written = 0; written < bytes.length;) written += (await this.#file!.write(bytes, written, bytes.length - written, at + written)).bytesWritten
  }

  async #piece(at: number, length: number): Promise<Buffer> {
    if (this.#isClosed) throw new Error('the spool is closed')
    if (this.#file === undefined) return Buffer.concat(this.#held).subarray(at, at + length)
    const piece = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.#file.read(piece, 0, length, at)
    if (bytesRead === 0) throw new Error('the spooled file is shorter than it was')
    return piece.subarray(0, bytesRead)
  }
}
