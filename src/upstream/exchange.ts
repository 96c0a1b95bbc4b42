/** One request to a provider and what comes back, whatever carries it. */

export interface UpstreamRequest {
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string
  readonly deadlines: Deadlines
}

/** Milliseconds. */
export interface Deadlines {
  readonly connect: number
  /** From sending to the answer's headers, of a stream and of a whole answer. */
  readonly firstByteStreamed: number
  readonly firstByteWhole: number
  /** From the headers of a stream to its first word. */
  readonly firstWord: number
  /** Between two pieces of an answer. */
  readonly idle: number
  /** An answer in all. */
  readonly total: number
}

/** An answer whose headers have come. Its bytes are taken as they arrive; what nobody takes pauses the provider. */
export interface Exchange {
  readonly status: number
  /** Lower-case names; of a repeated header the values are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes that are here already, without waiting. */
  take(): Buffer | undefined
  /** Waits for bytes; undefined at the good end. Throws `Failure` where the answer breaks off or a deadline passes. */
  next(): Promise<Buffer | undefined>
  /** Gives up: the connection is closed, unless all has come. Safe to call twice. */
  abort(): void
}

/** What carries requests: the network, or the gateway itself. */
export interface Transport {
  /** Resolves when headers have come. `onCancel` hands out the way to give up before that. Throws `Failure`. */
  post(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange>
}
