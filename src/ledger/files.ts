/** Writing so that a failure leaves the file as it was: nothing half-written stays, and what could not be synced is not trusted. */

import { open, readFile, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LogError, toLogError } from './errors.ts'

/** Private to the user, as all of the data directory. */
const mode = 0o600

/** For reading and writing; made where it is not there. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return open(path, 'wx+', mode)
  }
}

/** Throws `LogError` `broken`: after a sync that failed, another one may succeed and the data be lost all the same. https://lwn.net/Articles/752063/ */
export async function syncFile(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync()
  } catch (error) {
    throw new LogError('broken', undefined, (error as NodeJS.ErrnoException).code)
  }
}

/** What was made or removed in a folder is so after a loss of power too. Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await syncFile(handle)
  } finally {
    await handle.close()
  }
}

/** A file that grows at its end. */
export class GrowingFile {
  readonly #handle: FileHandle
  #size: number
  /** A write failed, and so did taking back what it had written. */
  #isTorn = false

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** `size`: what is behind it is not ours, and cut off before the next write. */
  static async open(path: string, size?: number): Promise<GrowingFile> {
    const handle = await openFile(path)
    const { size: found } = await handle.stat()
    const file = new GrowingFile(handle, size ?? found)
    file.#isTorn = found > file.#size
    return file
  }

  /** Bytes that count; what a write added counts when it is kept. */
  get size(): number {
    return this.#size
  }

  /** Writes behind what counts. Throws `LogError`, and then nothing of it stays. */
  async write(bytes: Buffer): Promise<void> {
    try {
      await this.undo()
      this.#isTorn = true
      for (let at = 0; at < bytes.length;) at += (await this.#handle.write(bytes, at, bytes.length - at, this.#size + at)).bytesWritten
    } catch (error) {
      await this.undo().catch(() => {})
      throw toLogError(error)
    }
  }

  keep(length: number): void {
    this.#size += length
    this.#isTorn = false
  }

  /** Takes back what was written and not kept. */
  async undo(): Promise<void> {
    if (!this.#isTorn) return
    await this.#handle.truncate(this.#size)
    this.#isTorn = false
  }

  sync(): Promise<void> {
    return syncFile(this.#handle)
  }

  /** Writes, keeps and syncs. */
  async append(content: string | Buffer): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    await this.write(bytes)
    this.keep(bytes.length)
    await this.sync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** The bytes of a file; none where it is not there. */
export async function readFileOrNothing(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

/** Cuts the file to `size`, and appends. Throws `LogError`. */
export async function writeFrom(path: string, size: number, more: string | Buffer): Promise<void> {
  const file = await GrowingFile.open(path, size)
  try {
    await file.undo()
    await file.append(more)
  } finally {
    await file.close()
  }
}

/** Writes only where something else stands. */
export async function rewriteFile(path: string, bytes: Buffer): Promise<void> {
  if (!(await readFileOrNothing(path)).equals(bytes)) await writeFrom(path, 0, bytes)
}

/** Whole or not at all: beside it, synced, then into its place. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  await rm(part, { force: true })
  await writeFrom(part, 0, text)
  await rename(part, path)
  await syncFolder(dirname(path))
}
