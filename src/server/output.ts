/** Where the log goes: the process's output, or the file that it was led to, which takes lines again once a full disk has space. */

import { fstatSync, write } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'

/** Node's own output writes to files while the whole process waits, and never again after the first fault. */
export function openOutput(fd = 1, usual: Writable = process.stdout): Writable {
  const to = fstatSync(fd)
  return to.isFile() || (to.isCharacterDevice() && !isatty(fd)) ? new FileOutput(fd) : usual
}

/** Never fails: tells how many lines were lost by the event `lost`. */
class FileOutput extends Writable {
  readonly #fd: number
  /** The file ends in the middle of a line. */
  #isTorn = false

  constructor(fd: number) {
    super({ decodeStrings: true })
    this.#fd = fd
  }

  override _write(lines: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#put(this.#isTorn ? Buffer.concat([Buffer.from('\n'), lines]) : lines, done)
  }

  #put(bytes: Buffer, done: () => void): void {
    write(this.#fd, bytes, (error, length) => {
      const rest = error ? bytes : bytes.subarray(length)
      if (!error) this.#isTorn = bytes[length - 1] !== 10
      if (!error && rest.length > 0) return this.#put(rest, done)
      if (rest.length > 0) this.emit('lost', rest.toString('latin1').split('\n').length - 1)
      done()
    })
  }
}
