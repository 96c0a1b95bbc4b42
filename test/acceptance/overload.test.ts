/** Memory that comes to its end: the calls that it holds are served, further ones are refused in time, and it recovers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { messagesPath, openScene, type Told } from './scene.ts'

/** A conversation that takes some ten times as much as a tree of objects than as text. */
const long = Array.from({ length: 9000 }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text: `${at}` }] }))
const most = 120

test('[B36] (routing 26) a heap that is nearly full refuses calls with 503 and when to come back, loses none that it took, and takes calls again when they are done', async () => {
  const release = Promise.withResolvers<void>()
  await using upstream = await startUpstream(async (request) => {
    if (request.body.length > 10_000) await release.promise
    return openai.reply('fine')
  })
  await using scene = await openScene({
    cast: { up: { like: 'openai', url: upstream.url } },
    settings: { deadlines: { firstByteWhole: '1min' } },
    // Of this the gateway itself takes a bit less than half.
    flags: ['--max-old-space-size=85', '--max-semi-space-size=2'],
  })
  const calls: Promise<Told>[] = []
  const refusals: Told[] = []
  while (refusals.length === 0 && calls.length < most) {
    const call = scene.say('up/m', { messages: long })
    void call.then((told) => refusals.push(told))
    calls.push(call)
    await pause(30)
  }
  const [refused] = refusals
  assert.ok(refused, `${most} calls were taken`)
  assert.deepEqual([refused.status, refused.code()], [503, 'overloaded'])
  assert.ok(Number(refused.headers['retry-after']) >= 1)
  assert.equal((await scene.say('up/m', { messages: long }, { path: messagesPath })).status, 529)
  // What the garbage collector finds meanwhile may let one or the other in: those wait with the first, and are served like them.
  for (let at = 0; at < 40; at += 1) calls.push(scene.say('up/m', { messages: long }).then((told) => (refusals.push(told), told)))
  await eventually(async () => (refusals.length >= 30 ? true : undefined), 20_000)
  assert.equal((await scene.ask({ method: 'GET', path: '/health/readiness', key: null })).status, 200)
  assert.ok(refusals.every(({ status }) => status === 503))
  release.resolve()
  const told = await Promise.all(calls)
  const taken = upstream.requests.length
  assert.ok(taken >= 8, `only ${taken} calls were taken`)
  assert.equal(told.filter(({ status }) => status === 200).length, taken, 'who was let in was served')
  assert.ok(told.every((one) => one.status === 200 || one.code() === 'overloaded'))
  await eventually(async () => (await Promise.all(Array.from({ length: 5 }, () => scene.say('up/m')))).every(({ status }) => status === 200), 20_000)
  await holdAlive(scene)
})
