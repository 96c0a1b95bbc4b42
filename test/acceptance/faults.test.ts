/** Providers that cannot be reached, or fail: every attempt is counted, the next target is asked in its order, and no fault of one call is another's. */

import assert from 'node:assert/strict'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { AttemptRecord } from '../../src/receipts/signals.ts'
import { eventually, findFreePort, heal } from '../gateway.ts'
import { certificate, finish, messages, openai, openBlackHole, raw, reply, reset, startUpstream, stream, wait, type Answer } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { chatPath, hello, messagesPath, openScene, quick, type Told } from './scene.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-faults-'))
const day = 86_400_000
const own = certificate()
const trusted = certificate()
const expired = certificate({ from: new Date(Date.now() - 9 * day), until: new Date(Date.now() - day) })
const misnamed = certificate({ names: ['elsewhere.example'] })
writeFileSync(join(folder, 'trusted.pem'), [trusted, expired, misnamed].map(({ cert }) => cert).join(''))

/** What each of the scripted providers answers; set by a test before it asks. */
const answers: { [name in 'one' | 'two' | 'three']: Answer } = { one: [], two: [], three: [] }
const fine = openai.speak('fine')
const [one, two, three] = await Promise.all([startUpstream(() => answers.one), startUpstream(() => answers.two), startUpstream(() => answers.three)])
/** A certificate that holds, and nothing newer than TLS 1.1 (2006). */
const outdated = { ...trusted, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
const overTls = await Promise.all([trusted, own, expired, misnamed, outdated].map((tls) => startUpstream(fine, { tls })))
const [good, stranger, old, other, weak] = overTls
const plain = await startUpstream(fine, { onConnect: [raw('HTTP/1.1 400 Bad Request\r\n\r\n'), finish()] })
const noHole = process.platform !== 'linux' && 'only Linux leaves connections to a full queue without an answer'
const hole = await openBlackHole()
const closedPort = await findFreePort()

const cast = {
  one: { like: 'openai', url: one.url },
  two: { like: 'openai', url: two.url },
  three: { like: 'anthropic', url: three.url },
  closed: { like: 'openai', url: `http://127.0.0.1:${closedPort}` },
  hole: { like: 'openai', url: hole.url },
  good: { like: 'openai', url: good!.url },
  stranger: { like: 'openai', url: stranger!.url },
  old: { like: 'openai', url: old!.url },
  other: { like: 'openai', url: other!.url },
  weak: { like: 'openai', url: weak!.url },
  plain: { like: 'openai', url: plain.url.replace('http:', 'https:') },
} as const
const scene = await openScene({
  cast,
  settings: {
    deadlines: { ...quick, connect: '500ms' },
    // Breakers and the budget of retries have tests of their own: here every attempt is looked at.
    retry: { attempts: 5, perTarget: 1, longestPause: '60ms', budgetFloor: 1000 },
    chains: {
      row: { targets: ['one/m', 'two/m', 'three/m'] },
      reach: { targets: ['closed/m', 'hole/m', 'one/m'] },
      'past-closed': { targets: ['closed/m', 'one/m'] },
      'past-stranger': { targets: ['stranger/m', 'one/m'] },
    },
  },
  env: { NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem') },
})
after(async () => {
  await Promise.all([scene, hole, one, two, three, plain, ...overTls].map((thing) => thing[Symbol.asyncDispose]()))
  rmSync(folder, { recursive: true })
})

interface Attempted {
  readonly extra: { readonly routing: { readonly attempts: readonly AttemptRecord[] } }
}
interface Healths {
  readonly data: readonly { readonly place: string; readonly failures: number; readonly error_share: number }[]
}
const attemptsOf = (told: Told) => (told.json() as unknown as Attempted).extra.routing.attempts
const say = (model: string) => scene.say(model, { debug: { routing: true } })

describe('a provider that cannot be reached', () => {
  test('[B01] is a 502 after the configured attempts, and the receipt lists each', async () => {
    const told = await say('closed/m')
    assert.deepEqual([told.status, told.code(), told.headers['x-omni-attempts']], [502, 'upstream_unreachable', '2'])
    const { attempts } = await scene.receiptOf(told)
    assert.deepEqual(
      (attempts as unknown as AttemptRecord[]).map(({ provider, reason, status }) => [provider, reason, status]),
      [
        ['closed', 'upstream_unreachable', null],
        ['closed', 'upstream_unreachable', null],
      ],
    )
  })

  test('[B04] that swallows connections is a 504 within the limit, and never asked twice', { skip: noHole }, async () => {
    const told = await say('hole/m')
    assert.deepEqual([told.status, told.code(), told.headers['x-omni-attempts']], [504, 'upstream_timeout', '1'])
    assert.ok(told.took < 2500, `it took ${told.took} ms`)
  })

  test('[B01] [B04] is left for the next of its chain', { skip: noHole }, async () => {
    answers.one = openai.reply('fine')
    const told = await say('reach')
    assert.equal(told.status, 200)
    assert.deepEqual(
      attemptsOf(told).map(({ provider, reason }) => `${provider} ${reason}`),
      ['closed upstream_unreachable', 'closed upstream_unreachable', 'hole upstream_timeout', 'one answered'],
    )
  })

  for (const name of ['closed', 'stranger'] as const) {
    test(`(routing 1) ${name === 'closed' ? 'by its port' : 'by its certificate'} is left for the next, its health drops, and one receipt tells of both`, async () => {
      answers.one = openai.reply('fine')
      const told = await say(`past-${name}`)
      assert.deepEqual([told.status, told.headers['x-omni-provider']], [200, 'one'])
      const { attempts } = await scene.receiptOf(told)
      assert.deepEqual(
        (attempts as unknown as AttemptRecord[]).map(({ provider, reason }) => `${provider} ${reason}`),
        [`${name} upstream_unreachable`, `${name} upstream_unreachable`, 'one answered'],
      )
      const health = (await scene.ask({ method: 'GET', path: '/_omni/providers/health', key: scene.adminKey })).json() as unknown as Healths
      const place = health.data.find((one) => one.place === `provider:${name}`)
      assert.ok(place!.error_share > 0 && place!.failures > 0, JSON.stringify(place))
    })
  }

  test('[B03] by a certificate that holds is asked', async () => assert.equal((await say('good/m')).status, 200))

  for (const [name, upstream, says] of [
    ['stranger', stranger!, 'nobody vouches for'],
    ['old', old!, 'has expired'],
    ['other', other!, 'is for another name'],
    ['plain', plain, 'is none'],
    ['weak', weak!, 'holds, over TLS 1.1'],
  ] as const) {
    test(`[B03] by a certificate that ${says} is a 502, also when asked again, and never hears a word`, async () => {
      const told = await say(`${name}/m`)
      assert.deepEqual([told.status, told.code(), told.headers['x-omni-attempts']], [502, 'upstream_unreachable', '2'])
      assert.equal(upstream.requests.length, 0)
    })
  }
})

describe('a provider that fails', () => {
  for (const status of [500, 502, 503, 529]) {
    test(`[B06] with ${status} is asked again, then the next of its chain, in order and bounded`, async () => {
      answers.one = answers.two = openai.error(status, 'server_error')
      answers.three = messages.reply('third')
      const told = await say('row')
      assert.equal(told.status, 200)
      assert.deepEqual(
        attemptsOf(told).map(({ provider }) => provider),
        ['one', 'one', 'two', 'two', 'three'],
      )
      answers.three = messages.error(status, 'api_error')
      const failed = await say('row')
      assert.ok(failed.status === 502 || failed.status === 503, failed.text)
      assert.equal(failed.headers['x-omni-attempts'], '5')
      assert.equal((await scene.say('row', {}, { path: messagesPath })).status, status === 529 || status === 503 ? 529 : 502)
    })
  }

  test('[B05] by a reset before any byte is asked once more', async () => {
    const before = one.requests.length
    answers.one = [reset()]
    const told = await say('one/m')
    assert.deepEqual([told.status, told.code()], [502, 'upstream_unreachable'])
    assert.equal(one.requests.length - before, 2)
  })

  test('[B09] (routing 3) at our credential is our fault and not the client’s: 502, nothing of the key is shown, and the key is parked', async () => {
    for (const status of [401, 403]) {
      await heal(scene)
      const before = one.requests.length
      const error = {
        error: { message: 'Incorrect API key provided: upstream-key-of-one-4f9a1c', type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
      }
      answers.one = reply(status, error, { 'www-authenticate': 'Bearer upstream-key-of-one-4f9a1c' })
      for (const path of [chatPath, messagesPath]) {
        const told = await scene.say('one/m', {}, { path })
        assert.deepEqual([told.status, told.headers['x-should-retry'], told.headers['www-authenticate']], [502, 'false', undefined])
        if (path === chatPath) assert.equal(told.code(), 'upstream_auth_error')
      }
      answers.two = openai.reply('fine')
      assert.equal((await say('row')).headers['x-omni-provider'], 'two')
      assert.equal(one.requests.length - before, 1, 'the same credential is not tried twice, by no call')
    }
    const alerts = scene.log().filter(({ msg, reason }) => msg === 'left alone' && reason === 'upstream_auth_error')
    assert.deepEqual(
      alerts.map(({ level, place }) => [level, String(place).split('#')[0]]),
      [401, 403].map(() => ['ERROR', 'account:one']),
    )
    assert.doesNotMatch(scene.stdout(), /upstream-key-of/)
  })

  test('[B38] after its first words is never asked again, and no other model goes on', async () => {
    const frames = openai.frames('one two three four')
    const ends: readonly Answer[] = [[finish()], [wait(20), reset()], [raw('7\r\ndata: {\r\n'), wait(20), finish()]]
    for (const end of ends) {
      const before = [one, two, three].map(({ requests }) => requests.length)
      answers.one = [...stream(frames.slice(0, 3)).slice(0, -1), ...end]
      const told = await scene.say('row', { stream: true })
      assert.equal(told.headers['x-omni-provider'], 'one')
      assert.match(told.text, /upstream_truncated/)
      assert.deepEqual(
        [one, two, three].map(({ requests }, at) => requests.length - before[at]!),
        [1, 0, 0],
      )
      answers.one = [...reply(200, openai.body('a long answer'), { 'content-length': 9999 }), wait(20), ...end]
      answers.two = openai.reply('second')
      assert.match((await scene.say('row')).text, /second/, 'of a whole answer nothing was delivered yet: the next may be asked')
    }
  })
})

describe('a fault in the gateway itself', () => {
  /** Parts of Node that throw where a marked text passes them: what a broken adapter or logger would do. */
  const saboteur = `data:text/javascript,${encodeURIComponent(`
    const { stringify } = JSON
    JSON.stringify = (...given) => {
      const text = stringify(...given)
      if (text?.includes('FAULT-IN-ADAPTER')) throw new TypeError('SABOTAGE')
      if (text?.includes('fault-in-settling') && text.includes('policy_outcome')) throw new TypeError('SABOTAGE')
      return text
    }
    const write = process.stdout.write
    process.stdout.write = (text, ...rest) => {
      if (String(text).includes('fault-in-logger')) throw new TypeError('SABOTAGE')
      return write.call(process.stdout, text, ...rest)
    }`)}`

  test('[B35] costs that call alone', async () => {
    answers.three = messages.reply('fine')
    await using broken = await openScene({ cast, flags: ['--import', saboteur] })
    const told = await broken.say('three/m', { messages: [{ role: 'user', content: 'FAULT-IN-ADAPTER' }] })
    assert.deepEqual([told.status, told.code()], [500, 'internal_error'])
    assert.doesNotMatch(told.text, /SABOTAGE|FAULT/)
    assert.equal((await broken.receiptOf(told)).error, 'internal_error')
    await eventually(() => broken.log().some(({ msg }) => msg === 'a call failed inside the gateway'))
    const noted = broken.log().filter(({ msg }) => msg === 'a call failed inside the gateway')
    assert.deepEqual(
      noted.map((line) => [line.level, line.request_id, line.error]),
      [['ERROR', told.headers['x-request-id'], 'TypeError']],
    )
    assert.ok((noted[0]!.frames as readonly string[]).some((frame) => /^src\/gateway\/serve\.ts:\d+$/.test(frame)))
    assert.doesNotMatch(JSON.stringify(noted), /SABOTAGE|FAULT/)
    for (const id of ['fault-in-logger', 'fault-in-settling']) {
      const label = { 'x-request-id': id }
      await broken.say('three/m', {}, { headers: label }).catch(() => undefined)
      await broken.say('three/m', { stream: true }, { headers: label }).catch(() => undefined)
      assert.equal((await broken.say('three/m')).status, 200, `after ${id} others are served`)
    }
    const status = await broken.ask({ method: 'GET', path: '/_omni/status', key: broken.adminKey })
    assert.equal(status.json().calls, 0, 'no call is left behind')
    assert.doesNotMatch(broken.stdout(), /SABOTAGE/)
    await holdAlive(broken)
  })
})

test('[I5] after all of this the same process serves', async () => {
  assert.equal((await scene.ask({ body: { model: 'good/m', messages: hello } })).status, 200)
  await holdAlive(scene)
})
