/** What is about to go to a provider, written down before it goes: all calls of a turn of the event loop in one write. */

import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { asText, readObject } from '../base/json.ts'
import { LogError, toLogError } from './errors.ts'
import { intentsFile, listSegments } from './layout.ts'
import { OpenCalls } from './open-calls.ts'

export class Intents {
  readonly #log: string
  #first: number
  #descriptor: number
  #size: number
  readonly #open: OpenCalls
  /** Of this turn: bounded by the calls that a turn of the event loop can begin. */
  #ids: string[] = []
  #text = ''
  #turn: PromiseWithResolvers<void> | undefined
  #isEnded = false

  /** Begins the file of the segment `first` with the calls that are open, and removes all others. Throws `LogError`. */
  constructor(log: string, first: number, open: ReadonlyMap<string, string>) {
    this.#log = log
    this.#first = first
    this.#open = new OpenCalls(open)
    ;[this.#descriptor, this.#size] = beginFile(log, first, open)
  }

  get open(): ReadonlyMap<string, string> {
    return this.#open.all()
  }

  /** Resolves when the text, one line of JSON with the call's id, outlives the process. Rejects with `LogError`. */
  add(id: string, text: string): Promise<void> {
    this.#open.add(id, text)
    this.#ids.push(id)
    return this.#enter(text)
  }

  /** The call has a receipt. */
  close(id: string): void {
    this.#open.delete(id)
  }

  /** The call will have none, and has been counted elsewhere. Where this cannot be written, a process that dies now counts it once more. */
  forget(id: string): void {
    this.#open.delete(id)
    this.#enter(`-${id}`).catch(() => {})
  }

  /** Goes on in the file of a new segment, with what is open. Throws `LogError`; then the old file is gone on with. */
  roll(first: number): void {
    if (first !== this.#first) this.#begin(first)
  }

  /** Leaves out the calls that have their receipt. Throws `LogError`. */
  tidy(): void {
    this.#begin(this.#first)
  }

  #begin(first: number): void {
    const [descriptor, size] = beginFile(this.#log, first, this.#open.all())
    closeSync(this.#descriptor)
    this.#first = first
    this.#descriptor = descriptor
    this.#size = size
  }

  /** Writes what waits, and empties the file where no call is open. */
  end(): void {
    this.#flush()
    this.#isEnded = true
    if (this.#open.size === 0) ftruncateSync(this.#descriptor, 0)
    closeSync(this.#descriptor)
  }

  #enter(line: string): Promise<void> {
    if (this.#isEnded) return Promise.reject(new LogError('closed'))
    this.#text += `${line}\n`
    if (this.#turn === undefined) {
      this.#turn = Promise.withResolvers()
      setImmediate(() => this.#flush())
    }
    return this.#turn.promise
  }

  #flush(): void {
    const [turn, ids, text] = [this.#turn, this.#ids, this.#text]
    if (turn === undefined) return
    this.#turn = undefined
    this.#ids = []
    this.#text = ''
    try {
      this.#size += writeAll(this.#descriptor, text, this.#size)
      turn.resolve()
    } catch (error) {
      for (const id of ids) this.#open.delete(id)
      turn.reject(toLogError(error))
    }
  }
}

/** Whole or not at all: beside it, then into its place. Returns descriptor and size. */
function beginFile(log: string, first: number, open: ReadonlyMap<string, string>): [number, number] {
  const [part, file] = [join(log, 'intents.part'), intentsFile(log, first)]
  try {
    const descriptor = openSync(part, 'w', 0o600)
    try {
      const size = writeAll(descriptor, [...open.values(), ''].join('\n'), 0)
      renameSync(part, file)
      for (const other of listSegments(log, 'intents')) if (other !== first) rmSync(intentsFile(log, other))
      return [descriptor, size]
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
  } catch (error) {
    throw toLogError(error)
  }
}

/** Writes at `position`, to the page cache and no further: that takes a microsecond or two, and outlives the process. Returns the bytes. */
function writeAll(descriptor: number, text: string, position: number): number {
  if (text === '') return 0
  const size = Buffer.byteLength(text)
  let at = 0
  try {
    // As a text, which takes a third less than bytes made of it; the rest of one that was cut short is rare.
    at = writeSync(descriptor, text, position)
    const rest = at < size ? Buffer.from(text) : undefined
    while (rest !== undefined && at < size) at += writeSync(descriptor, rest, at, size - at, position + at)
    return size
  } catch (error) {
    // What was written in part would be read as calls that were begun.
    if (at > 0) ftruncateSync(descriptor, position)
    throw error
  }
}

/** The intents that stand in the files of a log and were not taken back, by the call's id: those of one segment. What is no whole line is passed over. */
export function readIntents(log: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const first of listSegments(log, 'intents')) {
    for (const line of readFileSync(intentsFile(log, first), 'utf8').split('\n')) {
      if (line.startsWith('-')) found.delete(line.slice(1))
      const id = asText(readObject(line)?.['id'])
      if (id !== '') found.set(id, line)
    }
  }
  return found
}
