/** A million names that nobody has asked for before, of models, users and all else that a client may call as it likes: the process is as large after them as before. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { head } from '../acceptance/raw.ts'
import { holdAlive, noProc } from '../acceptance/rules.ts'
import { chatPath, hello } from '../acceptance/scene.ts'
import { flags, lookInside, type Inside } from '../inside.ts'
import { ask, startProvider } from '../swarm.ts'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const names = 1_000_000
/** Milliseconds to ask them in: a file has five minutes, and a machine that has no time for it asks fewer, and says so. */
const patience = 220_000
/** By then all that is bounded is full, and the process as large as such traffic makes it. */
const warm = 200_000
/** Some go to a provider, which fills what is bounded by places and counters; the models of the others lead nowhere, which costs a third. */
const isAnswered = (own: number): boolean => own % (own < warm ? 8 : 50) === 0
/** The most that any Map, Set or list may hold: the places whose health is known are 20,000, and the counters in use as many. */
const mostHeld = 20_100
const MiB = 2 ** 20

const reply = JSON.stringify(openai.body('Hi.'))
const provider = await startProvider((_, socket) => {
  socket.write(head('HTTP/1.1 200 OK', 'content-type: application/json', `content-length: ${reply.length}`) + reply)
})
after(() => provider.stop())

const scene = await openGoverned({
  cast: { quick: { like: 'openai', url: `http://127.0.0.1:${provider.port}` } },
  settings: { log: { level: 'warn' }, metadata: { keys: ['team'], metricLabels: ['team'], mostValues: 50 } },
  // Young objects of so many calls cost less with more room.
  flags: [...flags, '--max-semi-space-size=64'],
})
await scene.put('limits/each', { scope: 'all', each: ['model', 'label:team'], measure: 'requests', amount: 1000, window: '1h' })

let turn = 0
const statuses = new Map<string, number>()

/** Every name in it is said once. What is told of a call alone, those that are answered say too. */
function nextCall() {
  const own = turn++
  const body = JSON.stringify({ model: `${isAnswered(own) ? 'quick/' : ''}nobodys-model-${own}`, user: `nobodys-user-${own}`, messages: hello })
  const more = [
    `User-Agent: nobodys-agent/${own}`,
    `X-Omni-Session-Id: nobodys-session-${own}`,
    `X-Request-Id: nobodys-request-${own}`,
    `X-Omni-Metadata: {"team":"nobodys-team-${own}"}`,
  ]
  const text = head(
    `POST ${chatPath} HTTP/1.1`,
    `Host: 127.0.0.1:${scene.port}`,
    `Authorization: Bearer ${scene.key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `Accept: application/x-nobodys-${own}`,
    `X-Omni-User-Id: nobodys-user-${own}`,
    ...(isAnswered(own) ? more : []),
  )
  return { text: text + body, hear }
}

function hear(answer = 'HTTP/1.1 lost'): void {
  const status = answer.slice(9, 12)
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
}

const askUntil = (end: number) =>
  ask({ port: scene.port, lanes: 4, depth: 64, next: () => (turn < end && performance.now() < patience ? nextCall() : undefined) })
const metrics = async () => (await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })).text
const seriesOf = (text: string) => text.split('\n').map((line) => line.replace(/ \S+$/, ''))

describe('a million names', { skip: noProc }, () => {
  let before: Inside
  let series: readonly string[]

  test('[C64] of models, users, sessions, types and the rest are each answered', async (context) => {
    await askUntil(warm)
    before = await lookInside(scene)
    series = seriesOf(await metrics())
    await askUntil(names)
    assert.ok(turn > warm, `${turn} were asked in ${patience} ms`)
    const whole = warm / 8 + Math.ceil((turn - warm) / 50)
    assert.deepEqual(Object.fromEntries(statuses), { 200: whole, 404: turn - whole })
    if (turn < names) context.skip(`of a million this machine asked ${turn} in ${patience} ms`)
  })

  test('[C64] leave no list longer than its bound, in no thread more than before, and the heap as it was', async () => {
    const after = await lookInside(scene)
    for (const { largest } of [before, after])
      assert.deepEqual(
        largest.filter(({ size }) => size > mostHeld),
        [],
      )
    assert.ok(after.heap - before.heap < 16 * MiB, `the heap grew from ${before.heap} to ${after.heap} bytes`)
    for (const [name, held] of Object.entries(after.threads)) assert.ok(held - before.threads[name]! < 8 * MiB, `${name} has ${held} bytes`)
  })

  test('[C64] are in no label of a metric, but of those whose values the operator wants counted the first', async () => {
    const text = await metrics()
    assert.deepEqual(seriesOf(text), series)
    const labels = seriesOf(text).filter((line) => line.includes('nobodys'))
    assert.equal(labels.length, 50)
    assert.ok(
      labels.every((line) => line.startsWith('omni_requests_by_team_total{')),
      labels.join('\n'),
    )
  })

  test('[C64] are told apart in the index as far as its bound of new ones goes', async () => {
    const database = new DatabaseSync(join(scene.dataDir, 'omni.db'), { readOnly: true })
    const { combos } = database.prepare('select count(*) as combos from combos').get() as { combos: number }
    database.close()
    // Two thousand an hour, and an hour may have ended.
    assert.ok(combos <= 2 * 2100, `${combos} combinations`)
  })
})

test('[I5] after all of this the same process serves, and answers others as before', async () => {
  await holdAlive(scene)
  assert.equal((await scene.say('up/gpt-4o')).status, 200)
})
