/** Texts of JSON objects, for laws that hold for all of them. */

import fc from 'fast-check'

/** Strings with all that a careless scanner trips over. */
const words = [
  'a',
  '',
  '"',
  '\\',
  '\\"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '":',
  '\n',
  '\ud800',
  'é🌍',
  '\u2028',
  '__proto__',
  '-1',
  'x'.repeat(40),
  `${'\\'.repeat(33)}"`,
]
export const word = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 60 }))
export const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(word, tie('value'), { maxKeys: 5 }),
  ),
}))
const body = fc.dictionary(word, value, { maxKeys: 40 })

/** A string with every character escaped, which few of them need. */
export const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

/** Texts of the same value: as short as can be, with space between everything, with all strings escaped. */
const spellings: readonly ((value: unknown) => string)[] = [
  (given) => JSON.stringify(given),
  (given) => `\r\n\t ${JSON.stringify(given, null, 3)} \n`,
  (given) => JSON.stringify(given).replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => escaped(JSON.parse(text) as string)),
]
/** Any object, spelled in any of them. */
export const spelled = fc.tuple(body, fc.constantFrom(...spellings)).map(([given, spell]) => spell(given))
