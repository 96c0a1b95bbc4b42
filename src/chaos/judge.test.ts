/** A gateway is graded by what its client saw: the truth first, then whether an answer could be had. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judge, type Outcome } from './judge.ts'
import { scenarioOf } from './scenarios/index.ts'
import { canary, text } from './speech.ts'

const refused: Outcome = {
  said: '',
  claimsEnd: false,
  isFinished: false,
  tellsError: true,
  isBroken: false,
  status: 502,
  seen: 'content-type: application/json',
  isCut: false,
  isLate: false,
  took: 10,
  calls: 1,
}
const answered: Outcome = { ...refused, said: text, claimsEnd: true, isFinished: true, tellsError: false, status: 200 }
const told: Outcome = { ...refused, said: 'One two three', status: 200 }

const alone = { streams: true, hasFallback: false }
const helped = { streams: true, hasFallback: true }
const gradeOf = (name: string, outcome: Outcome, way = alone): string => judge(scenarioOf(name), way, outcome).grade

describe('a gateway passes that', () => {
  test('gives the whole answer, by whatever way it came', () => {
    for (const name of ['sound', '500', 'stall-mid-answer', 'trickle']) for (const way of [alone, helped]) assert.equal(gradeOf(name, answered, way), 'pass')
  })

  test('tells an error behind the words that had gone out', () => assert.equal(gradeOf('reset-mid-answer', told, helped), 'pass'))

  test('refuses cleanly where nobody else could be asked, or the fault is the client’s own', () => {
    assert.equal(gradeOf('500', refused), 'pass')
    assert.equal(gradeOf('400', refused, helped), 'pass')
  })
})

describe('a gateway told the truth and could have done better that', () => {
  test('broke off an answer that could be had whole', () => assert.equal(gradeOf('500', told, helped), 'partial'))
  test('asked others for what the client must mend', () => assert.equal(gradeOf('400', answered, helped), 'partial'))
  test('kept to itself when to come back', () => {
    assert.equal(gradeOf('429-seconds', refused), 'partial')
    assert.equal(gradeOf('429-seconds', { ...refused, seen: 'content-type\nx\nretry-after\n90' }), 'pass')
  })
  test('refused where there was a fallback, or nothing wrong', () => {
    assert.equal(gradeOf('500', refused, helped), 'safe')
    assert.equal(gradeOf('sound', refused), 'safe')
  })
})

describe('a gateway fails that', () => {
  const faults: { readonly [says: string]: readonly [name: string, outcome: Outcome] } = {
    'calls a part of an answer whole': ['reset-mid-answer', { ...answered, said: 'One two three' }],
    'gives an end marker without a finish': ['missing-finish', { ...answered, isFinished: false }],
    'tells an error and an end': ['error-event-mid-answer', { ...answered, tellsError: true }],
    'lets something through': ['hostile-headers', { ...answered, seen: `set-cookie: ${canary}` }],
    hangs: ['stall-before-headers', { ...refused, isLate: true }],
    'asks again what was refused for good': ['400', { ...refused, calls: 2 }],
    'asks again before the time that it was told': ['429-forever', { ...refused, calls: 2 }],
    'asks again behind words that had gone out': ['reset-mid-answer', { ...told, calls: 2 }],
    'hammers a provider that is down': ['503', { ...refused, calls: 5 }],
    'answers nothing': ['500', { ...refused, status: undefined, tellsError: false, isCut: true }],
    'breaks the connection without a word': ['reset-mid-answer', { ...told, tellsError: false, isCut: true }],
    'ends a stream without a word of why': ['reset-mid-answer', { ...told, tellsError: false }],
    'answers in something that is not its API': ['html', { ...refused, tellsError: false, isBroken: true }],
  }
  for (const [says, [name, outcome]] of Object.entries(faults)) {
    test(says, () => assert.equal(gradeOf(name, outcome, helped), 'fail', judge(scenarioOf(name), helped, outcome).says))
  }
})
