/** What a gateway answered is read in its API's own grammar, and an end is only what the grammar calls one. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { wires } from '../wires/index.ts'
import { clientApis } from './asking.ts'
import { readStream, readWhole } from './reading.ts'
import { speechOf, text } from './speech.ts'

const failure = new Failure('upstream_truncated', 'It broke off.')

for (const name of Object.values(clientApis)) {
  const wire = wires[name]!
  const speech = speechOf(wire, { model: 'm', turns: [], tools: [], stream: true, rest: { wire: name, fields: {} } }, 0)
  const frames = speech.frames()
  const words = frames.filter(({ role }) => role === 'opening' || role === 'word').map(({ bytes }) => bytes)
  const stream = (...pieces: readonly (Buffer | string)[]) => readStream(wire, Buffer.concat(pieces.map((piece) => Buffer.from(piece))))

  describe(`on ${name}`, () => {
    test('a sound answer is whole', () => {
      const whole = { said: text, claimsEnd: true, isFinished: true, tellsError: false, isBroken: false }
      assert.deepEqual(stream(...frames.map(({ bytes }) => bytes)), whole)
      assert.deepEqual(readWhole(wire, 200, Buffer.from(speech.whole())), whole)
    })

    test('words without an end claim nothing, and words with an error behind them tell one', () => {
      assert.deepEqual([stream(...words).claimsEnd, stream(...words).tellsError], [false, false])
      const told = stream(...words, wire.writeErrorFrame(failure, 'req_1'))
      assert.deepEqual([told.said, told.claimsEnd, told.tellsError], [text, false, true])
    })

    test('an end behind a part of the words is claimed all the same', () => {
      const end = frames.filter(({ role }) => role === 'finish' || role === 'end').map(({ bytes }) => bytes)
      const { said, claimsEnd } = stream(...words.slice(0, -2), ...end)
      const repeatsAll = Buffer.concat(end).includes(text)
      assert.deepEqual([claimsEnd, said === text], [true, repeatsAll])
    })

    test('an error is told in the API’s envelope, and a page is none', () => {
      const refusal = Buffer.from(JSON.stringify(wire.writeError(failure, 'req_1')))
      assert.deepEqual([readWhole(wire, 502, refusal).tellsError, readWhole(wire, 502, refusal).isBroken], [true, false])
      for (const page of ['<html></html>', '', '[]', '{"detail":"no"}']) assert.ok(readWhole(wire, 502, Buffer.from(page)).isBroken, page)
      assert.ok(readWhole(wire, 200, refusal).isBroken, 'and with 200 it is no answer')
    })

    test('what is no JSON is broken', () => assert.ok(stream(...words, 'data: {"broken":\n\n').isBroken))
  })
}
