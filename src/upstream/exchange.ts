/** One request to a provider and what comes back, whatever carries it. */

import type { Deadlines } from '../base/deadlines.ts'
import type { ByteSource } from '../base/source.ts'
import type { Failure } from '../canonical/failure.ts'

/** A body that is pulled while it is sent: nobody holds it whole. */
export interface StreamedBody extends ByteSource {
  /** Bytes in all; undefined where nobody knows before the end. */
  readonly length: number | undefined
}

/** What proves who we are where no header does by itself: it is made when the request is sent. */
export type Signing =
  /** `secret` is `id:secret` or `id:secret:token`. */
  | { readonly scheme: 'aws'; readonly service: string; readonly region: string; readonly secret: string }
  /** `secret` is a service account's key: its JSON, or the path of the file that holds it. */
  | { readonly scheme: 'google'; readonly secret: string }

export interface UpstreamRequest {
  readonly origin: string
  /** POST where absent. */
  readonly method?: 'GET' | 'DELETE' | 'PUT'
  /** Path and query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string
  /** Sent in the place of `body`. It can be sent once. */
  readonly upload?: StreamedBody
  readonly signing?: Signing
  readonly deadlines: Deadlines
}

/** An answer whose headers have come. Its bytes are taken as they arrive; what nobody takes pauses the provider. */
export interface Exchange {
  readonly status: number
  /** Lower-case names; of a repeated header the values are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes that are here already, without waiting. */
  take(): Buffer | undefined
  /** The answer, where all of it is here in one piece of at most so many bytes; undefined else. Absent where nothing ever is. */
  takeWhole?(most: number): Buffer | undefined
  /** Waits for bytes; undefined at the good end. Throws `Failure` where the answer breaks off or a deadline passes. */
  next(): Promise<Buffer | undefined>
  /** Sets how long the first word may take from now; Infinity once it was said. */
  awaitWord(ms: number): void
  /** Words have come: so many frames of them, of so many bytes. From the first word on they must not trickle. */
  noteWords(frames: number, bytes: number): void
  /** Gives up: the connection is closed, unless all has come, and whoever waits is told why. Safe to call twice. */
  abort(why?: Failure): void
}

/** Who hears that a request was given a connection; nobody does where none is needed. */
export interface Watcher {
  connected(): void
}

/** What carries requests: the network, or the gateway itself. */
export interface Transport {
  /** Resolves when headers have come. `onCancel` hands out the way to give up before that. Throws `Failure`. */
  post(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void, watcher?: Watcher): Promise<Exchange>
}
