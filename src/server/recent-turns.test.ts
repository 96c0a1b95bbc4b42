/** What is remembered of one connection, and for how long. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentTurns } from './recent-turns.ts'

const answer = (id: string, text = 'hi') => ({ id, input: [{ role: 'user', content: text }], output: [], response: { id } })

test('the last eight answers are remembered, with what they were asked', () => {
  const turns = new RecentTurns(1_000_000)
  for (let at = 1; at <= 9; at += 1) turns.put(answer(`resp_${at}`))
  assert.equal(turns.find('resp_1'), undefined)
  assert.deepEqual(turns.find('resp_2')?.input, [{ role: 'user', content: 'hi' }])
  assert.equal(turns.find('resp_9')?.id, 'resp_9')
})

test('the oldest go first where they hold too much, and one that is too long is not remembered', () => {
  const turns = new RecentTurns(200)
  turns.put(answer('resp_1', 'a'.repeat(80)))
  turns.put(answer('resp_2', 'b'.repeat(80)))
  assert.deepEqual([turns.find('resp_1'), turns.find('resp_2')?.id], [undefined, 'resp_2'])
  turns.put(answer('resp_3', 'c'.repeat(300)))
  assert.deepEqual([turns.find('resp_2'), turns.find('resp_3')], [undefined, undefined])
})

test('an id that comes again counts once', () => {
  const turns = new RecentTurns(200)
  for (let at = 0; at < 5; at += 1) turns.put(answer('resp_1', 'a'.repeat(100)))
  assert.equal(turns.find('resp_1')?.id, 'resp_1')
})
