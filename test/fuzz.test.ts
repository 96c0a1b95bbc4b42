/**
 * Every reader of every wire, fed with what no provider and no client should send: frames split, doubled, swapped, cut and bent, and bodies with parts of other
 * types. Nothing but a `Failure` may come of it, no cut may look finished, and what comes out of a reader may be written on every wire.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FramingFault, type Message } from '../src/base/framing.ts'
import { sse } from '../src/base/sse.ts'
import type { Json, JsonObject } from '../src/base/json.ts'
import type { ChatEvent, WireName } from '../src/canonical/chat.ts'
import { Failure } from '../src/canonical/failure.ts'
import { Folder } from '../src/canonical/fold.ts'
import { wires } from '../src/wires/index.ts'
import { lostWords } from '../src/wires/losses.ts'
import type { Wire } from '../src/wires/wire.ts'
import { fixtures, recordedAnswers, recordedRequests, wireNames } from './corpus.ts'

const bound = 1 << 20
const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 150) }

const encodingOf = (wire: Wire): BufferEncoding => wire.encoding ?? 'utf8'

function streamsOf(name: WireName): Buffer[] {
  const said: string[] = [...fixtures[name].answers.map(({ stream }) => stream), ...recordedAnswers(name, '.txt').map((recorded) => recorded.said)]
  return said.map((text) => Buffer.from(text, encodingOf(wires[name]!)))
}

/** What may go wrong is a `Failure` with a sentence of ours, or a fault of the framing; anything else is a crash. */
function allowed<Made>(make: () => Made): Made | undefined {
  try {
    return make()
  } catch (error) {
    assert.ok(error instanceof Failure || error instanceof FramingFault, error instanceof Error ? (error.stack ?? error.message) : String(error))
    assert.notEqual(error instanceof Failure && error.reason, 'internal_error')
    return undefined
  }
}

interface Heard {
  readonly events: readonly ChatEvent[]
  /** The stream was read to its end, with no failure. */
  readonly isWhole: boolean
}

/** Reads what the pieces hold; the events before a failure are kept, since a client may have heard them. */
function hear(wire: Wire, pieces: readonly Buffer[], bend: (messages: readonly Message[]) => readonly Message[] = (messages) => messages): Heard {
  const cutter = (wire.framing ?? sse).cutter(bound)
  const reader = wire.eventReader()
  const events: ChatEvent[] = []
  const end = {}
  const isWhole = allowed(() => {
    const messages = bend([...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()])
    for (const message of messages) {
      reader.isPlainDelta(message)
      events.push(...reader.read(message))
    }
    events.push(...reader.end())
    return end
  })
  return { events, isWhole: isWhole === end }
}

/** What every writer and folder relies on. */
function assertSound(events: readonly ChatEvent[]): void {
  const open = new Set<number>()
  const seen = new Set<number>()
  const finished = new Set<number>()
  let starts = 0
  for (const event of events) {
    if (event.type === 'start') starts += 1
    if (event.type === 'open') {
      assert.ok(!seen.has(event.index), `block ${event.index} opens twice`)
      seen.add(event.index)
      open.add(event.index)
    }
    if (event.type === 'delta') assert.ok(open.has(event.index), `block ${event.index} grows, and is not open`)
    if (event.type === 'close') assert.ok(open.delete(event.index), `block ${event.index} closes, and is not open`)
    if (event.type === 'finish') {
      assert.ok(!finished.has(event.choice), `choice ${event.choice} finishes twice`)
      finished.add(event.choice)
    }
  }
  assert.ok(starts <= 1, 'the answer starts twice')
}

function assertWritable(events: readonly ChatEvent[]): void {
  for (const name of wireNames) {
    const wire = wires[name]!
    const asked = wire.readRequest(fixtures[name].asked ?? fixtures[name].requests[0]!)
    allowed(() => {
      const writer = wire.eventWriter({ now: 1, asked })
      for (const event of events) writer.write(event)
      writer.fail?.(new Failure('upstream_truncated', 'cut'), 'req_1')
      writer.end()
    })
  }
  allowed(() => {
    const folder = new Folder()
    folder.push(events)
    folder.result()
  })
}

const finishesOf = (events: readonly ChatEvent[]): number => events.filter(({ type }) => type === 'finish').length

/** What JSON may hold, and what is hard on code that trusts it: names that every object has, and objects that cannot say what they are. */
const anyJson = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json[]>(
      'toString',
      'constructor',
      '__proto__',
      'hasOwnProperty',
      { toString: null },
      { toString: 1, valueOf: 1 },
      [null],
      Number.MAX_VALUE,
      -1,
      '',
    ),
  },
)

/** The value with one of its parts, anywhere, left out or made another: `path` chooses among the members, level by level. */
function bent(value: Json, path: readonly number[], made: Json | undefined): Json | undefined {
  const [first, ...rest] = path
  if (first === undefined || value === null || typeof value !== 'object') return made
  const keys = Object.keys(value)
  if (keys.length === 0) return made
  const key = keys[first % keys.length]!
  const inner = bent((value as JsonObject)[key]!, rest, made)
  if (Array.isArray(value)) return inner === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner)
  const { [key]: _, ...others } = value
  return inner === undefined ? others : { ...others, [key]: inner }
}

const bending = fc.record({ path: fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }), made: fc.option(anyJson, { nil: undefined }) })

for (const name of wireNames) {
  const wire = wires[name]!
  const streams = streamsOf(name)
  // A place in the list, so that a counterexample can be read.
  const anyStream = fc.nat(streams.length - 1)

  test(`[A38] ${name}: a stream that is cut anywhere says a beginning of what it would have said, and is not finished unless it was`, () => {
    for (const stream of streams) {
      const { events } = hear(wire, [stream])
      const places = stream.length < 4000 ? Array.from({ length: stream.length }, (_, at) => at) : fc.sample(fc.nat(stream.length - 1), 300)
      for (const place of places) {
        const cut = hear(wire, [stream.subarray(0, place)])
        const said = events.slice(0, cut.events.length)
        assert.ok(finishesOf(cut.events) <= finishesOf(said) || finishesOf(cut.events) <= finishesOf(events), `at ${place}`)
        assertSound(cut.events)
        if (cut.isWhole && finishesOf(cut.events) > 0)
          assert.ok(textOf(cut.events).length >= textOf(events).length, `cut at ${place}, it looks finished with less text`)
      }
    }
  })

  test(`[A37] ${name}: bytes that are bent, doubled, swapped or left out are a failure or an answer, and never a crash`, () => {
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), kind: fc.constantFrom('set', 'insert', 'remove') })
    fc.assert(
      fc.property(anyStream, fc.array(change, { minLength: 1, maxLength: 5 }), (stream, changes) => {
        let bytes = streams[stream]!
        for (const { at, byte, kind } of changes) {
          const place = Math.floor(at * bytes.length)
          const made = kind === 'remove' ? [] : [byte]
          bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(made), bytes.subarray(kind === 'insert' ? place : place + 1)])
        }
        const { events } = hear(wire, [bytes])
        assertSound(events)
        assertWritable(events)
      }),
      runs,
    )
  })

  test(`[A39] [A55] ${name}: messages that come twice, in another order or not at all are a failure or an answer, and never a crash`, () => {
    fc.assert(
      fc.property(
        anyStream,
        fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.constantFrom('swap', 'double', 'drop')), { minLength: 1, maxLength: 6 }),
        (stream, moves) => {
          const { events } = hear(wire, [streams[stream]!], (messages) => {
            const list = [...messages]
            for (const [from, to, move] of moves) {
              if (list.length === 0) break
              const [left, right] = [from % list.length, to % list.length]
              if (move === 'swap') [list[left], list[right]] = [list[right]!, list[left]!]
              else if (move === 'double') list.splice(right, 0, list[left]!)
              else list.splice(left, 1)
            }
            return list
          })
          assertSound(events)
          assertWritable(events)
        },
      ),
      runs,
    )
  })

  test(`[A54] ${name}: messages with a part of another type are a failure or an answer, and never a crash`, () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.tuple(fc.nat(60), bending), { minLength: 1, maxLength: 4 }), (stream, bends) => {
        const { events } = hear(wire, [streams[stream]!], (messages) => {
          const list = [...messages]
          for (const [place, { path, made }] of bends) {
            const at = place % list.length
            const { event, data, bytes } = list[at]!
            const parsed = allowed(() => JSON.parse(data.startsWith('{') ? data : '{}') as Json)
            list[at] = { event, bytes, data: JSON.stringify(bent(parsed ?? {}, path, made) ?? {}) }
          }
          return list
        })
        assertSound(events)
        assertWritable(events)
      }),
      runs,
    )
  })

  test(`[A40] [A54] ${name}: an answer with a part of another type is a failure or an answer, and its error is read or is none`, () => {
    const wholes = [...fixtures[name].answers.map(({ whole }) => whole), ...recordedAnswers(name, '.json').map(({ said }) => JSON.parse(said) as JsonObject)]
    fc.assert(
      fc.property(fc.constantFrom(...wholes), fc.array(bending, { minLength: 1, maxLength: 4 }), (whole, bends) => {
        const body = bends.reduce<Json>((value, { path, made }) => bent(value, path, made) ?? {}, whole)
        if (typeof body !== 'object' || body === null || Array.isArray(body)) return
        allowed(() => wire.glance(body))
        allowed(() => wire.readError(body))
        const response = allowed(() => wire.readResponse(body))
        if (response === undefined) return
        for (const other of wireNames) {
          const asked = wires[other]!.readRequest(fixtures[other].asked ?? fixtures[other].requests[0]!)
          allowed(() => wires[other]!.writeResponse(response, { now: 1, asked }))
        }
      }),
      runs,
    )
  })

  test(`[A04] [A05] ${name}: a request with a part of another type is refused, or can be read and told to every provider`, () => {
    const bodies = [...fixtures[name].requests, ...recordedRequests(name).map(({ said }) => said)]
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(bending, { minLength: 1, maxLength: 4 }), (said, bends) => {
        const body = bends.reduce<Json>((value, { path, made }) => bent(value, path, made) ?? {}, said)
        if (typeof body !== 'object' || body === null || Array.isArray(body)) return
        const request = allowed(() => {
          wire.checkRequest(body)
          wire.outline(body)
          wire.mustRewrite?.(body)
          return wire.readRequest(body)
        })
        if (request === undefined) return
        for (const other of wireNames) {
          allowed(() => {
            lostWords(request, wires[other]!.cannotSay)
            JSON.stringify(wires[other]!.writeRequest(request, { model: 'm' }, () => {}))
          })
        }
      }),
      runs,
    )
  })

  test(`[A46] [A50] ${name}: words without end leave nothing behind`, { timeout: 60_000 }, () => {
    const reader = wire.eventReader()
    const cutter = (wire.framing ?? sse).cutter(bound)
    const writer = wire.eventWriter({ now: 1, asked: wire.readRequest(fixtures[name].asked ?? fixtures[name].requests[0]!) })
    const write = (event: ChatEvent): readonly Message[] => cutter.push(Buffer.from(writer.write(event), encodingOf(wire)))
    const begin: ChatEvent[] = [
      { type: 'start', id: 'a', model: 'm' },
      { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
    ]
    for (const event of begin) for (const message of write(event)) reader.read(message)
    const delta = write({ type: 'delta', index: 0, text: 'word ' })
    assert.ok(delta.length > 0, 'a word is told at once')
    const before = process.memoryUsage().heapUsed
    for (let told = 0; told < 300_000; told += 1)
      for (const message of delta) reader.read({ ...message, data: message.data, bytes: message.bytes, event: message.event })
    // Were a word kept each time, this would be 300,000 strings or objects: at least 10 MB.
    globalThis.gc?.()
    assert.ok(process.memoryUsage().heapUsed - before < 64 * 2 ** 20)
  })
}

function textOf(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'delta' ? event.text : '')).join('')
}
