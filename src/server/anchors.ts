/** Gives the log's checkpoints to places outside of its reach, so that who holds all of the log cannot rewrite it unseen. */

import { open, type FileHandle } from 'node:fs/promises'
import { pause } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { AnchorSettings } from '../config/sinks.ts'
import type { Checkpoint } from '../receipts/note-bodies.ts'
import type { Log } from '../telemetry/log.ts'
import type { AnchorStatus } from '../telemetry/sinks.ts'
import { putObject } from '../upstream/bucket.ts'
import { deliver } from '../upstream/deliver.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { Names } from '../upstream/names.ts'
import { sendSyslog } from '../upstream/syslog.ts'
import { Reach } from './reach.ts'

export interface Outside {
  readonly transport: Transport
  readonly names: Names
}

/** A checkpoint that is on our own disk. */
export interface Noted extends Pick<Checkpoint, 'origin' | 'size' | 'time'> {
  /** As it was signed. */
  readonly note: string
}

export interface AnchorsOptions extends Outside {
  readonly settings: readonly AnchorSettings[]
  readonly log: Log
}

export class Anchors {
  readonly #anchors: readonly Anchor[]

  constructor({ settings, log, ...outside }: AnchorsOptions) {
    this.#anchors = settings.map((to) => new Anchor(new Reach(to.name, log), (checkpoint) => send(to, checkpoint, outside)))
  }

  put(checkpoint: Noted): void {
    for (const anchor of this.#anchors) anchor.put(checkpoint)
  }

  status(): readonly AnchorStatus[] {
    return this.#anchors.map((anchor) => anchor.status)
  }

  /** Hands out what is left, and gives up after `ms`, or where an anchor is away. */
  async close(ms: number): Promise<void> {
    await Promise.all(this.#anchors.map((anchor) => anchor.close(ms)))
  }
}

class Anchor {
  readonly #reach: Reach
  readonly #send: (checkpoint: Noted) => Promise<void>
  /** One at most: the newest vouches for all before it. */
  #newest: Noted | undefined
  #last: Noted | undefined
  #running: Promise<void> | undefined
  #isClosing = false

  constructor(reach: Reach, sendTo: (checkpoint: Noted) => Promise<void>) {
    this.#reach = reach
    this.#send = sendTo
  }

  get status(): AnchorStatus {
    return { ...this.#reach.status, size: this.#last?.size ?? null, time: this.#last?.time ?? null }
  }

  put(checkpoint: Noted): void {
    this.#newest = checkpoint
    this.#running ??= this.#run()
  }

  async close(ms: number): Promise<void> {
    this.#isClosing = true
    this.#reach.hurry()
    const late = pause(ms)
    await Promise.race([this.#running, late.done])
    late.cancel()
  }

  async #run(): Promise<void> {
    while (this.#newest !== undefined) {
      const checkpoint = this.#newest
      const isLast = this.#isClosing
      try {
        await this.#send(checkpoint)
        this.#last = checkpoint
        if (this.#newest === checkpoint) this.#newest = undefined
        this.#reach.succeed()
      } catch (error) {
        this.#reach.fail(error)
        // Who is away keeps nobody from stopping: it is asked once more.
        if (isLast) break
        await this.#reach.rest()
      }
    }
    this.#running = undefined
  }
}

async function send(to: AnchorSettings, { note, origin, size, time }: Noted, { transport, names }: Outside): Promise<void> {
  switch (to.to) {
    case 'file':
      return append(to.file, `${note}\n`)
    case 'url': {
      const headers = { 'content-type': 'text/plain; charset=utf-8', ...(to.token !== undefined && { authorization: `Bearer ${to.token}` }) }
      await deliver(transport, { url: to.url, headers, body: note })
      return
    }
    case 'syslog':
      return sendSyslog(to, { at: time, id: 'checkpoint', text: `${origin} ${size} ${Buffer.from(note).toString('base64')}` }, names)
    case 'bucket':
      await deliver(transport, putObject(to, `${origin.split('/').at(-1)}/${String(size).padStart(12, '0')}-${time}`, note))
  }
}

/** As the log's own file of checkpoints. */
async function append(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o600)
    try {
      await appendWhole(file, text)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new Failure('internal_error', `The file could not be written (${(cause as NodeJS.ErrnoException).code ?? 'no code'}).`, { cause })
  }
}

/** What could be written in part alone is taken back, so that the next note begins where it must. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(text)
    await file.sync()
  } catch (error) {
    await file.truncate(size).catch(() => {})
    throw error
  }
}
