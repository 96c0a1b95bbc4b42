/** The survey finds in a body's bytes what `JSON.parse` finds in its text, and refuses what two parsers could read in two ways. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { escaped, spelled, word } from '../../test/json-texts.ts'
import { parseExact, type JsonObject } from './json.ts'
import { JsonFault, survey, type SurveyLimits } from './survey.ts'

const limits: SurveyLimits = { depth: 64, keys: 100_000 }

/** What the survey says is wrong with the text; undefined where nothing is. */
function fault(text: string, { depth, keys }: Partial<SurveyLimits> = {}): JsonFault['kind'] | undefined {
  try {
    survey(Buffer.from(text), { depth: depth ?? limits.depth, keys: keys ?? limits.keys })
  } catch (error) {
    if (error instanceof JsonFault) return error.kind
    throw error
  }
  return undefined
}

describe('members', () => {
  test('every top-level member is found where it stands, and nothing else is', () => {
    fc.assert(
      fc.property(spelled, (text) => {
        const bytes = Buffer.from(text)
        const parsed = parseExact(bytes.toString()) as JsonObject
        const { members } = survey(bytes, limits)
        const found = members.map(({ key, value: from, end }): [string, unknown] => [key, parseExact(bytes.toString('utf8', from, end))])
        assert.deepEqual(new Map(found), new Map(Object.entries(parsed)))
        assert.equal(found.length, Object.keys(parsed).length)
        for (const { key, start, end } of members)
          assert.deepEqual(parseExact(`{${bytes.toString('utf8', start, end)}}`), Object.fromEntries([[key, parsed[key]]]))
      }),
    )
  })

  test('a key that was read before is taken for no other of its length, in no alphabet', () => {
    const keys = ['model', 'modem', 'mo el', 'm0del', '', 'é', 'Ã©', '\u0080x', 'a'.repeat(40), `${'a'.repeat(39)}b`]
    const found = (key: string) => survey(Buffer.from(JSON.stringify({ [key]: 1 })), limits).members[0]!.key
    for (const key of [...keys, ...keys.toReversed(), ...keys]) assert.equal(found(key), key)
  })

  test('what is no object has none', () => {
    for (const text of ['[{"a":1},{"b":[{"c":2}]}]', '"{\\"a\\":1}"', '17', 'null', '[]', ' ', ''])
      assert.deepEqual(survey(Buffer.from(text), limits).members, [], text)
  })
})

describe('repeated keys', () => {
  const many = Array.from({ length: 60 }, (_, at) => `"k${at}":${at}`).join(',')
  const refused: readonly string[] = [
    '{"model":"cheap","model":"dear"}',
    '{"model":1,"a":{"model":2},"model":3}',
    '{"a":[[{"b":{"c":1,"d":2,"c":3}}]]}',
    '{"model":1,"mod\\u0065l":2}',
    '{"mod\\u0065l":1,"model":2}',
    '{"\\u006d":1,"\\u006D":2}',
    '{"":1,"":2}',
    '{"/":1,"\\/":2}',
    '{"\\ud83d\\ude00":1,"😀":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a" : 1, "a"\n\t:2}',
    `{${many},"k0":1}`,
    `{${many},"k\\u0030":1}`,
    `{"x":{${many}},${many},"k59":1}`,
    `{"a\\n":1,${many},"k59":1}`,
  ]

  test('they are refused at any depth, however they are spelled and however many keys stand between', () => {
    for (const text of refused) {
      assert.doesNotThrow(() => JSON.parse(text) as unknown, text)
      assert.equal(fault(text), 'duplicate_key', text)
    }
  })

  test('keys of different objects, and strings that are no keys, may be the same', () => {
    for (const text of [
      '{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}',
      '{"a":"a","b":["a","a","b"]}',
      `{"x":{${many}},"y":{${many}}}`,
      `{"x":{"\\u0061":1},"y":{"a":1,"\\u0062":{"b":2}}}`,
      '{"é":1,"e\u0301":2}',
    ]) {
      assert.equal(fault(text), undefined, text)
    }
  })

  test('a repeated key is found wherever it is put into any object', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 60 }), fc.nat(), fc.boolean(), (keys, pick, isEscaped) => {
        const key = keys[pick % keys.length]!
        const again = isEscaped ? escaped(key) : JSON.stringify(key)
        const object = `{${keys.map((name) => `${JSON.stringify(name)}:[0]`).join(',')}`
        assert.equal(fault(`{"a":${object}}}`), undefined)
        assert.equal(fault(`{"a":${object},${again}:1}}`), 'duplicate_key')
      }),
    )
  })
})

describe('limits', () => {
  const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

  test('nesting is allowed to the limit and not beyond it', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":[', ']}'],
    ] as const) {
      const per = open === '[' ? 1 : 2
      assert.equal(fault(nested(64 / per, open, close)), undefined)
      assert.equal(fault(nested(64 / per + 1, open, close)), 'json_too_deep')
    }
  })

  test('a body that is nothing but depth is refused at once, also where it never closes', () => {
    const texts = ['['.repeat(1_000_000), '{"a":'.repeat(200_000), nested(10_000, '[', ']')]
    const begun = performance.now()
    for (const text of texts) assert.equal(fault(text), 'json_too_deep')
    assert.ok(performance.now() - begun < 250)
  })

  test('keys, objects and lists are counted over the whole body', () => {
    assert.equal(fault('{"a":1,"b":{"c":1}}', { keys: 3 }), undefined)
    assert.equal(fault('{"a":1,"b":{"c":1,"d":1}}', { keys: 3 }), 'too_many_items')
    assert.equal(fault('{"a":[{},[]]}', { keys: 4 }), undefined)
    assert.equal(fault('{"a":[{},[],{}]}', { keys: 4 }), 'too_many_items')
    assert.equal(fault(`{"messages":[${'{},'.repeat(1_000_000)}{}]}`), 'too_many_items')
    assert.equal(fault(`{${Array.from({ length: 100_001 }, (_, at) => `"${at}":0`).join(',')}}`), 'too_many_items')
  })
})

describe('what the parser would change', () => {
  test('a number past 2^53 and a key with an escape are noticed at any depth, and the same in a string is not', () => {
    const noticed = (text: string): boolean => survey(Buffer.from(text), limits).needsExact
    for (const text of [
      '{"seed":9007199254740993}',
      '{"a":[{"b":-9007199254740993}]}',
      '{"a":1e400}',
      '{"a":1E5}',
      '{"a":12345678901234567890.0}',
      '{"a":[{"\\u0062":1}]}',
      `{${Array.from({ length: 60 }, (_, at) => `"${at}":1`).join(',')},"\\n":1}`,
    ])
      assert.equal(noticed(text), true, text)
    for (const text of [
      '{"a":1,"b":-1.5,"c":999999999999999}',
      '{"a":0.12345678901234567890}',
      '{"a":"9007199254740993 1e400","b":["\\n",":"]}',
      '{"9007199254740993":1}',
    ])
      assert.equal(noticed(text), false, text)
  })

  test('whatever is not noticed is written back with the value it was sent with', () => {
    const number = fc
      .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.constantFrom('', '.5', '.0', 'e1', 'E-3'))
      .map(([whole, tail]) => `${whole}${tail}`)
    fc.assert(
      fc.property(number, (text) => {
        const { needsExact } = survey(Buffer.from(`{"a":${text}}`), limits)
        const written = JSON.stringify(needsExact ? parseExact(text) : JSON.parse(text))
        if (/^-?\d+$/.test(text)) assert.equal(BigInt(written), BigInt(text))
        else assert.equal(Number(written), Number(text))
      }),
    )
  })
})

describe('what is no JSON', () => {
  test('it is left to the parser, or refused, but never believed', () => {
    const broken = [
      '',
      ' ',
      '{',
      '}',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      "{'a':1}",
      '{"a":NaN}',
      '{"a":1}/**/',
      '{"a":1}{"b":2}',
      '\ufeff{"a":1}',
      '{"a":"\\',
      '{"a":"\\"',
      '"',
      '{"\\x":1}',
      ']',
      '{]',
      '[}',
    ]
    for (const text of broken) {
      if (fault(text) !== 'invalid_json') assert.throws(() => JSON.parse(text) as unknown, SyntaxError, text)
    }
  })

  test('any bytes at all are surveyed to an end, and only a fault of ours is thrown', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', 'e', '-', ' ', 'a', '{"a":', '"a":1,', '\\u0061', '\u0000')
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => void fault(pieces.join(''))))
  })
})
