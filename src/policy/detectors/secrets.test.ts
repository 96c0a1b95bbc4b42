/** That what lets most texts pass unread lets no secret pass. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDetector } from './index.ts'
import { shortestRun } from './runs.ts'
import { secretShapes } from './secret-shapes.ts'

const detector = compileDetector({ kind: 'secrets', name: 'secrets' })
const found = (text: string): readonly string[] =>
  detector.look([{ from: 'user', text }]).findings.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)

/** What may follow on a prefix, by what its shape takes. */
const tails = ['7f3a5cd2e6b4', 'aCdQeWbTgHiR', 'A2B3C4D5E6F7', '7f3a5Cd2Qe6bW4'].flatMap((letters) =>
  Array.from({ length: 100 }, (_, length) => letters.repeat(9).slice(0, length)),
)
const joined: { readonly [prefix: string]: string } = {
  xoxe: '-7f3a5Cd2Qe',
  'xapp-': '1-7f3a5Cd2Qe6bW47f3a5C',
  'hooks.slack.com/': 'services/7f3a5Cd2Qe6bW47f3a5C',
  'SG.': `7f3a5Cd2Qe6bW47f.${tails.at(-1)!.slice(0, 30)}`,
  'PMAK-': `${'7f3a5cd2e6b4'.repeat(2)}-${'7f3a5cd2e6b4'.repeat(3).slice(0, 34)}`,
  glsa_: `${tails.at(-1)!.slice(0, 32)}_7f3a5cd2`,
  eyJ: '7f3a5Cd2.7f3a5Cd2.7f3a5Cd2',
}

/** The shortest key of the shape that begins so. */
function shortestOf(prefix: string, pattern: RegExp): string | undefined {
  const webhook = `415926535897932/${tails.at(-1)!.slice(0, 50)}`
  return [...tails, joined[prefix] ?? webhook]
    .map((tail) => prefix + tail)
    .filter((key) => {
      pattern.lastIndex = 0
      return pattern.exec(key)?.[0] === key
    })
    .toSorted((one, other) => one.length - other.length)[0]
}

for (const { kind, prefixes, pattern } of secretShapes) {
  test(`the shortest keys are found behind words, signs and paths: ${kind}`, () => {
    for (const prefix of prefixes) {
      const key = shortestOf(prefix, pattern)
      assert.ok(key !== undefined && key.length >= shortestRun, prefix)
      // What stands behind `AccessKey=` is found for that.
      const ends = [`${kind} ${key}`, `random ${key.slice(prefix.length)}`]
      for (const before of ['', 'see ', 'a.long/path+to=', '"']) assert.ok(ends.includes(found(`${before}${key} `).join()), before + key)
    }
  })
}

test('a password is found behind each word that gives one, and nowhere else', () => {
  for (const before of ['password: ', 'the token is ', 'Secret is: ', 'API_KEY=', 'apiKey => "', 'pwd:= ', 'Authorization: Bearer ', 'BEARER '])
    assert.deepEqual(found(`${before}Tr0ub4dor&3`), ['password Tr0ub4dor&3'], before)
  for (const before of ['', 'of ', 'word: ', 'password ', 'token was ']) assert.deepEqual(found(`${before}Tr0ub4dor&3`), [], before)
})

test('what is inside a secret is no other, whatever tells of it', () => {
  const key = 'a8Kd3Zq7Rm2Xw9Ts4Pv6'
  assert.deepEqual(found(`token=sk-${key}, and xoxb-${key}`), [`random sk-${key}`, `slack_token xoxb-${key}`])
  assert.deepEqual(found(`postgres://u:sk-${key}@db and password: ${key}`), [`url_password sk-${key}`, `random ${key}`])
})

test('places are told in the text as it was written, where a reader sees less of it', () => {
  const text = `\u200bpass\u00adword\u200b:\u00a0Tr0ub4dor\u20113\u200b!x`
  assert.deepEqual(found(text), ['password Tr0ub4dor\u20113\u200b!x'])
})
