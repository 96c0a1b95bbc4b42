/** A prompt is as long as it was sent and as it was sent on, and what was done to it between the two is told by words of a closed list. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { unweighed, type Weights } from '../canonical/weights.ts'
import { openRecord } from './opening.ts'
import { Prompt } from './prompt.ts'
import { transformBits, transforms, transformsIn } from './transforms.ts'

const user = (characters: number): Weights => ({ ...unweighed('text'), user: characters })

/** What is told of a prompt to which that was done. */
function told(happen: (prompt: Prompt) => void, dropped: readonly string[] = []): unknown[] {
  const record = openRecord({
    instance: 'ins_1',
    version: '1.0',
    build: '0'.repeat(16),
    config: '1'.repeat(16),
    requestId: 'req_12345678',
    traceId: null,
    client: 'curl',
    surface: 'openai-chat',
    operation: 'chat',
  })
  const prompt = new Prompt(record)
  happen(prompt)
  record.dropped = dropped
  prompt.close()
  assert.equal(record.lossy, dropped.length > 0)
  return [record.context_delta, record.tokens_before, record.tokens_after, record.tokens_saved, record.transforms]
}

test('what is passed on is unchanged, and as long as it was', () => {
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(user(41), 1)
      prompt.passOn()
    }),
    ['unchanged', 11, 11, 0, []],
  )
})

test('what is written anew is measured on both sides in the same way', () => {
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(user(50), 1)
      prompt.rewrite({ before: user(48), after: user(40) })
      prompt.did('translated')
    }),
    ['translated', 12, 10, 2, ['translated']],
  )
})

test('a script that takes three bytes for a character takes as many tokens more', () => {
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(user(40), 3)
      prompt.passOn()
    }).slice(1, 3),
    [30, 30],
  )
})

test('turns that are kept here make it longer than the client sent it, whoever is asked', () => {
  const recall = (prompt: Prompt) => {
    prompt.weigh(user(40), 1)
    prompt.weigh(user(400), 1)
  }
  const rows = [
    told((prompt) => {
      recall(prompt)
      prompt.passOn()
    }),
    told((prompt) => {
      recall(prompt)
      prompt.did('quirks')
      prompt.forget()
      prompt.rewrite({ before: user(396), after: user(400) })
    }),
  ]
  for (const row of rows) assert.deepEqual(row, ['translated', 10, 100, -90, ['kept_input']])
})

test('what was done for a target that failed is not told of the next', () => {
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(user(40), 1)
      prompt.rewrite({ before: user(44), after: user(80) })
      prompt.did('translated')
      prompt.forget()
      prompt.passOn()
      prompt.did('model_renamed')
    }),
    ['unchanged', 10, 10, 0, ['model_renamed']],
  )
})

test('a prompt that nobody was sent has a length, and is not measured further', () => {
  assert.deepEqual(
    told((prompt) => prompt.weigh(user(40), 1)),
    ['not_measured', 10, null, null, []],
  )
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(user(40), 1)
      prompt.rewrite()
    }),
    ['translated', 10, null, null, []],
  )
})

test('a prompt in files has no length that anybody knows', () => {
  assert.deepEqual(
    told((prompt) => {
      prompt.weigh(unweighed('audio'), 1)
      prompt.passOn()
      assert.equal(prompt.estimate, undefined)
    }),
    ['unchanged', null, null, null, []],
  )
})

test('where something was dropped it is lossy, and the list of what was done says so', () => {
  const done = told((prompt) => prompt.did('quirks'), ['seed']).at(-1)
  assert.deepEqual(done, ['quirks', 'fields_dropped'])
})

test('the list of what may be done is closed, and the page on receipts explains each of it', () => {
  const names = Object.keys(transforms)
  const all = Object.values(transformBits).reduce((bits, bit) => bits | bit)
  assert.deepEqual(transformsIn(all), names)
  assert.deepEqual([transformsIn(0), transformsIn(transformBits.quirks)], [[], ['quirks']])
  const page = readFileSync(new URL('../../docs/receipts.md', import.meta.url), 'utf8')
  for (const [name, meaning] of Object.entries(transforms)) assert.ok(page.includes(`| \`${name}\` | ${meaning} |`), name)
})
