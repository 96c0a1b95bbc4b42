/** Reading and writing what the corpus holds, for the tests of all wires. */

import type { JsonObject } from '../src/base/json.ts'
import { sse } from '../src/base/sse.ts'
import type { ChatEvent, WireName } from '../src/canonical/chat.ts'
import { wires } from '../src/wires/index.ts'
import type { StreamOptions, Wire } from '../src/wires/wire.ts'
import { fixtures, recordedAnswers, type Named } from './corpus.ts'

/** Reads a stream whose bytes come in pieces of the sizes that `cut` gives. */
export function readStream(wire: Wire, stream: string, cut: (length: number) => readonly number[] = (length) => [length]): ChatEvent[] {
  const bytes = Buffer.from(stream, wire.encoding)
  const cutter = (wire.framing ?? sse).cutter(1 << 20)
  const reader = wire.eventReader()
  const events: ChatEvent[] = []
  let at = 0
  for (const size of cut(bytes.length)) {
    for (const message of cutter.push(bytes.subarray(at, at + size))) events.push(...reader.read(message))
    at += size
  }
  for (const message of cutter.end()) events.push(...reader.read(message))
  return [...events, ...reader.end()]
}

export function writeStream(wire: Wire, events: readonly ChatEvent[], options: StreamOptions): string {
  const writer = wire.eventWriter(options)
  return events.map((event) => writer.write(event)).join('') + writer.end()
}

/** All that a wire is known to have answered, whole and streamed. */
export function answersOf(name: WireName): { readonly wholes: readonly Named<JsonObject>[]; readonly streams: readonly Named<string>[] } {
  const { answers } = fixtures[name]
  return {
    wholes: [
      ...answers.map(({ whole: said }, place) => ({ title: `answer ${place}`, said })),
      ...recordedAnswers(name, '.json').map(({ title, said }) => ({ title, said: JSON.parse(said) as JsonObject })),
    ],
    streams: [...answers.map(({ stream: said }, place) => ({ title: `answer ${place}`, said })), ...recordedAnswers(name, '.txt')],
  }
}

/** How the answer is wanted by a client that speaks the wire. */
export function optionsOf(name: WireName): StreamOptions {
  const { asked, requests } = fixtures[name]
  return { now: 1700000001, asked: wires[name]!.readRequest(asked ?? requests[0]!) }
}
