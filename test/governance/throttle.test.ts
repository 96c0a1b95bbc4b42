/** Wrong keys by the thousand: they cost the same each, are told of together, and keep nobody out who has a right one. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { head } from '../acceptance/raw.ts'
import { growthDuring, holdAlive, noProc, secondsOf } from '../acceptance/rules.ts'
import { chatPath, hello, messagesPath } from '../acceptance/scene.ts'
import { eventually } from '../gateway.ts'
import { wrongKeys } from '../../src/server/throttle.ts'
import { ask } from '../swarm.ts'
import { openGoverned, type Governed } from './scene.ts'

/** Attacked from one address, and attacked from a thousand. */
const [scene, other] = (await Promise.all([1, 2].map(() => openGoverned({ env: { OMNI_TRUSTED_PROXIES: '127.0.0.1' } })))) as [Governed, Governed]
const body = { model: 'up/gpt-4o', max_tokens: 8, messages: hello }
const from = (address: string) => ({ 'x-forwarded-for': address })

const attempts = 10_000
const paths = [chatPath, messagesPath, '/v1beta/models/up/gpt-4o:generateContent', '/_omni/keys', '/_omni/reports', '/v1/models', '/metrics'] as const
const isRead = (path: string): boolean => /^\/_omni|models$|metrics$/.test(path)

interface Attack {
  readonly statuses: ReadonlyMap<string, number>
  /** Seconds of the gateway's processor that the first and the second half of the attempts took. */
  readonly halves: readonly number[]
  readonly took: number
}

async function attack({ port, pid }: Governed, addressOf: (at: number) => string): Promise<Attack> {
  const statuses = new Map<string, number>()
  const halves: number[] = []
  const began = performance.now()
  const hear = (text = 'HTTP/1.1 lost'): void => {
    const status = text.slice(9, 12)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const errandOf = (at: number) => {
    const path = paths[at % paths.length]!
    const lines = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer omni_wrong${at}`, `X-Forwarded-For: ${addressOf(at)}`, 'Content-Type: application/json']
    return { text: isRead(path) ? head(`GET ${path} HTTP/1.1`, ...lines) : `${head(`POST ${path} HTTP/1.1`, ...lines, 'Content-Length: 2')}{}`, hear }
  }
  let at = 0
  for (const end of [attempts / 2, attempts]) {
    const before = secondsOf(pid)
    await ask({ port, lanes: 16, depth: 4, next: () => (at < end ? errandOf(at++) : undefined) })
    halves.push(secondsOf(pid) - before)
  }
  return { statuses, halves, took: performance.now() - began }
}

/** What was told of minutes that are over. */
const eventsOf = (at: Governed) => at.log().filter(({ msg }) => msg === 'wrong keys were sent in the last minute')

describe('ten thousand wrong keys in a minute', { skip: noProc }, () => {
  test('[C22] from one address are refused as too many, and a right key from the same address is let in all the while', async () => {
    const calls: number[] = []
    let isOver = false
    const meanwhile = (async () => {
      while (!isOver)
        calls.push(
          (await scene.ask({ headers: from('203.0.113.7'), body })).status,
          (await scene.ask({ method: 'GET', path: '/_omni/keys', key: scene.adminKey, headers: from('203.0.113.7') })).status,
        )
    })()
    const { statuses, took } = await attack(scene, () => '203.0.113.7')
    isOver = true
    await meanwhile
    assert.deepEqual(Object.fromEntries(statuses), { 401: wrongKeys.household, 429: attempts - wrongKeys.household })
    assert.ok(took < 60_000, `they took ${took} ms`)
    assert.ok(calls.length >= 10 && calls.every((status) => status === 200), `[C23] ${calls.join(' ')}`)
  })

  test('[C22] from a thousand addresses are refused as too many in all', async () => {
    const addressOf = (at: number) => `2001:db8:${(at % 1000).toString(16)}::${at}`
    let told: Attack | undefined
    const growth = await growthDuring(other.pid, async () => (told = await attack(other, addressOf)))
    assert.deepEqual(Object.fromEntries(told!.statuses), { 401: wrongKeys.all, 429: attempts - wrongKeys.all })
    assert.ok(told!.took < 60_000, `they took ${told!.took} ms`)
    assert.ok(growth < 100 * 2 ** 20, `${growth} bytes`)
    assert.equal((await other.ask({ headers: from('2001:db8:1::1'), body })).status, 200)
  })

  test('[C22] cost the same each: the last as the first, and those from a thousand addresses as those from one', async () => {
    // By now both processes are equally warm.
    const one = await attack(scene, () => '203.0.113.7')
    const many = await attack(other, (at) => `2001:db8:${(at % 1000).toString(16)}::${at}`)
    const sum = ({ halves }: Attack) => halves[0]! + halves[1]!
    const said = JSON.stringify([one.halves, many.halves])
    assert.ok(sum(many) < sum(one) * 1.5 && sum(one) < sum(many) * 1.5, said)
    for (const { halves } of [one, many]) assert.ok(halves[1]! < halves[0]! * 1.5, said)
    assert.ok(sum(one) / attempts < 500e-6, said)
  })

  test('are refused in the envelope of each surface, with when to come back and that trying again does not help', async () => {
    for (const path of [chatPath, messagesPath, '/v1beta/models/up/gpt-4o:generateContent', '/_omni/keys', '/v1/models']) {
      const told = await scene.ask({
        method: isRead(path) ? 'GET' : 'POST',
        path,
        key: 'omni_wrong',
        headers: from('203.0.113.7'),
        body: isRead(path) ? undefined : body,
      })
      assert.deepEqual([told.status, told.headers['x-should-retry']], [429, 'false'], told.text)
      if (!isRead(path)) assert.match(String(told.headers['x-omega-decision-id']), /^dec_/)
    }
  })

  test('leave numbers, and no receipts', async () => {
    const metrics = (await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })).text
    assert.ok(Number(/omni_unauthorized_total\{reason="too_many_wrong_keys"\} (\d+)/.exec(metrics)?.[1]) > attempts)
    const receipts = (await scene.admin('GET', 'reports?limit=200')).json().data as { error: string | null }[]
    assert.ok(receipts.every(({ error }) => error === null))
  })
})

test('[C54] the admin key opens no model surface, is told what it is for, and is counted', async () => {
  for (const path of [chatPath, messagesPath, '/v1/models', '/v1/embeddings']) {
    const told = await scene.ask({ method: isRead(path) ? 'GET' : 'POST', path, key: scene.adminKey, body: isRead(path) ? undefined : body })
    assert.equal(told.status, 403, told.text)
    assert.match(told.text, /This is the admin key/)
  }
  assert.match((await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })).text, /omni_unauthorized_total\{reason="admin_key_misused"\} 4/)
  const { key } = await scene.keyWith({})
  assert.equal((await scene.ask({ key, body })).status, 200)
})

test('[C22] all of them are told of in one event a minute', { skip: noProc }, async () => {
  for (const [gateway, households] of [
    [scene, 1],
    [other, 1000],
  ] as const) {
    const events = await eventually(() => {
      const told = eventsOf(gateway)
      return told.reduce((sum, { wrong }) => sum + Number(wrong), 0) >= attempts * 2 ? told : undefined
    }, 70_000)
    assert.ok(events.length <= 2, `${events.length} events`)
    // They come on many connections: a few of the second turn are among the first thousand.
    for (const { level, from } of events) assert.ok(level === 'WARN' && Number(from) <= households && Number(from) >= households * 0.95, String(from))
    assert.ok(gateway.log().length < 2000, 'there is no line for each')
  }
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
