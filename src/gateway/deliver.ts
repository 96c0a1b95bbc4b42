/** Gives an answer to the client, to its last byte. */

import type { ChatEvent, ChatResponse } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import { Folder, unfold } from '../canonical/fold.ts'
import { now } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import { mostCost } from '../receipts/estimate.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { EventWriter, StreamOptions } from '../wires/wire.ts'
import type { Answer, Frame, StreamAnswer, WholeAnswer } from './answer.ts'
import type { AnyCall, Call } from './call.ts'
import { answerHeaders, dollars, streamHeaders } from './headers.ts'
import { mustBeThere } from './leaving.ts'
import type { Patience } from './patience.ts'

export const costHeader = 'x-omega-cost-usd'

/** A whole answer for who wants one is given at once. */
export function deliver(answer: Answer, call: Call, receipt: Receipt, patience: Patience | undefined): Promise<void> | void {
  if (answer.kind === 'stream') return giveStream(answer, call, receipt, patience)
  if (!call.streams) return deliverWhole(answer, call, receipt)
  beginStream(call, receipt)
  streamWhole(answer.response ?? answer.outgoing.wire.readResponse(answer.body), call, receipt)
}

async function giveStream(answer: StreamAnswer, call: Call, receipt: Receipt, patience: Patience | undefined): Promise<void> {
  try {
    if (call.streams) return await deliverStream(answer, call, receipt, patience)
    writeWhole(call.surface.wire.writeResponse(named(await foldAll(answer, call.snapshot.limits.answer), call, receipt), options(call)), call, receipt)
  } catch (error) {
    // Nobody reads on: the provider need not go on.
    answer.abort()
    throw error
  }
}

/** Tells a whole answer as a stream that has begun. */
export function streamWhole(response: ChatResponse, call: Call, receipt: Receipt): void {
  const writer = openWriter(call)
  const events = unfold(response)
  receipt.record.frames = events.length
  endStream(written(events, writer, call, receipt) + writer.end(), call, receipt)
}

/** The client is told the rest of a stream. */
function endStream(piece: string, { client, scribe }: Call, receipt: Receipt): void {
  scribe?.take(piece)
  mustBeThere(client)
  client.end(piece, costTrailer(receipt))
}

/** Begins a stream's answer; it may have begun already, to keep the client company. */
export function beginStream(call: Call, receipt: Receipt): void {
  if (call.client.hasBegun) return
  const headers = streamHeaders(receipt, call.wantsArray)
  const estimate = mostCost(receipt)
  if (estimate !== null) headers.push(costHeader, dollars(estimate))
  receipt.record.status = 200
  receipt.beginStream()
  call.client.begin(200, headers, costHeader)
}

async function deliverStream(answer: StreamAnswer, call: Call, receipt: Receipt, patience: Patience | undefined): Promise<void> {
  beginStream(call, receipt)
  const { client, surface, scribe } = call
  const { passesOn, hidesUsage } = answer.outgoing
  const writer = passesOn ? undefined : openWriter(call)
  let frames = 0
  let hasTerminator = false
  for (let batch = await answer.next(); batch !== undefined; batch = await answer.next()) {
    const piece =
      writer === undefined ? passed(batch, hidesUsage, answer.hasFinished) : batch.map(({ events }) => written(events, writer, call, receipt)).join('')
    hasTerminator ||= batch.some(({ isTerminator }) => isTerminator && answer.hasFinished)
    frames += batch.length
    receipt.record.frames = frames
    if (piece.length === 0) continue
    patience?.note()
    scribe?.take(piece)
    if (!client.write(piece)) await client.drained()
  }
  endStream(writer?.end() ?? (hasTerminator ? '' : surface.wire.terminator), call, receipt)
}

/** The frames' own bytes. A terminator is held back from a stream that has not finished: nothing may make a cut look whole. */
function passed(batch: readonly Frame[], hidesUsage: boolean, hasFinished: boolean): Buffer {
  const pieces: Buffer[] = []
  for (const frame of batch) {
    if (frame.isTerminator && !hasFinished) continue
    if (hidesUsage && !frame.isPlain && tellsOnlyUsage(frame.events)) continue
    pieces.push(hidesUsage ? withoutNoUsage(frame.bytes) : frame.bytes)
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}

/** A provider that is asked for usage says in every other frame that there is none, which a client that did not ask may take for a fault. */
function withoutNoUsage(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(noUsage)
  return at === -1 ? bytes : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + noUsage.length)])
}

/** Inside a text its quotes would be escaped. */
const noUsage = ',"usage":null'

function tellsOnlyUsage(events: readonly ChatEvent[]): boolean {
  return events.length > 0 && events.every(({ type }) => type === 'usage')
}

function written(events: readonly ChatEvent[], writer: EventWriter, call: Call, receipt: Receipt): string {
  let text = ''
  for (const event of events) text += writer.write(event.type === 'start' ? named(event, call, receipt) : event)
  return text
}

/**
 * Not every wire tells an id and the model, and clients want both: then they are ours, and the model that was asked. An answer that is
 * referred to by its id has one of ours too, unless its provider knows it by its own: servers take theirs from a few hundred
 * (https://github.com/ollama/ollama/blob/main/middleware/openai.go), and one answer would be taken for another.
 */
function named<Said extends { readonly id: string; readonly model: string }>(said: Said, call: Call, { record }: Receipt): Said {
  const isReferredTo = call.scribe !== undefined && record.wire !== call.surface.name
  if (said.id !== '' && said.model !== '' && !isReferredTo) return said
  return { ...said, id: isReferredTo ? record.id : said.id || record.id, model: said.model || (record.resolved_model ?? '') }
}

function deliverWhole(answer: WholeAnswer, call: Call, receipt: Receipt): void {
  if (!answer.outgoing.passesOn && answer.response)
    return writeWhole(call.surface.wire.writeResponse(named(answer.response, call, receipt), options(call)), call, receipt)
  if (!call.extensions.showsAttempts) return endWhole(answer.bytes, call, receipt)
  writeWhole(answer.body, call, receipt)
}

export function writeWhole(body: JsonObject, call: AnyCall, receipt: Receipt): void {
  const shown = call.extensions.showsAttempts ? { ...body, extra: { routing: { attempts: receipt.attempts.map((attempt) => ({ ...attempt })) } } } : body
  endWhole(JSON.stringify(shown), call, receipt)
}

export function endWhole(body: Buffer | string, { client, scribe }: AnyCall, receipt: Receipt): void {
  const headers = answerHeaders(receipt, 'application/json; charset=utf-8')
  const cost = receipt.currentCost()
  if (cost !== null) headers.push(costHeader, dollars(cost))
  headers.push('content-length', String(Buffer.byteLength(body)))
  scribe?.take(body)
  mustBeThere(client)
  receipt.record.status = 200
  client.begin(200, headers)
  client.end(body)
}

async function foldAll(answer: StreamAnswer, limit: number) {
  const folder = new Folder()
  let length = 0
  for (let batch = await answer.next(); batch !== undefined; batch = await answer.next()) {
    for (const { bytes, events } of batch) {
      length += bytes.length
      folder.push(events)
    }
    if (length <= limit) continue
    answer.abort()
    throw new Failure('upstream_invalid_response', 'The provider’s answer is too long.')
  }
  return folder.result()
}

function costTrailer(receipt: Receipt): Readonly<Record<string, string>> | undefined {
  const cost = receipt.currentCost()
  return cost === null ? undefined : { [costHeader]: dollars(cost) }
}

/** It stays with the call: only it can end what it began, however that ends. */
export function openWriter(call: Call): EventWriter {
  return (call.writer ??= call.surface.wire.eventWriter(options(call)))
}

function options(call: Call): StreamOptions {
  return { now: Math.floor(now() / 1000), asked: call.request, inArray: call.wantsArray, isKept: call.isKept }
}
