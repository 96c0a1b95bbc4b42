/** What is wrong with what somebody sent, in sentences of ours. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writtenPlace } from '../base/place.ts'
import { policyDocument } from './policies.ts'
import { readSent } from './problems.ts'

const rule = { id: 'a', when: 'true', outcome: 'BLOCK' }
const sound = { version: 1, name: 'house', rules: [rule] }

function problemsOf(sent: unknown): readonly string[] {
  const read = readSent(policyDocument, sent)
  return 'problems' in read ? read.problems.map(({ path, problem }) => `${writtenPlace(path)}: ${problem}`) : []
}

const withRule = (fields: object) => ({ ...sound, rules: [rule, { ...rule, id: 'b', ...fields }] })
const words = { kind: 'words', name: 'a', words: ['x'] }

const told: readonly (readonly [sent: unknown, ...problems: string[]])[] = [
  [sound],
  [null, ': must be an object'],
  [{ version: 1, name: 'house' }, 'rules: is missing'],
  [{ ...sound, rules: {} }, 'rules: must be a list'],
  [withRule({ id: undefined }), 'rules[1].id: is missing'],
  [withRule({ id: 7 }), 'rules[1].id: must be a text'],
  [withRule({ then: 'block' }), 'rules[1].then: must be an object'],
  [withRule({ colour: 'red', shape: 1 }), 'rules[1].colour: is no field that there is here', 'rules[1].shape: is no field that there is here'],
  [withRule({ then: { set: { 'a b': 1 } } }), 'rules[1].then.set["a b"]: is a name that may not stand here'],
  [withRule({ then: { redact: [] } }), 'rules[1].then.redact: is empty'],
  [withRule({ then: { chain: '' } }), 'rules[1].then.chain: is empty'],
  [withRule({ tags: Array.from({ length: 17 }, () => 'a') }), 'rules[1].tags: has 16 at most'],
  [{ ...sound, detectors: [{ kind: 'outside', name: 'a', service: 'x', sample: 2 }] }, 'detectors[0].sample: is 1 at most'],
  [{ ...sound, detectors: [{ ...words, words: [1] }] }, 'detectors[0].words[0]: must be a text'],
]

for (const [sent, ...problems] of told)
  test(`of ${JSON.stringify(sent).slice(0, 120)} it is told: ${problems.join(', ') || 'nothing'}`, () => assert.deepEqual(problemsOf(sent), problems))
