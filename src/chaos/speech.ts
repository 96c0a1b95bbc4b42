/** What the simulated model says, on any wire: the wires' own client halves write it, and their upstream halves tell which frame says what. */

import { encodeMessage } from '../base/eventstream.ts'
import { sse } from '../base/sse.ts'
import type { ChatEvent, ChatRequest, ChatResponse, Usage } from '../canonical/chat.ts'
import { Failure, type Reason } from '../canonical/failure.ts'
import { unfold } from '../canonical/fold.ts'
import type { Wire } from '../wires/wire.ts'

/** What every whole answer says. */
export const words: readonly string[] = ['One', ' two', ' three', ' four', ' five', ' six', ' seven', ' eight']
export const text = words.join('')

/** Stands in all that is no part of an answer (errors, garbage, headers): wherever a client sees it, something leaked. */
export const canary = 'CHAOS-CANARY-5d41402abc4b'

const usage: Usage = { input: 11, output: 8 }

/** `opening` comes before the first word, `closing` between the last word and the frame that says `finish`, `end` after it. */
export type Role = 'opening' | 'word' | 'closing' | 'finish' | 'end'

export interface Frame {
  readonly role: Role
  readonly bytes: Buffer
}

/** One answer on one wire. */
export interface Speech {
  /** The media types of a whole and of a streamed answer. */
  readonly types: { readonly whole: string; readonly stream: string }
  /** Cut into its messages, each of which is one frame. */
  frames(told?: Usage): readonly Frame[]
  whole(told?: Usage, said?: string): string
  /** An error as the wire words it; the canary stands in its message, behind `says`. */
  error(reason: Reason, says?: string): string
  errorFrame(reason: Reason): Buffer
  /** A frame as it should be, around JSON that is none. */
  readonly nonsense: Buffer
}

/** The most bytes of one frame: what is said is short. */
const longest = 65_536

export function speechOf(wire: Wire, asked: ChatRequest, now: number): Speech {
  const options = { now: Math.floor(now / 1000), asked }
  const framing = wire.framing ?? sse
  const bytesOf = (said: string): Buffer => Buffer.from(said, wire.encoding ?? 'utf8')
  const failure = (reason: Reason, says = ''): Failure => new Failure(reason, `${says} ${canary}`.trim())
  return {
    types: { whole: 'application/json', stream: framing.type },
    frames: (told = usage) => {
      const writer = wire.eventWriter(options)
      const said = eventsOf(responseOf(asked.model, text, told)).map((event) => writer.write(event))
      return cut(wire, bytesOf(said.join('') + writer.end()))
    },
    whole: (told = usage, said = text) => JSON.stringify(wire.writeResponse(responseOf(asked.model, said, told), options)),
    error: (reason, says) => JSON.stringify(wire.writeError(failure(reason, says), requestId)),
    errorFrame: (reason) => bytesOf(wire.writeErrorFrame(failure(reason), requestId)),
    nonsense: nonsenseOf(wire),
  }
}

const requestId = 'req_chaos'

function responseOf(model: string, said: string, told: Usage): ChatResponse {
  return { id: 'chaos-1', model, choices: [{ blocks: [{ type: 'text', text: said }], finish: 'stop' }], usage: told }
}

/** The text comes word by word. */
function eventsOf(response: ChatResponse): readonly ChatEvent[] {
  return unfold(response).flatMap<ChatEvent>((event) => (event.type === 'delta' ? words.map((word) => ({ ...event, text: word })) : [event]))
}

function cut(wire: Wire, bytes: Buffer): readonly Frame[] {
  const reader = wire.eventReader()
  let role: Role = 'opening'
  return (wire.framing ?? sse)
    .cutter(longest)
    .push(bytes)
    .map((message) => {
      role = roleOf(reader.read(message), role)
      return { role, bytes: message.bytes }
    })
}

function roleOf(events: readonly ChatEvent[], before: Role): Role {
  if (events.some(({ type }) => type === 'finish')) return 'finish'
  if (events.some((event) => event.type === 'delta' && event.text !== '')) return 'word'
  if (before === 'word') return 'closing'
  return before === 'finish' ? 'end' : before
}

/** Half of a JSON object: on server-sent events a line of data; in binary frames the payload of a message whose sums hold. */
function nonsenseOf(wire: Wire): Buffer {
  const half = `{"broken":"${canary}"`
  return wire.framing === undefined ? Buffer.from(`data: ${half}\n\n`) : encodeMessage({ ':message-type': 'event', ':event-type': wordEvent }, half)
}

/** The event of AWS's streams that tells words. */
const wordEvent = 'contentBlockDelta'
