/** A gateway whose own connections are all in use: that is no fault of the provider, and puts nothing out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunk, openai, openStream, raw, wait, type Answer } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene({ config: () => 'upstream: { connections: 3 }\nretry: { budgetFloor: 1000 }\n' })

/** Its last word is told at once, and its connection is let go later, as servers behind a proxy do. */
function lingering(ms: number): Answer {
  const frames = openai.frames('fine').map((frame) => raw(chunk(frame)))
  return [openStream(), ...frames, wait(ms), raw(chunk(''))]
}

test('answers that let their connections go late put no target out, and most calls find a connection a moment later', async () => {
  scene.chat.play(lingering(150))
  const told = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const answer = await scene.post('/v1/chat/completions', { model: 'openai/gpt-4o', stream: true, num_retries: 5, ...question })
      return { status: answer.status, text: await answer.text() }
    }),
  )
  for (const { status, text } of told) assert.ok(status === 200 || text.includes('queue_full'), text)
  assert.ok(told.filter(({ status }) => status === 200).length > 10, told.map(({ status }) => status).join(' '))
  const places = await fetch(`${scene.gateway.url}/_omni/providers/health`, { headers: { authorization: `Bearer ${scene.gateway.adminKey}` } })
  const { data } = (await places.json()) as { data: { ejections: number; state: string }[] }
  for (const { ejections, state } of data) assert.deepEqual([ejections, state], [0, 'closed'])
})
