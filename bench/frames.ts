/** What one frame costs inside the gateway: read on one wire and written on another, with no socket and no other work. `node bench/frames.ts` prints the table. */

import { pathToFileURL } from 'node:url'
import type { WireName } from '../src/canonical/chat.ts'
import { sse } from '../src/base/sse.ts'
import { wireOf } from '../src/wires/index.ts'
import { repeated, type Repeated } from './statistics.ts'
import { table } from './table.ts'
import { framesOf, surfaceNames, wireNames } from './wires.ts'

export interface FrameCost {
  readonly surface: WireName
  readonly wire: WireName
  /** Microseconds. */
  readonly microseconds: Repeated
}

const words = Array.from({ length: 2000 }, (_, at) => `word-${at} `)
const repetitions = 7
const bound = 1 << 20

/** One stream through both wires; what it wrote is counted, so that nothing is left out as useless. */
function translate(frames: readonly Buffer[], from: WireName, to: WireName): number {
  const [source, target] = [wireOf(from), wireOf(to)]
  const cutter = (source.framing ?? sse).cutter(bound)
  const reader = source.eventReader()
  const asked = { model: 'm', turns: [], tools: [], stream: true, rest: { wire: to, fields: {} } }
  const writer = target.eventWriter({ now: 1_700_000_000, asked })
  let length = 0
  for (const frame of frames) for (const message of cutter.push(frame)) for (const event of reader.read(message)) length += writer.write(event).length
  return length + writer.end().length
}

/** The same for a stream whose bytes go on as they are. */
function passOn(frames: readonly Buffer[], name: WireName): number {
  const wire = wireOf(name)
  const cutter = (wire.framing ?? sse).cutter(bound)
  const reader = wire.eventReader()
  let length = 0
  for (const frame of frames) {
    for (const message of cutter.push(frame)) {
      if (!reader.isPlainDelta(message)) reader.read(message)
      length += message.bytes.length
    }
  }
  return length
}

/** All pairs take turns, repetition after repetition. */
export function measureFrames(): FrameCost[] {
  const pairs = surfaceNames.flatMap((surface) => wireNames.map((wire) => ({ surface, wire, frames: framesOf(wire, words), times: [] as number[] })))
  for (let turn = -2; turn < repetitions; turn += 1) {
    for (const { surface, wire, frames, times } of pairs) {
      const began = performance.now()
      const length = surface === wire ? passOn(frames, wire) : translate(frames, wire, surface)
      if (length === 0) throw new Error(`${wire} said nothing to ${surface}`)
      // The first turns warm up.
      if (turn >= 0) times.push(((performance.now() - began) * 1000) / words.length)
    }
  }
  return pairs.map(({ surface, wire, times }) => ({ surface, wire, microseconds: repeated(times) }))
}

export function frameTable(costs: readonly FrameCost[]): string {
  const cell = (surface: WireName, wire: WireName): string =>
    costs.find((cost) => cost.surface === surface && cost.wire === wire)!.microseconds.median.toFixed(2)
  return table(
    ['µs a frame, client ↓ provider →', ...wireNames],
    surfaceNames.map((surface) => [surface, ...wireNames.map((wire) => (surface === wire ? `${cell(surface, wire)} passed on` : cell(surface, wire)))]),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(frameTable(measureFrames()))
