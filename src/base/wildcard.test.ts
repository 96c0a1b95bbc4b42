/** Names for many names: what they catch, which of them counts, and where it leads. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayMake, widen, wildcardsAfter, wildcardsOf, writtenOut } from './wildcard.ts'

const some = wildcardsOf({
  'gpt-*': 'openai/gpt-*',
  'gpt-4*': 'east/gpt-4*',
  '*': 'local/*',
  'old/*': 'openai/*',
  '*-latest': 'newest',
  exact: 'openai/gpt-4o',
})

test('what stands for the `*` goes where the target has one, and the longest fixed part counts', () => {
  const leads: readonly (readonly [name: string, to: string | undefined])[] = [
    ['gpt-5', 'openai/gpt-5'],
    ['gpt-4o', 'east/gpt-4o'],
    ['claude', 'local/claude'],
    ['claude-latest', 'newest'],
    ['gpt-latest', 'newest'],
    ['$&-x', 'local/$&-x'],
  ]
  for (const [name, to] of leads) assert.equal(widen(name, some), to, name)
})

test('something must stand for it, and the parts may not overlap', () => {
  const [one] = wildcardsOf({ 'ab*bc': 'x/*' })
  assert.deepEqual(
    ['abbc', 'abc', 'ab-bc'].map((name) => widen(name, [one!])),
    [undefined, undefined, 'x/-'],
  )
})

test('it goes over a `/` only behind another, so that `*` alone leaves `provider/model` be', () => {
  assert.equal(widen('openai/gpt-4o', some), undefined)
  assert.equal(widen('gpt-4/x', some), undefined)
  assert.equal(widen('old/meta-llama/llama', some), 'openai/meta-llama/llama')
})

test('those that may fit what another has made are known beforehand', () => {
  const after = (from: string) =>
    wildcardsAfter(
      some.find((one) => writtenOut(one) === from)!,
      some,
    ).map(writtenOut)
  assert.deepEqual([after('gpt-*'), after('old/*'), after('*')], [[], [], []])
  const many = wildcardsOf({ 'a-*': 'b-*', 'b-*': 'c-*', 'b-x*': 'd', 'b*': 'never-asked', '*': 'all' })
  assert.deepEqual(
    wildcardsAfter(
      many.find((one) => writtenOut(one) === 'a-*')!,
      many,
    ).map(writtenOut),
    ['b-x*', 'b-*'],
  )
  assert.deepEqual(
    [
      mayMake(
        many.find((one) => writtenOut(one) === 'a-*')!,
        'b-1',
      ),
      mayMake(
        many.find((one) => writtenOut(one) === 'a-*')!,
        'c-1',
      ),
    ],
    [true, false],
  )
})
