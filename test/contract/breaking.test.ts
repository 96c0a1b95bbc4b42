/** A breaker that opens in the middle of a call: nobody waits for what broke. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { messages, openai, wait } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene({
  config: () => `
retry: { longestPause: 8s, budgetFloor: 1000 }
health: { failures: 1, window: 1ms, ejection: 5s }
chains:
  pair: { targets: [openai/first, anthropic/claude-sonnet-4-5] }
  alone: { targets: [openai/second] }`,
})

const ask = async (route: string) => {
  const began = performance.now()
  const answer = await scene.post('/v1/chat/completions', { model: 'any', omni_route: route, ...question })
  return { status: answer.status, text: await answer.text(), took: performance.now() - began }
}

test('a call whose failure opens the breaker goes to the next target at once, though it might have asked again', async () => {
  scene.chat.play(openai.error(500, 'server_error'))
  scene.claude.play(messages.speak('mended'))
  const { status, text, took } = await ask('pair')
  assert.equal(status, 200, text)
  assert.ok(took < 2000, `${took} ms`)
  assert.equal(scene.chat.asked().length, 1)
})

test('and where there is no other, its failure is told at once', async () => {
  scene.chat.play(openai.error(500, 'server_error'))
  const { status, took } = await ask('alone')
  assert.equal(status, 502)
  assert.ok(took < 2000, `${took} ms`)
})

const patient = await openScene({ config: () => 'retry: { perTarget: 0 }\nhealth: { failures: 2, window: 4s, ejection: 5s }\n' })

test('(routing 7) three hundred calls that fail within a window are one failure of the two that it takes', async () => {
  patient.chat.play(() => [wait(Math.random() * 500), ...openai.error(500, 'server_error')])
  const fail = async () => (await patient.post('/v1/chat/completions', { model: 'openai/m', ...question })).status
  const standing = async () => {
    const answer = await fetch(`${patient.gateway.url}/_omni/providers/health`, { headers: { authorization: `Bearer ${patient.gateway.adminKey}` } })
    const { data } = (await answer.json()) as { data: readonly { place: string; state: string; failures: number }[] }
    const { state, failures } = data.find(({ place }) => place === 'target:openai/m')!
    return [state, failures]
  }
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 300 }, fail))), new Set([502]))
  assert.deepEqual([await standing(), patient.chat.asked().length], [['closed', 1], 300])
  await pause(4100)
  assert.equal(await fail(), 502)
  assert.equal((await standing())[0], 'open')
})
