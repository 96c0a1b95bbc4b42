/** Turns come one at a time, in order. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('turns are taken one at a time, in the order they were asked for', async () => {
  const turns = new Turns()
  const seen: string[] = []
  const work = async (name: string) => {
    const end = await turns.take()
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    end()
  }
  await Promise.all(['a', 'b', 'c'].map(work))
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('more than a thousand do not wait', async () => {
  const turns = new Turns()
  const end = await turns.take()
  const waiting = Array.from({ length: 1000 }, async () => (await turns.take())())
  await assert.rejects(turns.take(), { reason: 'busy' })
  end()
  await Promise.all(waiting)
  const last = await turns.take()
  last()
})
