/** What is written anew has other members where it was told to, and every other byte where it was. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { spelled, value, word } from '../../test/json-texts.ts'
import { parseExact, type JsonObject } from './json.ts'
import { replace, splice } from './splice.ts'
import { survey, type SurveyLimits } from './survey.ts'

const limits: SurveyLimits = { depth: 64, keys: 100_000 }

describe('splicing', () => {
  const field = fc.oneof(word, fc.constantFrom('model', 'stream_options'))
  const removed = fc.tuple(fc.array(field, { maxLength: 4 }), fc.array(fc.nat(40), { maxLength: 3 }))

  test('it replaces, adds and leaves out what it is told, keeps every byte of the rest, and what it gives is JSON', () => {
    const given = fc.property(spelled, fc.dictionary(field, value, { maxKeys: 4 }), removed, (text, added, [names, places]) => {
      const bytes = Buffer.from(text)
      const { members } = survey(bytes, limits)
      const remove = new Set([...names, ...places.flatMap((place) => members[place]?.key ?? [])])
      const set = new Map(Object.entries(added).map(([name, one]) => [name, JSON.stringify(one)]))
      const spliced = splice(bytes, members, set, remove)
      const before = Object.entries(parseExact(text) as JsonObject).filter(([name]) => !remove.has(name))
      const after = Object.entries(parseExact(JSON.stringify(added)) as JsonObject)
      assert.deepEqual(new Map(Object.entries(parseExact(spliced.toString()) as JsonObject)), new Map([...before, ...after]))
      let at = 0
      for (const { key, start, end } of members.filter((member) => !remove.has(member.key) && !set.has(member.key))) {
        at = spliced.indexOf(bytes.subarray(start, end), at)
        assert.notEqual(at, -1, `the bytes of ${key} were changed`)
        at += end - start
      }
    })
    fc.assert(given)
  })

  test('numbers past 2^53, escapes and spaces of other members arrive as they were sent', () => {
    const text = '{ "model" : "a" , "seed" : 9007199254740993 ,\n"text":"\\u00e9\\/" , "n":1.0 }'
    const { members } = survey(Buffer.from(text), limits)
    assert.equal(
      splice(Buffer.from(text), members, new Map([['model', '"b"']]), new Set(['n'])).toString(),
      '{"model" : "b","seed" : 9007199254740993,"text":"\\u00e9\\/"}',
    )
    const set = new Map([
      ['model', '"b"'],
      ['m', '1'],
    ])
    assert.equal(
      splice(Buffer.from(text), members, set, new Set()).toString(),
      '{ "model" : "b" , "seed" : 9007199254740993 ,\n"text":"\\u00e9\\/" , "n":1.0 ,"m":1}',
    )
  })

  test('an object may lose all it has, and gain where it had nothing', () => {
    const spliced = (text: string, set: [string, string][], remove: string[]) =>
      splice(Buffer.from(text), survey(Buffer.from(text), limits).members, new Map(set), new Set(remove)).toString()
    assert.equal(spliced('{}', [['a"b', '1']], []), '{"a\\"b":1}')
    assert.equal(spliced('{"extra":{}}', [], ['extra']), '{}')
    assert.equal(spliced('{"extra":{}}', [['extra', '2']], ['extra']), '{"extra":2}')
  })
})

test('one member’s value is replaced where it stands', () => {
  const bytes = Buffer.from('{ "n" : 1, "model" : "a\\"b" , "m":"é"}')
  const [, model] = survey(bytes, limits).members
  assert.equal(replace(bytes, model!, Buffer.from('"ü"')).toString(), '{ "n" : 1, "model" : "ü" , "m":"é"}')
})
