/** Name servers that deny, fail or fall silent: the calls that need them end within their limit, and nothing else waits. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { startNameServer, type Said } from '../upstream/name-server.ts'
import { descriptorsOf, holdAlive, noProc } from './rules.ts'
import { openScene, type Cast } from './scene.ts'

const upstream = await startUpstream(openai.reply('fine'))
/** What the name server says of this machine; set by a test before it asks. */
let here: Said = { addresses: ['127.0.0.1'], ttl: 1 }
const server = await startNameServer((name) =>
  name.startsWith('here') ? here : name.startsWith('nobody') ? 'absent' : name.startsWith('failed') ? 'failed' : 'silent',
)
const hung = Array.from({ length: 100 }, (_, at) => `hung${at}`)
const at = (name: string) => ({ like: 'openai', url: `http://${name}.internal:${upstream.port}` }) as const
const cast: Cast = {
  ...Object.fromEntries([...hung, 'here', 'nobody', 'failed'].map((name) => [name, at(name)])),
  local: { like: 'openai', url: `http://localhost:${upstream.port}` },
  literal: { like: 'openai', url: upstream.url },
}
const connect = 800
const scene = await openScene({
  cast,
  settings: {
    deadlines: { connect: `${connect}ms` },
    retry: { attempts: 4, perTarget: 0 },
    upstream: { resolvers: [server.address], keepAlive: '1ms' },
    chains: { row: { targets: ['nobody/m', 'failed/m', 'hung0/m', 'here/m'] } },
  },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop(), server.stop()]))

describe('[B02] a provider’s name', () => {
  for (const [name, says] of [
    ['nobody', 'nobody has (NXDOMAIN)'],
    ['failed', 'the name server fails on (SERVFAIL)'],
  ] as const) {
    test(`that ${says} is a 502, at once`, async () => {
      const told = await scene.say(`${name}/m`)
      assert.deepEqual([told.status, told.code()], [502, 'upstream_unreachable'])
      assert.ok(told.took < connect, `it took ${told.took} ms`)
      assert.doesNotMatch(told.text, /internal/)
    })
  }

  test('that leads somewhere is asked for once, and a literal address or `localhost` never', async () => {
    const before = server.asked.length
    for (const name of ['here', 'local', 'literal', 'local']) assert.equal((await scene.say(`${name}/m`)).status, 200)
    assert.deepEqual(server.asked.slice(before).toSorted(), ['here.internal 4', 'here.internal 6'])
  })

  test('that hangs, a hundred of them at once, is a 504 within the connect limit, and no other call is slower for it', { skip: noProc }, async () => {
    await scene.say('here/m')
    const before = descriptorsOf(scene.pid)
    const hanging = Promise.all(hung.map((name) => scene.say(`${name}/m`)))
    const others: number[] = []
    const from = performance.now()
    while (performance.now() - from < connect * 0.75) {
      for (const name of ['here', 'literal'] as const) {
        const told = await scene.say(`${name}/m`)
        assert.equal(told.status, 200)
        others.push(told.took)
      }
      // A receipt is looked up in the database, by files.
      assert.equal((await scene.ask({ method: 'GET', path: '/_omni/reports?limit=1', key: scene.adminKey })).status, 200)
    }
    assert.ok(Math.max(...others) < 400, `another call took ${Math.max(...others)} ms`)
    for (const told of await hanging) {
      assert.deepEqual([told.status, told.code()], [504, 'upstream_timeout'])
      assert.ok(told.took < connect + 1500, `it took ${told.took} ms`)
    }
    await eventually(() => descriptorsOf(scene.pid) <= before + 4)
  })

  test('(routing 1) that cannot be looked up is left for the next of its chain', async () => {
    const told = await scene.say('row')
    assert.deepEqual([told.status, told.headers['x-omni-provider']], [200, 'here'])
  })

  test('that was known keeps its address while the name servers fail', async () => {
    await scene.say('here/m')
    here = 'failed'
    await pause(1100)
    const before = server.asked.length
    assert.equal((await scene.say('here/m')).status, 200)
    assert.ok(server.asked.length > before, 'they were asked')
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
