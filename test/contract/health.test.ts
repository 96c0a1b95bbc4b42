/** What one process learns of a provider's health, others that share its database know, and a process that starts where it was killed. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { openai, startUpstream, type Answer } from '../upstream/index.ts'
import { question } from './scene.ts'

const postgres = await startPostgres()
after(() => (typeof postgres === 'string' ? undefined : postgres.stop()))

interface Place {
  readonly place: string
  readonly state: string
  readonly reason: string | null
  readonly until: number | null
}

/** Looked for every second, and written a moment after it changed; machines that run tests are busy. */
const soonMs = 2500

for (const database of ['an SQLite file', 'PostgreSQL'] as const) {
  if (database === 'PostgreSQL' && typeof postgres === 'string') {
    test(`two processes on ${database}`, { skip: postgres })
    continue
  }
  describe(`two processes on ${database}`, async () => {
    let answer: Answer = openai.reply('fine')
    const upstream = await startUpstream(() => answer)
    const env: Record<string, string> = database === 'PostgreSQL' && typeof postgres !== 'string' ? { OMNI_DATABASE_URL: await postgres.createDatabase() } : {}
    const config = `providers: { one: { like: openai, key: secret-of-one-2c26b46b, baseUrl: "${upstream.url}/v1" } }\nretry: { perTarget: 0 }\n`
    const first = await startGateway({ config, env })
    const second = await startGateway({ dataDir: first.dataDir, env })
    const started: Gateway[] = [second, first]
    after(async () => {
      for (const gateway of started) await gateway[Symbol.asyncDispose]()
      await upstream.stop()
    })

    const ask = ({ url }: Gateway, path: string, { key = first.adminKey, body }: { key?: string; body?: object } = {}) =>
      fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
    const say = async (gateway: Gateway) => {
      const before = upstream.requests.length
      const told = await ask(gateway, '/v1/chat/completions', { key: first.key, body: { model: 'one/m', ...question } })
      await told.arrayBuffer()
      return { status: told.status, retryAfter: Number(told.headers.get('retry-after')), wasAsked: upstream.requests.length > before }
    }
    const placeAt = async (gateway: Gateway, kind: string): Promise<Place | undefined> => {
      const { data } = (await (await ask(gateway, '/_omni/providers/health')).json()) as { data: Place[] }
      return data.find(({ place }) => place.startsWith(`${kind}:`))
    }
    const untilKnown = (gateway: Gateway, kind: string, state: string) =>
      eventually(async () => [await placeAt(gateway, kind)].find((place) => place?.state === state), soonMs)
    const reset = async (gateway: Gateway, place: string) => (await ask(gateway, '/_omni/providers/health/reset', { body: { place } })).status

    test('use no credential that one of them saw refused', async () => {
      assert.deepEqual(await Promise.all([say(first), say(second)].map(async (told) => (await told).status)), [200, 200])
      answer = openai.error(401, 'invalid_api_key')
      assert.deepEqual(await say(first), { status: 502, retryAfter: 0, wasAsked: true })
      const known = await untilKnown(second, 'account', 'open')
      const own = await placeAt(first, 'account')
      assert.deepEqual([known.place, known.reason], [own?.place, 'upstream_auth_error'])
      assert.ok(Math.abs(known.until! - own!.until!) < 100, 'both are told of one time')
      assert.equal((await say(second)).wasAsked, false)
      assert.match(known.place, /^account:one#[0-9a-f]{8}$/)
      const tellsOf = (gateway: Gateway) => gateway.log().flatMap(({ msg, level, place, reason }) => (msg === 'left alone' ? [[level, place, reason]] : []))
      assert.deepEqual(
        [first, second].map((gateway) => tellsOf(gateway)),
        [[['ERROR', known.place, 'upstream_auth_error']], []],
        'who found it out says so',
      )
      const numbers = await (await ask(second, '/metrics')).text()
      assert.match(numbers, /^omni_places\{kind="account",provider="one",state="open"\} 1$/m)
      assert.match(await (await ask(first, '/metrics')).text(), /^omni_ejections_total\{kind="account",reason="upstream_auth_error"\} 1$/m)
      assert.deepEqual(
        started.filter((gateway) => gateway.stdout().includes('secret-of-one')),
        [],
      )
    })

    test('trust it again, both of them, where an operator says so to one, without the mark of the secret', async () => {
      answer = openai.reply('fine')
      assert.deepEqual([await reset(second, 'account:on'), await reset(second, 'account:one')], [404, 200])
      await untilKnown(first, 'account', 'closed')
      assert.deepEqual(await say(first), { status: 200, retryAfter: 0, wasAsked: true })
    })

    test('keep the time that a provider told, when both are killed and started anew', async () => {
      answer = openai.error(429, 'rate_limit_exceeded', null, { 'retry-after': '40' })
      await say(second)
      const { until } = await untilKnown(first, 'target', 'open')
      await Promise.all([first.kill(), second.kill()])
      const again = await startGateway({ dataDir: first.dataDir, env })
      started.unshift(again)
      const kept = await placeAt(again, 'target')
      assert.deepEqual([kept?.state, kept?.reason], ['open', 'rate_limit_exceeded'])
      assert.ok(Math.abs(kept!.until! - until!) < 100, `${kept!.until! - until!}`)
      const { status, retryAfter, wasAsked } = await say(again)
      assert.deepEqual([status, wasAsked], [429, false])
      assert.ok(retryAfter > 20 && retryAfter <= 40, `${retryAfter}`)
    })
  })
}
