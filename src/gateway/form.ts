/** What goes to a target that is asked to fill in a form: the client's own bytes where it speaks the same dialect, else the form's meaning, written anew. */

import type { JsonObject } from '../base/json.ts'
import { splice } from '../base/splice.ts'
import { cutRequest } from '../canonical/batches.ts'
import { Failure } from '../canonical/failure.ts'
import type { FormName, Forms } from '../canonical/forms.ts'
import type { FormPlace } from '../providers/provider.ts'
import { pickPlace, type Target } from '../routing/target.ts'
import type { UpstreamRequest } from '../upstream/exchange.ts'
import type { UpstreamDialect } from '../wires/forms/dialect.ts'
import { dialectOf } from '../wires/forms/index.ts'
import { isWord, unsayable } from '../wires/losses.ts'
import { applyQuirks, quirksTouch, type Quirks } from '../wires/quirks.ts'
import { address } from './address.ts'
import type { FormCall } from './call.ts'
import { extensionFields } from './extensions.ts'
import { loseOrRefuse } from './outgoing.ts'
import type { Terms } from './send.ts'

export interface Part<F extends FormName> {
  readonly request: UpstreamRequest
  /** What it asks, of the form's whole. */
  readonly asked: Forms[F]['request']
}

export interface PreparedForm<F extends FormName> {
  readonly dialect: UpstreamDialect<F>
  /** At least one; several where the provider takes fewer pieces at once. */
  readonly parts: readonly Part<F>[]
  /** The answer's bytes may go to the client as they come. */
  readonly passesOn: boolean
}

const noQuirks: Quirks = {}

/** That are made of one: as many as OpenAI takes texts, so that whoever fits its API fits a provider of one text a request. */
const mostRequests = 2048

/** Throws `Failure` where the target cannot be told what the client asked for. */
export function prepareForm<F extends FormName>(call: FormCall<F>, target: Target, terms: Terms): PreparedForm<F> {
  const { operation, name, wire } = call.surface
  const place = pickPlace(target, operation, name)!
  const dialect = dialectOf(place.dialect, operation)
  const asked = cutRequest(operation, call.request, place.most)
  if (asked.length > mostRequests)
    throw new Failure(
      'too_many_items',
      `The model’s provider takes ${place.most} at once, and more than ${mostRequests} requests would have to be made of this one.`,
    )
  const isSame = dialect.name === name && asked.length === 1
  const isBent = quirksTouch(call.body.object, place.quirks ?? noQuirks)
  const goesAsIs = isSame && !isBent && wire.mustRewrite?.(call.body.object, target.model) !== true
  const way = { path: place.path, accept: 'application/json', passedHeaders: [] }
  const { record, prompt } = terms.receipt
  record.wire = dialect.name
  if (goesAsIs) prompt.passOn()
  else prompt.rewrite()
  if (call.model !== target.model) prompt.did('model_renamed')
  if (asked.length > 1) prompt.did('split')
  if (isBent) prompt.did('quirks')
  if (!goesAsIs) prompt.did(dialect.name === name ? 'rewritten' : 'translated')
  return {
    dialect,
    passesOn: isSame,
    parts: asked.map((part) => {
      const body = goesAsIs ? carry(call, target, place) : write({ ...part, model: target.model }, dialect, place, terms)
      return { request: address(call, target, way, body), asked: part }
    }),
  }
}

const namesModel = ({ path }: FormPlace): boolean => path.includes('{model}')

/** The client's bytes: its name for the model becomes the target's, what was for us stays here, and every other byte stays. */
function carry<F extends FormName>({ body: { bytes, members } }: FormCall<F>, { model }: Target, place: FormPlace): Buffer {
  if (namesModel(place)) return splice(bytes, members, new Map(), new Set([...extensionFields, 'model']))
  return splice(bytes, members, new Map([['model', JSON.stringify(model)]]), extensionFields)
}

function write<F extends FormName>(request: Forms[F]['request'], dialect: UpstreamDialect<F>, place: FormPlace, { isStrict, receipt }: Terms): string {
  const { quirks = noQuirks } = place
  const { rest } = request
  if (rest.dialect !== dialect.name) {
    if (rest.shaping !== undefined) throw unsayable(rest.shaping)
    for (const _ in rest.fields) loseOrRefuse('unknown_field', isStrict, receipt)
  }
  const body: JsonObject = dialect.writeRequest(request, (word) => loseOrRefuse(word, isStrict, receipt))
  for (const field of quirks.drop ?? []) if (field in body) loseOrRefuse(isWord(field) ? field : 'unknown_field', isStrict, receipt)
  const { model: _, ...unnamed } = body
  return JSON.stringify(applyQuirks(namesModel(place) ? unnamed : body, quirks))
}
