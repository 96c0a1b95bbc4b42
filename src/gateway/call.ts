/** One client request in flight: the body as the client sent it, and what it means. */

import type { ChatRequest } from '../canonical/chat.ts'
import type { Surface } from '../surfaces/surface.ts'
import type { Body } from './body.ts'
import type { Client } from './client.ts'
import type { Extensions } from './extensions.ts'
import type { Caller, Snapshot } from './snapshot.ts'

export class Call {
  readonly surface: Surface
  readonly client: Client
  readonly caller: Caller
  readonly snapshot: Snapshot
  readonly extensions: Extensions
  readonly body: Body
  readonly model: string
  readonly streams: boolean
  readonly route: string | undefined
  readonly provider: string | undefined
  readonly fallbacks: readonly string[]
  #meaning: ChatRequest | undefined

  constructor(parts: { surface: Surface; client: Client; caller: Caller; snapshot: Snapshot; extensions: Extensions; body: Body }) {
    this.surface = parts.surface
    this.client = parts.client
    this.caller = parts.caller
    this.snapshot = parts.snapshot
    this.extensions = parts.extensions
    this.body = parts.body
    this.route = parts.extensions.route
    this.provider = parts.extensions.provider
    this.fallbacks = parts.extensions.fallbacks
    this.model = String(parts.body.object.model)
    this.streams = parts.body.object.stream === true
  }

  /** Read when first asked for: a call that is passed on as it came is never read. */
  get request(): ChatRequest {
    return (this.#meaning ??= this.surface.wire.readRequest(this.body.object))
  }
}
