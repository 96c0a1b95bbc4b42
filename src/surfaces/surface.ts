/** A surface, as data: an API that the gateway serves. It is the mirror of a provider. */

import type { JsonObject } from '../base/json.ts'
import type { WireName } from '../canonical/chat.ts'
import type { DialectName, FormName } from '../canonical/forms.ts'
import type { MediaDialectName, MediaForm } from '../canonical/media.ts'
import type { SurfaceDialect } from '../wires/forms/dialect.ts'
import type { SurfaceMedia } from '../wires/media/dialect.ts'
import type { SurfaceWire, Wire } from '../wires/wire.ts'
import type { Recall } from './recall.ts'

interface Served {
  /** All that it is served on; a `*` stands for the model where the path names it. */
  readonly paths: readonly string[]
  /** What the path itself asks for, where it names the model: the body says neither. */
  readonly asks?: 'whole' | 'stream'
  /** What must be in the body of this operation, beyond what every body of its wire keeps to. Throws `Failure`. */
  readonly check?: (body: JsonObject) => void
}

export interface ChatSurface extends Served {
  /** Called as its wire, on every path it is served on. */
  readonly name: WireName
  /** What is asked for: an answer, or only a count of the request's tokens. Receipts tell it. */
  readonly operation: 'chat' | 'text_completion' | 'count_tokens'
  readonly wire: SurfaceWire
  /** How its clients go on from an answer by its id, where they can. */
  readonly recall?: Recall
}

/** Calls about an answer that was given. */
export interface KeptSurface {
  readonly question: 'retrieve' | 'delete' | 'cancel' | 'input_items'
  readonly method: 'GET' | 'DELETE' | 'POST'
  /** `:id` stands for the answer's. */
  readonly paths: readonly string[]
  readonly wire: Wire
}

/** One of a small form. */
export interface FormSurface<F extends FormName = FormName> extends Served {
  /** Called as its dialect. */
  readonly name: DialectName
  readonly operation: F
  readonly wire: SurfaceDialect<F>
  /** The model that is meant where the client names none, on APIs that allow it. */
  readonly model?: string
}

/** One whose request or answer is sound or a picture. */
export interface MediaSurface<F extends MediaForm = MediaForm> extends Served {
  /** Called as its dialect. */
  readonly name: MediaDialectName
  readonly operation: F
  readonly wire: SurfaceMedia<F>
  /** The request is a form with files, and no JSON. */
  readonly takesForm?: true
  /** The model that is meant where the client names none. */
  readonly model?: string
}

export type Surface = ChatSurface | FormSurface | MediaSurface
