/** The client of one call, free of any server's types: `server/` makes it of a request and a response. */

import type { ByteSource } from '../base/source.ts'
import type { Failure } from '../canonical/failure.ts'
import type { Turns } from './memory.ts'

export type Headers = Readonly<Record<string, string | undefined>>

export interface Client {
  /** Lower-case names; each at most once, which `server/` has seen to. */
  readonly headers: Headers
  readonly method: string
  /** As it stands in the table of routes, without a query. */
  readonly path: string
  /** What stands in the path where the table has a `*`, as it was sent: a model's name. Empty where it has none. */
  readonly named: string
  /** Behind the `?`, as it was sent. */
  readonly query: string
  /** Where it comes from, as far as the network or a trusted proxy says it; empty where neither does any more. */
  readonly address: string
  /** What this client was told on its connection, where that outlives a call. */
  readonly turns?: Turns
  /** Bytes of the answer's body that were said. */
  readonly bytesSent: number
  /** Whether the answer's status and headers were said. */
  readonly hasBegun: boolean
  /** Whether the client has hung up. */
  readonly isGone: boolean
  /** Why the gateway itself ends this call, where it does. */
  readonly interruption: Failure | undefined
  /** Called when the client hangs up before the answer's end, or the call is interrupted; at once if that has been. The last listener counts. */
  onGone(listener: () => void): void
  /** Reads the body. Throws `Failure` when it is longer than `limit`, comes too slowly, or not whole. */
  read(limit: number): Promise<Buffer>
  /** The body piece by piece, in the place of `read`: nothing comes before it is asked for. Throws as `read` does, and so does `next`. */
  stream(limit: number): ByteSource
  /** Sends status and headers, names and values in turn. `trailers` names headers that follow the body. */
  begin(status: number, headers: readonly string[], trailers?: string): void
  /** Sends a piece. False where the client reads slower than we write: then wait for `drained`. */
  write(piece: Buffer | string): boolean
  /** Resolves when the client has caught up or hung up. */
  drained(): Promise<void>
  end(piece?: Buffer | string, trailers?: Readonly<Record<string, string>>): void
  /** Breaks the connection off, so that a half answer cannot look whole. */
  destroy(): void
}
