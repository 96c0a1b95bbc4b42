/** Spikes wait instead of failing: at a target, and among the calls of one key; and what cannot wait is told so at once. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placeResource, type PlaceResource } from '../../src/contract/providers.ts'
import { eventually } from '../gateway.ts'
import { chunk, hang, openai, openStream, raw, type Answer } from '../upstream/index.ts'
import { openScene, question, type Scene } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `
  narrow: { like: openai, baseUrl: "${chat}/v1", concurrency: 5 }
  tight: { like: openai, baseUrl: "${chat}/v1", concurrency: 1 }`,
  config: () => `
health: { failures: 1000 }
queue: { size: 60, time: 900ms }
chains: { roomy: { targets: [tight/m, anthropic/claude-sonnet-4-5] } }`,
})
const few = await openScene({ config: () => 'limits: { keyConcurrency: 3, keyQueue: 4 }\nqueue: { time: 3s }\n' })

const model = (name: string, fields: object = {}) => ({ model: name, ...question, ...fields })

/** How many were under way at the provider at once, at most. */
function crowd(ms: number): { readonly answer: () => Promise<Answer>; readonly most: () => number } {
  let now = 0
  let most = 0
  const answer = async () => {
    now += 1
    most = Math.max(most, now)
    await new Promise((resolve) => setTimeout(resolve, ms))
    now -= 1
    return openai.reply('served')
  }
  return { answer, most: () => most }
}

/** Begins a stream; its client leaves when it is told to. */
function askAndLeave({ gateway }: Scene, name: string): () => Promise<void> {
  const leaving = new AbortController()
  const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
  const body = JSON.stringify(model(name, { stream: true }))
  const left = fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body, signal: leaving.signal }).catch(() => undefined)
  return async () => {
    leaving.abort()
    await left
  }
}

const askAdmin = async ({ gateway }: Scene, path: string, body?: object): Promise<unknown> => {
  const headers = { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json' }
  const told = await fetch(`${gateway.url}${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
  return told.json()
}

/** What is stored anew is published anew. */
async function makeKey(scene: Scene): Promise<string> {
  return ((await askAdmin(scene, '/_omni/keys', { name: 'another' })) as { key: string }).key
}

async function placeOf(scene: Scene, name: string): Promise<PlaceResource | undefined> {
  const { data } = (await askAdmin(scene, '/_omni/providers/health')) as { readonly data: readonly unknown[] }
  return data.map((one) => placeResource.parse(one)).find(({ place }) => place.startsWith(name))
}

describe('a provider that takes five calls at once', () => {
  test('serves fifty that come together, five at a time', async () => {
    const { answer, most } = crowd(30)
    scene.chat.play(answer)
    const answers = await Promise.all(Array.from({ length: 50 }, () => scene.post('/v1/chat/completions', model('narrow/m'))))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(most(), 5)
    const queued = await Promise.all(answers.slice(-3).map(async (told) => (await scene.receiptOf(told)).queued as number))
    assert.ok(Math.max(...queued) > 20e6, 'the receipt tells the waiting')
    const headers = { authorization: `Bearer ${scene.gateway.adminKey}` }
    assert.match(await (await fetch(`${scene.gateway.url}/metrics`, { headers })).text(), /^omni_queued_seconds_count\{surface="openai-chat"\} 4\d$/m)
  })

  test('refuses at once those for whom there is no place in the queue, and says when to come back (routing 26)', async () => {
    const { answer } = crowd(200)
    scene.chat.play(answer)
    const began = performance.now()
    const told = await Promise.all(
      Array.from({ length: 75 }, async () => {
        const one = await scene.post('/v1/chat/completions', model('narrow/m'))
        return { one, took: performance.now() - began, code: one.status === 200 ? '' : ((await one.json()) as { error: { code: string } }).error.code }
      }),
    )
    const refused = told.filter(({ one }) => one.status === 503)
    assert.ok(refused.length >= 10, `${refused.length} were refused`)
    for (const { one, code } of refused) assert.deepEqual([code, one.headers.get('retry-after')], ['queue_full', '1'])
    // Five fail at once; those whose time is up have waited for it.
    assert.ok(refused.some(({ took }) => took < 700))
    assert.ok(told.every(({ one }) => one.status === 200 || one.status === 503))
  })

  test('is left for another that has room', async () => {
    scene.chat.play([openStream(), raw(chunk('data: {}\n\n')), hang()])
    const leave = askAndLeave(scene, 'tight/m')
    await scene.chat.request(0)
    const told = await scene.post('/v1/chat/completions', model('roomy'))
    assert.deepEqual([told.status, told.headers.get('x-omni-provider')], [200, 'anthropic'])
    await leave()
  })

  test('serves no more at once while the configuration is published anew', async () => {
    const { answer, most } = crowd(60)
    scene.chat.play(answer)
    const answers = Array.from({ length: 40 }, () => scene.post('/v1/chat/completions', model('narrow/m')))
    await scene.chat.request(5)
    await makeKey(scene)
    assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([200]))
    assert.equal(most(), 5)
  })

  test('serves a second key in turn with the first, however many calls that one has waiting', async () => {
    const { answer } = crowd(30)
    const other = await makeKey(scene)
    scene.chat.play(answer)
    const done: string[] = []
    const ask = async (who: string, key?: string) => {
      const told = await scene.post('/v1/chat/completions', model('narrow/m'), key === undefined ? {} : { authorization: `Bearer ${key}` })
      assert.equal(told.status, 200)
      done.push(who)
    }
    const first = Array.from({ length: 50 }, () => ask('first'))
    await scene.chat.request(4)
    await Promise.all([...first, ...Array.from({ length: 5 }, () => ask('second', other))])
    assert.ok(done.lastIndexOf('second') < 30, done.join(' '))
  })

  test('forgets whoever leaves while they wait', async () => {
    scene.chat.play([openStream(), hang()])
    const leaveFirst = askAndLeave(scene, 'tight/m')
    await scene.chat.request(0)
    const leaveSecond = askAndLeave(scene, 'tight/m')
    await eventually(async () => ((await placeOf(scene, 'provider:tight'))?.waiting === 1 ? true : undefined))
    await leaveSecond()
    await eventually(async () => ((await placeOf(scene, 'provider:tight'))?.waiting === 0 ? true : undefined))
    await leaveFirst()
    await eventually(async () => ((await placeOf(scene, 'provider:tight'))?.in_flight === 0 ? true : undefined))
    scene.chat.play(openai.reply('served'))
    assert.equal((await scene.post('/v1/chat/completions', model('tight/m'))).status, 200)
  })
})

describe('a key that may have three calls under way', () => {
  test('has three, four wait, and the eighth is refused at once with 429', async () => {
    const { answer, most } = crowd(150)
    few.chat.play(answer)
    const began = performance.now()
    const told = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const one = await few.post('/v1/chat/completions', model('openai/m'))
        return { one, took: performance.now() - began, text: await one.text() }
      }),
    )
    const [refused, ...others] = told.filter(({ one }) => one.status !== 200)
    assert.deepEqual([refused?.one.status, refused?.one.headers.get('retry-after'), others.length], [429, '1', 0])
    assert.match(refused!.text, /"type":"rate_limit_error","param":null,"code":"key_queue_full"/)
    assert.ok(refused!.took < 150)
    assert.equal(most(), 3)
  })

  test('has its place back however a call ends: by its end, an error, or the client’s leaving (case 202)', async () => {
    few.chat.play(openai.error(400))
    for (let at = 0; at < 4; at += 1) assert.equal((await few.post('/v1/chat/completions', model('openai/m'))).status, 400)
    few.chat.play([...openai.stream('half').slice(0, 3), hang()])
    for (let at = 0; at < 4; at += 1) {
      const leave = askAndLeave(few, 'openai/m')
      await few.chat.request(at)
      await leave()
    }
    await eventually(async () => {
      const key = await placeOf(few, 'key:')
      return key?.in_flight === 0 && key.waiting === 0 ? true : undefined
    })
  })

  test('has no more while the configuration is published anew', async () => {
    const { answer, most } = crowd(100)
    few.chat.play(answer)
    const answers = Array.from({ length: 7 }, () => few.post('/v1/chat/completions', model('openai/m')))
    await few.chat.request(2)
    await makeKey(few)
    await Promise.all(answers)
    assert.equal(most(), 3)
  })
})

test('calls that were told to come back together are all served, one after the other, and not refused for coming together', async () => {
  let until = 0
  scene.chat.play(() => {
    until ||= performance.now() + 300
    return performance.now() < until ? openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after-ms': '400' }) : openai.reply('served')
  })
  const answers = await Promise.all(Array.from({ length: 10 }, () => scene.post('/v1/chat/completions', model('openai/told'))))
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array<number>(10).fill(200),
  )
  assert.ok(scene.chat.asked().length <= 20, `${scene.chat.asked().length} were asked`)
})
