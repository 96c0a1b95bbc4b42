/** Reads what a gateway answered, in the grammar of the client's API: what was said, whether that claims to be the end, and whether an error was told. */

import type { Message } from '../base/framing.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { sse } from '../base/sse.ts'
import type { ChatEvent, FinishReason } from '../canonical/chat.ts'
import type { EventReader, Wire } from '../wires/wire.ts'

export interface Reading {
  readonly said: string
  /** Something claims that the answer is whole: a status of success with an answer, a finish, or the wire's end marker. */
  readonly claimsEnd: boolean
  /** All that ends an answer of the wire is there. */
  readonly isFinished: boolean
  /** An error in the envelope of the API. */
  readonly tellsError: boolean
  /** Something in it is not of the API's grammar. */
  readonly isBroken: boolean
}

type Noted = { -readonly [field in keyof Reading]: Reading[field] }

const nothing: Reading = { said: '', claimsEnd: false, isFinished: false, tellsError: false, isBroken: false }

/** Bytes that an answer was not whole in show that it was: U+FFFD stands for them. */
const clean = (text: string): string => text.replaceAll('\uFFFD', '')

/** The most bytes of one event. */
const longest = 2 ** 20

export function readWhole(wire: Wire, status: number, bytes: Buffer): Reading {
  const body = parse(bytes.toString('utf8'))
  if (body === undefined) return { ...nothing, isBroken: true }
  if (status !== 200) return { ...nothing, tellsError: isEnvelope(body), isBroken: !isEnvelope(body) }
  try {
    const [choice] = wire.readResponse(body).choices
    const said = clean((choice?.blocks ?? []).map((block) => (block.type === 'text' ? block.text : '')).join(''))
    return { ...nothing, said, claimsEnd: true, isFinished: isEnd(choice?.finish) }
  } catch {
    return { ...nothing, claimsEnd: true, isBroken: true }
  }
}

/** A finish for a reason that has no name (an error, say) claims nothing. */
const isEnd = (reason: FinishReason | undefined): boolean => reason !== undefined && reason !== 'other'

export function readStream(wire: Wire, bytes: Buffer): Reading {
  const noted: Noted = { ...nothing }
  const reader = wire.eventReader()
  let hasFinish = false
  for (const message of messagesOf(bytes)) {
    if (message.data === '') continue
    for (const event of eventsOf(reader, message, noted)) {
      if (event.type === 'delta') noted.said += event.text
      if (event.type === 'finish') hasFinish ||= isEnd(event.reason)
    }
  }
  const hasMarker = wire.terminator !== '' && reader.isTerminated
  noted.said = clean(noted.said)
  return { ...noted, claimsEnd: hasFinish || hasMarker, isFinished: hasFinish && (hasMarker || wire.terminator === '') }
}

function messagesOf(bytes: Buffer) {
  const cutter = sse.cutter(longest)
  return [...cutter.push(bytes), ...cutter.end()]
}

function eventsOf(reader: EventReader, message: Message, noted: Noted): readonly ChatEvent[] {
  try {
    return reader.read(message)
  } catch {
    if (parse(message.data) === undefined) noted.isBroken = true
    else noted.tellsError = true
    return []
  }
}

/** `{error: {message}}` with a word that a program can read beside it, as every API but one has it, and `{message}` on that. */
function isEnvelope({ error, message }: JsonObject): boolean {
  if (!isObject(error)) return typeof message === 'string'
  const words = [error.type, error.code, error.status]
  return typeof error.message === 'string' && words.some((word) => typeof word === 'string' || typeof word === 'number')
}

function parse(text: string): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}
