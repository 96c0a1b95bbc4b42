/** A surface, as data: an API that the gateway serves. It is the mirror of a provider. */

import type { JsonObject } from '../base/json.ts'
import type { WireName } from '../canonical/chat.ts'
import type { SurfaceWire } from '../wires/wire.ts'

export interface Surface {
  /** Called as its wire, on every path it is served on. */
  readonly name: WireName
  /** What is asked for: an answer, or only a count of the request's tokens. */
  readonly operation: 'chat' | 'count_tokens'
  /** All that it is served on; a `*` stands for the model where the path names it. */
  readonly paths: readonly string[]
  /** What the path itself asks for, where it names the model: the body says neither. */
  readonly asks?: 'whole' | 'stream'
  readonly wire: SurfaceWire
  /** What must be in the body of this operation, beyond what every body of its wire keeps to. Throws `Failure`. */
  readonly check?: (body: JsonObject) => void
}
