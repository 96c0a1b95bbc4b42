/** One request on its way through undici: its handler, its deadlines, and the exchange that comes of it. */

import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { awake, unwatch, watch, type Watched } from '../base/watch.ts'
import type { Deadlines } from '../base/deadlines.ts'
import { Failure } from '../canonical/failure.ts'
import type { Exchange, StreamedBody, Watcher } from './exchange.ts'
import { toUpstreamFailure } from './faults.ts'
import { inflaterFor, type Inflater } from './inflate.ts'
import { Progress } from './progress.ts'

export interface FlightTerms {
  readonly deadlines: Deadlines
  readonly asksStream: boolean
  /** Bytes that may wait in memory for the gateway to take them, before the provider is paused. */
  readonly mostWaiting: number
  /** What is sent while it comes, in the place of a body. */
  readonly upload?: StreamedBody | undefined
  readonly watcher?: Watcher | undefined
}

export class Flight implements Dispatcher.DispatchHandler, Exchange, Watched {
  place = -1
  status = 0
  headers: Readonly<Record<string, string>> = {}
  readonly #deadlines: Deadlines
  readonly #mostWaiting: number
  readonly #settle: (error: Failure | undefined) => void
  readonly #upload: StreamedBody | undefined
  readonly #watcher: Watcher | undefined
  /** The next bytes of the upload are awaited: the silence is not the provider's. */
  #isPulling = false
  readonly #startedAt = awake()
  #controller: Dispatcher.DispatchController | undefined
  #inflater: Inflater | undefined
  /** Bounded: beyond `mostWaiting` bytes the provider is paused. */
  #queue: Buffer[] = []
  #waiting = 0
  #wake: (() => void) | undefined
  #ended = false
  #failure: Failure | undefined
  #heardAt: number
  /** What silence means now: milliseconds that may pass since something was heard. */
  #patience: number
  /** Until when the first word must be said; Infinity where it need not, or was. */
  #wordBy = Infinity
  /** From the first word on. */
  #progress: Progress | undefined

  /** `settle` is called once: when headers have come, or with why they never will. */
  constructor({ deadlines, asksStream, mostWaiting, upload, watcher }: FlightTerms, settle: (error: Failure | undefined) => void) {
    this.#deadlines = deadlines
    this.#mostWaiting = mostWaiting
    this.#settle = settle
    this.#upload = upload
    this.#watcher = watcher
    this.#heardAt = this.#startedAt
    this.#patience = asksStream ? deadlines.firstByteStreamed : deadlines.firstByteWhole
    this.#wordBy = this.#spokenBy
    watch(this)
  }

  get #spokenBy(): number {
    return this.#startedAt + (this.#deadlines.spoken ?? Infinity)
  }

  /** The upload, for undici to send: it asks for more when the provider has taken what it got. */
  async *pull(): AsyncGenerator<Buffer> {
    while (this.#upload !== undefined) {
      this.#isPulling = true
      const chunk = await this.#upload.next()
      this.#isPulling = false
      this.#heardAt = awake()
      // An end that was not the upload's own must not look like one.
      if (this.#ended || this.#failure) throw this.#failure ?? new Failure('client_closed', 'The upload is wanted no more.')
      if (chunk === undefined) return
      yield chunk
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#failure) return controller.abort(this.#failure)
    // undici has put it on a connection, and is about to write it.
    this.#watcher?.connected()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    this.status = status
    this.headers = flat(headers)
    this.#heardAt = awake()
    this.#patience = this.#deadlines.idle
    try {
      this.#inflater = inflaterFor(this.headers['content-encoding'], {
        // Unpacking takes time too, and is not the provider's silence.
        give: (piece) => this.#give(piece, awake()),
        fail: (failure) => this.#fail(failure),
        drained: () => this.#steer(),
      })
    } catch (error) {
      return this.#fail(error as Failure)
    }
    this.#settle(undefined)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#inflater === undefined) return this.#give(chunk, awake())
    this.#heardAt = awake()
    this.#inflater.push(chunk)
    this.#steer()
  }

  onResponseEnd(): void {
    if (this.#inflater) return this.#inflater.end(() => this.#end())
    this.#end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(toUpstreamFailure(error, this.status !== 0))
  }

  take(): Buffer | undefined {
    const chunk = this.#queue.shift()
    if (chunk === undefined) return undefined
    this.#waiting -= chunk.length
    this.#steer()
    return chunk
  }

  takeWhole(most: number): Buffer | undefined {
    return this.#ended && this.#queue.length === 1 && this.#waiting <= most ? this.take() : undefined
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.take()
      if (chunk !== undefined) return chunk
      if (this.#failure) throw this.#failure
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  abort(why = new Failure('client_closed', 'The call was given up.')): void {
    this.#fail(why)
  }

  #give(chunk: Buffer, time: number): void {
    this.#heardAt = time
    this.#queue.push(chunk)
    this.#waiting += chunk.length
    this.#steer()
    this.#ring()
  }

  /** Lets come what there is room for, and no more. */
  #steer(): void {
    const hasRoom = this.#waiting < this.#mostWaiting
    this.#inflater?.flow(hasRoom)
    const isWanted = hasRoom && this.#inflater?.isFull !== true
    if (isWanted !== this.#controller?.paused) return
    if (!isWanted) return this.#controller.pause()
    this.#heardAt = awake()
    this.#controller.resume()
  }

  #end(): void {
    this.#ended = true
    unwatch(this)
    this.#upload?.stop()
    this.#ring()
  }

  #fail(failure: Failure): void {
    if (this.#ended || this.#failure) return
    this.#failure = failure
    unwatch(this)
    this.#controller?.abort(failure)
    this.#upload?.stop()
    this.#inflater?.stop()
    this.#settle(failure)
    this.#ring()
  }

  #ring(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  awaitWord(ms: number): void {
    this.#wordBy = ms === Infinity ? ms : Math.min(awake() + ms, this.#spokenBy)
    if (ms === Infinity) this.#progress = new Progress(this.#deadlines.progress, awake())
  }

  noteWords(frames: number, bytes: number): void {
    this.#progress?.note(frames, bytes)
  }

  /** What the provider said while the process was blocked could not be heard: that time is not its own. */
  look(_time: number, time: number): void {
    if (time - this.#startedAt >= this.#deadlines.total) return this.#fail(this.#isPulling ? slow() : late('The answer took longer than the total limit.'))
    if (time >= this.#wordBy) return this.#fail(this.#isPulling ? slow() : late('The provider did not say its first word in time.'))
    // While the client is slower than the provider, the silence is ours.
    if (this.#waiting > 0 || this.#isPulling || this.#controller?.paused === true) {
      this.#heardAt = time
      this.#progress?.restart(time)
    }
    if (this.#progress?.isTrickle(time) === true) return this.#fail(late('The provider’s answer only trickled in.'))
    if (time - this.#heardAt < this.#patience) return
    this.#fail(late(this.status === 0 ? 'The provider did not begin to answer in time.' : 'The provider fell silent in the middle of its answer.'))
  }
}

/** The provider has not even heard all of the request. */
function slow(): Failure {
  return new Failure('request_timeout', 'The upload took longer than the total limit of a call.')
}

function late(message: string): Failure {
  return new Failure('upstream_timeout', message)
}

/** Repeated headers are rare: where there are none, what was parsed is taken as it is. */
function flat(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  for (const name in headers) if (typeof headers[name] !== 'string') return join(headers)
  return headers as Record<string, string>
}

function join(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const joined: Record<string, string> = Object.create(null) as Record<string, string>
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return joined
}
