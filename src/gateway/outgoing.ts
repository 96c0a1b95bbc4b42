/** What goes to a target: the client's own bytes where both speak one wire and nothing had to change, else the call's meaning, written anew. */

import type { JsonObject } from '../base/json.ts'
import { replace, splice } from '../base/splice.ts'
import type { Member } from '../base/survey.ts'
import { traitsOf } from '../catalog/traits.ts'
import { catalogOf } from '../providers/provider.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Target } from '../routing/target.ts'
import type { UpstreamRequest } from '../upstream/exchange.ts'
import { offerAllowed } from '../wires/allowed-tools.ts'
import { answerInTool } from '../wires/json-tool.ts'
import { isWord, lostWords, unsayable, type Word } from '../wires/losses.ts'
import { applyQuirks, losesCacheMarks, quirksTouch, type Quirks } from '../wires/quirks.ts'
import { offerTextTools } from '../wires/text-tools.ts'
import { bendNames } from '../wires/tool-names.ts'
import type { Wire } from '../wires/wire.ts'
import { requestTo } from './address.ts'
import type { Call } from './call.ts'
import { guardsOf, type Undo } from './guard.ts'
import { extensionFields, vendorPart } from './extensions.ts'
import { withBytes } from './media.ts'
import { roadTo, type Road } from './road.ts'

export interface Outgoing {
  readonly wire: Wire
  readonly request: UpstreamRequest
  /** The answer's bytes may go to the client as they come. */
  readonly passesOn: boolean
  /** We asked for usage where the client did not: frames that tell nothing else are not for it. */
  readonly hidesUsage: boolean
  readonly undo: readonly Undo[]
}

/** Throws `Failure` where the target cannot be told what the client asked for. */
export function prepare(call: Call, target: Target, isStrict: boolean, receipt: Receipt): Outgoing {
  const road = roadTo(target, call)
  const { wire } = road
  const goesAsIs = road.mayPassOn && wire.mustRewrite?.(call.body.object) !== true
  const { body, passesOn, hidesUsage, undo } = (goesAsIs ? passOn : write)(call, target, { road, isStrict, receipt })
  receipt.record.wire = wire.name
  if (call.model !== target.model) receipt.prompt.did('model_renamed')
  if (hidesUsage) receipt.prompt.did('usage_asked')
  return { wire, request: requestTo(road.address, call, body), passesOn, hidesUsage, undo }
}

interface Terms {
  readonly road: Road
  readonly isStrict: boolean
  readonly receipt: Receipt
}

type Written = Omit<Outgoing, 'wire' | 'request'> & { readonly body: Buffer | string }

/** The same wire. */
function passOn(call: Call, target: Target, terms: Terms): Written {
  const { wire, quirks } = terms.road
  const { object } = call.body
  const usage = call.streams && quirks.noStreamOptions !== true ? wire.askForUsage(object) : undefined
  const undo = guardsOf(call, terms.receipt)
  const body = quirksTouch(object, quirks) ? bent(call, target, usage, terms) : carried(call, target, usage, terms)
  return { body, passesOn: !call.wantsArray && undo.length === 0, hidesUsage: usage !== undefined, undo }
}

/** What the provider strays by is applied to what the body says. */
function bent({ body: { object, members } }: Call, { model }: Target, usage: JsonObject | undefined, { road, isStrict, receipt }: Terms): string {
  const { wire, quirks } = road
  if (losesCacheMarks(object, quirks)) loseOrRefuse('cache_mark', isStrict, receipt)
  for (const field of quirks.drop ?? []) if (field in object) loseOrRefuse(isWord(field) ? field : 'unknown_field', isStrict, receipt)
  const said = applyQuirks({ ...vendorPart(object), ...usage, ...(wire.namesModelInPath ? {} : { model }) }, quirks)
  receipt.prompt.did('quirks')
  receipt.prompt.rewrite({ before: wire.outline(object, members).weights, after: wire.outline(said, members).weights })
  return JSON.stringify(said)
}

/** Members are replaced, added or left out where they stand, and every other byte stays. */
function carried({ body: { object, bytes, members } }: Call, target: Target, usage: JsonObject | undefined, { road, receipt }: Terms): Buffer {
  const { model } = road
  receipt.prompt.passOn()
  if (usage === undefined && !members.some(isOurs))
    return model === undefined || object.model === target.model ? bytes : replace(bytes, members.find(isModel)!, model)
  const set = new Map<string, string>()
  if (model !== undefined) set.set('model', model.toString())
  for (const field in usage) set.set(field, JSON.stringify(usage[field]))
  return splice(bytes, members, set, extensionFields)
}

const isOurs = ({ key }: Member): boolean => extensionFields.has(key)
const isModel = ({ key }: Member): boolean => key === 'model'

/** Another wire: what it cannot say is refused or dropped, each as the wire declares. */
function write(call: Call, target: Target, { road: { wire, quirks }, isStrict, receipt }: Terms): Written {
  const { prompt } = receipt
  const { fieldOf } = call.surface.wire
  const lose = (word: Word) => {
    loseOrRefuse(word, isStrict, receipt, fieldOf[word])
    if (word === 'strict_format') prompt.did('format_relaxed')
  }
  const brought = withBytes(call, wire)
  const request = offerAllowed(brought, wire.name)
  for (const word of lostWords(request, wire.cannotSay)) {
    if (wire.cannotSay[word] === 'refuse') throw unsayable(word, fieldOf[word])
    lose(word)
  }
  const traits = traitsOf(catalogOf(target.connection.provider) ?? target.connection.provider.id, target.model)
  const offered = offerTextTools(request, { hasNoTextTools: takesTextTools(target, quirks) ? undefined : wire.hasNoTextTools })
  const shaped = answerInTool(offered.request, traits, wire)
  const named = bendNames(shaped.request, quirks.callIdPattern ? { toolNamePattern: wire.toolNamePattern, callIdPattern: quirks.callIdPattern } : wire)
  const written = wire.writeRequest({ ...named.request, model: target.model }, traits, lose)
  const usage = call.streams && quirks.noStreamOptions !== true ? wire.askForUsage(written) : undefined
  const body = applyQuirks(usage ? { ...written, ...usage } : written, quirks)
  prompt.rewrite({ before: call.surface.wire.outline(call.body.object).weights, after: wire.outline(body).weights })
  prompt.did(wire.name === call.surface.name ? 'rewritten' : 'translated')
  if (quirksTouch(written, quirks)) prompt.did('quirks')
  if (brought !== call.request) prompt.did('media_fetched')
  if (request !== brought) prompt.did('tools_narrowed')
  if (offered.request !== request) prompt.did('text_tools')
  if (shaped.undo !== undefined) prompt.did('json_tool')
  if (named.request !== shaped.request) prompt.did('names_bent')
  const undo = [named.restore, shaped.undo, offered.undo, ...guardsOf(call, receipt)].filter((step) => step !== undefined)
  return {
    body: JSON.stringify(body),
    passesOn: wire.name === call.surface.name && undo.length === 0 && !call.wantsArray,
    hidesUsage: usage !== undefined,
    undo,
  }
}

/** What a server of the operator's own takes, nobody knows: a function every server takes. */
function takesTextTools({ connection }: Target, { textTools }: Quirks): boolean {
  return textTools === true && !connection.isCustom
}

export function loseOrRefuse(word: Word, isStrict: boolean, receipt: Receipt, field?: string): void {
  if (isStrict) throw unsayable(word, field)
  receipt.drop(word)
}
