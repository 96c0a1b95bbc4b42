/** One client that asks one thing after the other: what it waits for is the provider, and no timer of anybody's network. */

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, describe, test } from 'node:test'
import { openai, startUpstream } from '../upstream/index.ts'
import { chatPath, hello, openScene } from './scene.ts'

const upstream = await startUpstream(openai.speak('one two three four five six seven eight'))
const scene = await openScene({ cast: { up: { like: 'openai', url: upstream.url } } })
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
after(async () => {
  agent.destroy()
  await Promise.all([scene[Symbol.asyncDispose](), upstream.stop()])
})

/** Milliseconds from asking to the last byte, on a connection that is kept and that gathers small packets, as clients' do. */
function ask(stream: boolean): Promise<number> {
  const body = JSON.stringify({ model: 'up/m', messages: hello, stream })
  const headers = { authorization: `Bearer ${scene.key}`, 'content-type': 'application/json', 'content-length': body.length }
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: scene.port, method: 'POST', path: chatPath, headers, agent }, (answer) => {
      answer.resume().once('end', () => resolve(performance.now() - from))
    })
    asked.setNoDelay(false)
    asked.on('error', reject).end(body)
  })
}

/** What an acknowledgement that is held back, and a packet that waits for it, take together on Linux (RFC 896 and RFC 1122, 4.2.3.2). */
const plateau = [36, 52] as const

describe('(routing 25) two hundred calls one after the other', () => {
  for (const stream of [false, true]) {
    test(`${stream ? 'streamed' : 'whole'}, wait for no acknowledgement: fewer than a tenth of them take about 40 ms`, async () => {
      for (let warm = 0; warm < 20; warm += 1) await ask(stream)
      const took: number[] = []
      for (let turn = 0; turn < 200; turn += 1) took.push(await ask(stream))
      const sorted = took.toSorted((left, right) => left - right)
      const on = sorted.filter((ms) => ms >= plateau[0] && ms <= plateau[1]).length
      assert.ok(on < 20, `${on} of 200 took about 40 ms`)
      assert.ok(sorted[100]! < 20, `half of them took ${sorted[100]!.toFixed(1)} ms or more`)
    })
  }
})
