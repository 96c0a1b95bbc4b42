/** What providers tell of tokens is believed where it can be true, and what is estimated says so. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Usage } from '../canonical/chat.ts'
import { believable, countUsage, estimatedTokens, isTold, type CountedUsage, type Seen } from './usage.ts'

const shown = ({ usage, source }: CountedUsage) => [usage.output, source]
const seen: Seen = { asked: 101, answered: 7, hasFinished: true }

test('what a provider tells of a finished answer is reported as it is', () => {
  assert.deepEqual(countUsage({ input: 20, output: 0, cacheRead: 20, reasoning: 0 }, { ...seen, answered: 0 }), {
    usage: {
      input: 20,
      output: 0,
      cacheRead: 20,
      cacheWrite: undefined,
      cacheWriteHour: undefined,
      audioInput: undefined,
      imageInput: undefined,
      audioRead: undefined,
      reasoning: 0,
      audioOutput: undefined,
      imageOutput: undefined,
    },
    source: 'reported',
    inputSource: 'reported',
    outputSource: 'reported',
  })
})

test('where nothing is told, the prompt is weighed and words are counted, and the source says estimated', () => {
  const { usage, source, inputSource, outputSource } = countUsage(undefined, seen)
  assert.deepEqual([usage.input, usage.output, source, inputSource, outputSource], [101, 7, 'estimated', 'estimated', 'estimated'])
  assert.deepEqual([0, 1, 4, 5].map(estimatedTokens), [0, 1, 1, 2])
})

test('a count that falls, or is nothing where words were said, is no count', () => {
  assert.deepEqual(shown(countUsage({ input: 20, output: 0 }, seen)), [7, 'mixed'])
  assert.deepEqual(shown(countUsage({ input: 20, output: 8 }, { ...seen, mostTold: 9 })), [9, 'mixed'])
  assert.deepEqual(shown(countUsage({ input: 20, output: 9 }, { ...seen, mostTold: 9 })), [9, 'reported'])
})

test('of an answer that broke off, never less is counted than what was seen or told', () => {
  const cut = { ...seen, hasFinished: false }
  const rows: readonly [Usage, number][] = [
    [{ input: 20, output: 1 }, 7],
    [{ input: 20, output: 9 }, 9],
    [{ input: 20 }, 7],
  ]
  for (const [told, output] of rows) {
    const { usage, source } = countUsage(told, cut)
    assert.deepEqual([usage.input, usage.output, source], [20, output, 'mixed'])
  }
})

test('what is billed apart is kept where both counts were told', () => {
  const billed = { input: 3, output: 2 }
  assert.deepEqual(countUsage({ input: 20, output: 8, billed }, seen).usage.billed, billed)
  assert.equal('billed' in countUsage({ input: 20, output: 8, billed: { input: -3, output: 2 } }, seen).usage, false)
  assert.equal('billed' in countUsage({ input: 20, output: 8, billed }, { ...seen, hasFinished: false }).usage, false)
})

test('that a prompt has no tokens is believed only where it was not weighed', () => {
  const weighed = countUsage({ input: 0, output: 8 }, { ...seen, isWeighed: true })
  assert.deepEqual([weighed.usage.input, weighed.inputSource, weighed.source], [101, 'estimated', 'mixed'])
  assert.deepEqual(countUsage({ input: 0, output: 8 }, seen).usage.input, 0)
})

const absurd = [-1, Number.NaN, Infinity, 1.5, 1e15, 1e10 + 1]

test('counts that cannot be are no counts: they are estimated and flagged', () => {
  for (const count of absurd) {
    assert.deepEqual(countUsage({ input: count, output: count }, seen).source, 'estimated', `${count}`)
    assert.deepEqual(countUsage({ input: 5, output: count }, seen).usage.output, 7, `${count}`)
    assert.deepEqual(countUsage({ input: count, output: 5 }, seen).usage.input, 101, `${count}`)
    assert.equal(isTold({ input: count, output: 1 }) || isTold({ input: 1, output: count }), false)
  }
  assert.equal(isTold({ input: 0, output: 0 }), true)
})

test('whatever is told, all counts are whole and none of a part is more than the whole', () => {
  const number = fc.option(fc.oneof(fc.integer({ min: -10, max: 1000 }), fc.constantFrom(...absurd)), { nil: undefined })
  const told = fc.record({
    input: number,
    output: number,
    cacheRead: number,
    cacheWrite: number,
    cacheWriteHour: number,
    reasoning: number,
    audioInput: number,
    audioOutput: number,
    imageInput: number,
  })
  fc.assert(
    fc.property(fc.option(told, { nil: undefined }), fc.nat(1000), fc.nat(1000), fc.boolean(), (usage, asked, answered, hasFinished) => {
      const counted = countUsage(usage, { asked, answered, hasFinished }).usage
      for (const count of Object.values(counted)) assert.ok(count === undefined || (Number.isSafeInteger(count) && count >= 0 && count <= 1e10))
      const { input, output } = counted
      for (const part of [counted.cacheRead, counted.cacheWrite, counted.cacheWriteHour, counted.audioInput, counted.imageInput])
        assert.ok((part ?? 0) <= input)
      for (const part of [counted.reasoning, counted.audioOutput]) assert.ok((part ?? 0) <= output)
      if (!hasFinished) assert.ok(output >= answered)
    }),
  )
})

test('what is no count is not told on, and what is stays with all that stood beside it', () => {
  const rest = { wire: 'openai-chat', fields: { cost: 1 } } as const
  assert.deepEqual(believable({ input: 10, output: 1e15, cacheRead: 4, reasoning: -1, rest }), { input: 10, cacheRead: 4, rest })
  assert.deepEqual(believable({ input: NaN, output: 5, cacheWrite: 2.5 }), { output: 5 })
  assert.deepEqual(believable({}), {})
})
