/** The laws of a wire. Every wire in the list keeps them, on every fixture and every recorded body: a new wire needs a fixture file, and nothing here. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../src/base/json.ts'
import { sse } from '../src/base/sse.ts'
import type { ChatEvent, ChatRequest } from '../src/canonical/chat.ts'
import { Failure } from '../src/canonical/failure.ts'
import { fold, unfold } from '../src/canonical/fold.ts'
import { wires } from '../src/wires/index.ts'
import { words, type Word } from '../src/wires/losses.ts'
import type { Wire } from '../src/wires/wire.ts'
import { fixtures, isRecorded, recordedRequests, recordings, wireNames } from './corpus.ts'
import { meaningOf, saidIn, withoutRest, type Meaning } from './meaning.ts'
import { answersOf, optionsOf, readStream, writeStream } from './spoken.ts'

function everyFew(size: number): (length: number) => readonly number[] {
  return (length) => Array.from({ length: Math.ceil(length / size) }, () => size)
}

/** Throws when a wire says that it lost a word of its own. */
function loseNothing(word: Word): never {
  throw new Error(`lost ${word}`)
}

function assertSame(actual: Meaning, expected: Meaning, wire: Wire): void {
  const [left, right] = [actual, expected].map((meaning) => saidIn(meaning, wire.cannotSay))
  assert.deepEqual(left, right)
}

test(
  'every wire that was recorded is held against its recordings',
  { skip: isRecorded ? false : 'there is no folder shared/recorded beside the repository' },
  () => {
    for (const name of wireNames) if (recordings[name]) assert.ok(recordedRequests(name).length > 0, name)
  },
)

for (const name of wireNames) {
  const wire = wires[name]!
  const { requests, answers } = fixtures[name]
  const options = optionsOf(name)
  const bodies = [...requests.map((said, place) => ({ title: `request ${place}`, said })), ...recordedRequests(name)]
  const { wholes, streams } = answersOf(name)

  test(`${name}: a request that is read and written back says the same`, () => {
    for (const { title, said } of bodies) {
      wire.checkRequest(said)
      const before = JSON.stringify(said)
      assert.deepEqual(wire.writeRequest(wire.readRequest(said), { model: String(said.model) }, loseNothing), said, title)
      assert.equal(JSON.stringify(said), before, `${title} is changed by reading it`)
    }
  })

  test(`${name}: an answer that is read and written back says the same`, () => {
    for (const { title, said } of wholes) assert.deepEqual(wire.writeResponse(wire.readResponse(said), options), said, title)
  })

  test(`${name}: an answer means the same whole and streamed`, () => {
    for (const { whole, stream } of answers) assert.deepEqual(withoutRest(fold(readStream(wire, stream))), withoutRest(wire.readResponse(whole)))
  })

  test(`${name}: an answer that is unfolded folds back`, () => {
    for (const { title, said } of wholes) {
      const response = wire.readResponse(said)
      assert.deepEqual(fold(unfold(response)), response, title)
    }
  })

  test(`${name}: a stream means the same wherever its bytes are cut`, () => {
    for (const { title, said } of streams) {
      const whole = readStream(wire, said)
      const length = Buffer.byteLength(said, wire.encoding)
      const sizes = length < 3000 ? Array.from({ length: length - 1 }, (_, at) => () => [at + 1, length - at - 1]) : []
      for (const cut of [...sizes, ...[1, 2, 3, 7, 64].map(everyFew)]) assert.deepEqual(readStream(wire, said, cut), whole, title)
      if (wire.framing === undefined) assert.deepEqual(readStream(wire, said.replaceAll('\n', '\r\n')), whole, `${title} with other line ends`)
    }
  })

  test(`${name}: a stream has finished once for each choice, and every block that opens is closed`, () => {
    for (const { title, said } of streams) {
      const events = readStream(wire, said)
      const count = (type: ChatEvent['type']) => events.filter((event) => event.type === type).length
      assert.equal(count('start'), 1, title)
      assert.equal(count('open'), count('close'), title)
      assert.equal(count('finish'), fold(events).choices.length, title)
    }
  })

  test(`${name}: a message that is plain by its bytes says nothing but words`, () => {
    for (const { title, said } of streams) {
      const reader = wire.eventReader()
      let hasSpoken = false
      for (const message of (wire.framing ?? sse).cutter(1 << 20).push(Buffer.from(said, wire.encoding))) {
        const isPlain = hasSpoken && reader.isPlainDelta(message)
        const events = reader.read(message)
        if (isPlain) for (const { type } of events) assert.ok(type === 'delta' || type === 'open' || type === 'close', `${title} has a plain ${type}`)
        hasSpoken ||= events.some(({ type }) => type !== 'start' && type !== 'usage')
      }
    }
  })

  test(`${name}: what it cannot say is named by words of the closed list`, () => {
    for (const word of Object.keys(wire.cannotSay)) assert.ok(words.includes(word as Word), word)
  })

  for (const other of wireNames) {
    const written = wires[other]!
    const asked = optionsOf(other)

    test(`${name} -> ${other}: a stream that is written anew means the same`, () => {
      for (const { said } of streams) {
        const events = readStream(wire, said)
        assertSame(meaningOf(fold(readStream(written, writeStream(written, events, asked)))), meaningOf(fold(events)), written)
      }
    })

    test(`${name} -> ${other}: an answer that is written anew means the same`, () => {
      for (const { said } of wholes) {
        const response = wire.readResponse(said)
        assertSame(meaningOf(written.readResponse(written.writeResponse(response, asked))), meaningOf(response), written)
      }
    })

    test(`${name} -> ${other}: a request that is written anew holds every text, call and result, or is refused by name`, () => {
      for (const { title, said } of bodies) {
        const request = wire.readRequest(said)
        const lost: Word[] = []
        const body = attempt(() => written.writeRequest(request, { model: 'm' }, (word) => lost.push(word)))
        if (body === undefined) continue
        written.checkRequest({ ...body, model: 'm' })
        const kept = JSON.stringify(textsOf(written.readRequest({ ...body, model: 'm' })))
        for (const text of textsOf(request)) assert.ok(kept.includes(JSON.stringify(text).slice(1, -1)), `${title} lost “${text.slice(0, 60)}” on the way`)
        for (const word of lost) assert.ok(words.includes(word))
      }
    })
  }
}

/** What a wire made of a request; undefined where it refused, as it may, with a reason that blames the request. */
function attempt(write: () => JsonObject): JsonObject | undefined {
  try {
    return write()
  } catch (error) {
    assert.ok(error instanceof Failure && error.row.blame === 'caller', String(error))
    return undefined
  }
}

function textsOf({ turns, tools }: ChatRequest): string[] {
  const said = turns.flatMap(({ blocks }) =>
    blocks.flatMap((block) => {
      if (block.type === 'text') return [block.text]
      if (block.type === 'tool-call') return [block.name]
      return block.type === 'tool-result' ? block.blocks.flatMap((inner) => (inner.type === 'text' ? [inner.text] : [])) : []
    }),
  )
  return [...said, ...tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : []))].map((text) => text.trim()).filter((text) => text !== '')
}
