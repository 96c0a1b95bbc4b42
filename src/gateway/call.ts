/** One client request in flight: the body as the client sent it, and what it means. */

import type { FormName } from '../canonical/forms.ts'
import { Failure } from '../canonical/failure.ts'
import type { MediaForm } from '../canonical/media.ts'
import type { ChatSurface, FormSurface, MediaSurface, Surface } from '../surfaces/surface.ts'
import type { EventWriter } from '../wires/wire.ts'
import type { ScanTerms } from '../policy/answer-scan.ts'
import type { Placeholders } from '../policy/redact.ts'
import type { Lease } from '../routing/lease.ts'
import type { RoutingTable } from '../routing/resolve.ts'
import type { Body } from './body.ts'
import type { Charge } from './charge.ts'
import type { Client } from './client.ts'
import { vendorPart, type Extensions } from './extensions.ts'
import type { Scribe } from './scribe.ts'
import type { Caller, Snapshot } from './snapshot.ts'
import type { Upload } from './upload.ts'

/** A medium as requests hold it: base64, and the type that its server said. */
export interface Brought {
  readonly mime: string
  readonly data: string
}

/** Of a chat, where nothing else is said. */
export class Call<S extends Surface = ChatSurface> {
  readonly surface: S
  readonly client: Client
  readonly caller: Caller
  readonly snapshot: Snapshot
  readonly extensions: Extensions
  readonly body: Body
  /** What the client sends as a form with files, in the place of a body. */
  readonly upload: Upload | undefined
  /** The answer goes out in events that the provider wrote: only another event can end it badly. */
  isInEvents = false
  readonly model: string
  readonly streams: boolean
  /** A stream as one JSON array, which Google's API gives to whoever does not ask for events. */
  readonly wantsArray: boolean
  /** Who writes the stream's answer, once it is being written: it knows what was said. */
  writer: EventWriter | undefined
  /** Who writes down what the client is told, where it may refer to it later. */
  scribe: Scribe | undefined
  /** The answer is kept here, so that the client may ask for it again. */
  isKept = false
  /** By URL: the media that a target wanted as bytes. Bounded by what is fetched for one call. */
  brought: Map<string, Brought> | undefined
  /** What it holds of limits and budgets, where some are about it. */
  charge: Charge | undefined
  /** The review on whose approval it runs. */
  review: string | undefined
  /** What the answer is held to. */
  scan: ScanTerms | undefined
  /** What was taken out of the request, and is put back into the answer. */
  placeholders: Placeholders | undefined
  /** The hold on the target that answers; it ends with the call. */
  lease: Lease | undefined
  readonly route: string | undefined
  readonly provider: string | undefined
  readonly fallbacks: readonly string[]
  /** As the client said where it goes. A rule may send it elsewhere: that was not its wish. */
  named: string
  #meaning: MeaningOf<S> | undefined

  constructor(parts: { surface: S; client: Client; caller: Caller; snapshot: Snapshot; extensions: Extensions; body: Body; upload?: Upload }) {
    this.surface = parts.surface
    this.client = parts.client
    this.caller = parts.caller
    this.snapshot = parts.snapshot
    this.extensions = parts.extensions
    this.body = parts.body
    this.upload = parts.upload
    this.route = parts.extensions.route
    this.provider = parts.extensions.provider
    this.fallbacks = parts.extensions.fallbacks
    const { asks } = parts.surface
    this.model = asks === undefined ? String(parts.body.object.model ?? defaultOf(parts.surface)) : nameIn(parts.client.named)
    this.named = this.route ?? this.model
    const { stream } = parts.body.object
    // The fields of a form are texts.
    this.streams = asks === undefined ? stream === true || (parts.upload !== undefined && stream === 'true') : asks === 'stream'
    this.wantsArray = asks === 'stream' && new URLSearchParams(parts.client.query).get('alt') !== 'sse'
  }

  /** The same call with another body, or on another way. */
  with(changed: Partial<Pick<Call<S>, 'body' | 'extensions'>>): Call<S> {
    const { surface, client, caller, snapshot, extensions, body, upload } = this
    const next = new Call<S>({ surface, client, caller, snapshot, extensions, body, ...(upload && { upload }), ...changed })
    next.charge = this.charge
    next.review = this.review
    next.named = this.named
    return next
  }

  /** The table that its names lead by: its caller's own, or everybody's. */
  get routing(): RoutingTable {
    return this.caller.routing ?? this.snapshot.routing
  }

  /** Read when first asked for: a call that is passed on as it came is never read. */
  get request(): MeaningOf<S> {
    return (this.#meaning ??= this.#read())
  }

  #read(): MeaningOf<S> {
    const { surface, body, model, streams } = this
    const meaning = surface.wire.readRequest(vendorPart(body.object)) as MeaningOf<S>
    return surface.asks === undefined ? meaning : { ...meaning, model, stream: streams }
  }
}

type MeaningOf<S extends Surface> = ReturnType<S['wire']['readRequest']>

export type FormCall<F extends FormName = FormName> = Call<FormSurface<F>>
export type MediaCall<F extends MediaForm = MediaForm> = Call<MediaSurface<F>>
export type AnyCall = Call | FormCall | MediaCall

export const isChat = (call: AnyCall): call is Call => !asksForm(call) && !asksMedia(call)

function defaultOf(surface: Surface): string | undefined {
  return 'model' in surface ? surface.model : undefined
}

export function asksForm(call: AnyCall): call is FormCall {
  return 'form' in call.surface.wire
}

export function asksMedia(call: AnyCall): call is MediaCall {
  return 'media' in call.surface.wire
}

/** The model's name in a path, which may be encoded as URLs are. */
function nameIn(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new Failure('bad_request', 'The model’s name in the path is not encoded as URLs are.', { cause })
  }
}
