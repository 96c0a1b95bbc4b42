/** Wrong keys by the thousand: they cost the same each, are told of together, and keep nobody out who has a right one. */

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { describe, test } from 'node:test'
import { growthDuring, holdAlive, noProc } from '../acceptance/rules.ts'
import { chatPath, hello, messagesPath } from '../acceptance/scene.ts'
import { wrongKeys } from '../../src/server/throttle.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ env: { OMNI_TRUSTED_PROXIES: '127.0.0.1' } })
const body = { model: 'up/gpt-4o', max_tokens: 8, messages: hello }
const from = (address: string) => ({ 'x-forwarded-for': address })

/** Three times the measure of all together: of the others of C22 each is met alike. */
const attempts = 3000
const paths = [chatPath, messagesPath, '/v1beta/models/up/gpt-4o:generateContent', '/_omni/keys', '/_omni/reports', '/v1/models', '/metrics'] as const
const isRead = (path: string): boolean => /^\/_omni|models$|metrics$/.test(path)

async function attack(count: number, addressOf: (at: number) => string): Promise<ReadonlyMap<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const statuses = new Map<number, number>()
  let at = 0
  const one = (turn: number) =>
    new Promise<number>((resolve, reject) => {
      const path = paths[turn % paths.length]!
      const headers = { authorization: `Bearer omni_wrong${turn}`, 'content-type': 'application/json', ...from(addressOf(turn)) }
      request({ host: '127.0.0.1', port: scene.port, path, method: isRead(path) ? 'GET' : 'POST', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
        .on('error', reject)
        .end(isRead(path) ? undefined : '{}')
    })
  const lane = async () => {
    while (at < count) {
      const status = await one(at++)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  agent.destroy()
  return statuses
}

describe('thousands of wrong keys', () => {
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
    const statuses = await attack(attempts, () => '203.0.113.7')
    isOver = true
    await meanwhile
    assert.deepEqual(
      [...statuses].toSorted(([one], [other]) => one - other),
      [
        [401, wrongKeys.household],
        [429, attempts - wrongKeys.household],
      ],
    )
    assert.ok(calls.length >= 10 && calls.every((status) => status === 200), `[C23] ${calls.join(' ')}`)
  })

  test('[C22] from a thousand addresses are refused as too many in all', { skip: noProc }, async () => {
    let statuses: ReadonlyMap<number, number> = new Map()
    const growth = await growthDuring(scene.pid, async () => {
      statuses = await attack(attempts, (at) => `2001:db8:${(at % 1000).toString(16)}::${at}`)
    })
    assert.ok((statuses.get(401) ?? 0) <= wrongKeys.all, `${[...statuses].join(' ')}`)
    assert.ok((statuses.get(429) ?? 0) >= attempts - wrongKeys.all, `${[...statuses].join(' ')}`)
    assert.ok(growth < 100 * 2 ** 20, `${growth} bytes`)
    assert.equal((await scene.ask({ headers: from('2001:db8:1::1'), body })).status, 200)
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

  test('leave numbers, no receipts and no line each', async () => {
    const metrics = (await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })).text
    assert.ok(Number(/omni_unauthorized_total\{reason="too_many_wrong_keys"\} (\d+)/.exec(metrics)?.[1]) > attempts)
    assert.ok(scene.log().filter(({ level }) => level === 'WARN').length <= 2, 'one event in a minute')
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

test('[I5] after all of this the same process serves', () => holdAlive(scene))
