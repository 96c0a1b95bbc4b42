/** Requests on real connections: every deadline, every way to break off, and no answer that is another's. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../canonical/failure.ts'
import {
  certificate,
  endless,
  finish,
  first,
  hang,
  head,
  informational,
  lastChunk,
  openai,
  openBlackHole,
  openStream,
  chunk,
  raw,
  reply,
  reset,
  size,
  startUpstream,
  wait,
} from '../../test/upstream/index.ts'
import type { Answer } from '../../test/upstream/index.ts'
import { ask, failing, post, readAll, type Asking } from '../../test/upstream/post.ts'

/** Notes when connections were given. */
function noting() {
  const notes: string[] = []
  return { notes, connected: () => void notes.push('connected') }
}

describe('a connection', () => {
  test('is told once it stands, before the answer, and again where it is used again', async () => {
    await using upstream = await startUpstream([reply(200, 'one'), [wait(20), ...reply(200, 'two')]])
    const watcher = noting()
    for (const said of ['one', 'two']) {
      const exchange = await post(upstream.url, { watcher })
      watcher.notes.push('answered')
      assert.equal(await readAll(exchange), said)
    }
    assert.deepEqual(watcher.notes, ['connected', 'answered', 'connected', 'answered'])
  })

  test('that never stands is never told', async () => {
    const upstream = await startUpstream(reply(200, ''))
    await upstream.stop()
    const watcher = noting()
    assert.equal((await failing(post(upstream.url, { watcher }))).reason, 'upstream_unreachable')
    assert.deepEqual(watcher.notes, [])
  })
})

describe('an answer', () => {
  test('comes with its status, its headers and every byte of its body', async () => {
    await using upstream = await startUpstream(reply(429, 'Héllo', { 'X-Odd': ['a', 'b'], 'retry-after': 3 }))
    const exchange = await post(upstream.url, { headers: { authorization: 'Bearer secret' } })
    assert.deepEqual([exchange.status, exchange.headers['x-odd'], exchange.headers['retry-after']], [429, 'a, b', '3'])
    assert.equal(await readAll(exchange), 'Héllo')
    const { method, path } = upstream.requests[0]!
    assert.deepEqual(
      [method, path, upstream.requests[0]!.header('authorization'), upstream.requests[0]!.json()],
      ['POST', '/v1/x', 'Bearer secret', { model: 'm' }],
    )
  })

  test('of nothing ends at once, and its end can be asked for again', async () => {
    await using upstream = await startUpstream(reply(200, ''))
    const exchange = await post(upstream.url)
    assert.deepEqual([await exchange.next(), await exchange.next(), exchange.take()], [undefined, undefined, undefined])
  })

  test('[A52] after early hints is the answer, and statuses without a body are told as they are', async () => {
    await using upstream = await startUpstream([
      [...informational(103, { link: '</a>' }), ...reply(200, 'x')],
      [head(204)],
      [head(304)],
      reply(302, '', { location: 'http://127.0.0.1:1/' }),
    ])
    assert.equal(await ask(upstream), 'x')
    for (const status of [204, 304, 302]) assert.equal((await post(upstream.url)).status, status)
    assert.equal(upstream.requests.length, 4, 'a redirect was followed')
  })

  test('leaves its connection to the next request when it has come whole', async () => {
    await using upstream = await startUpstream(reply(200, 'x'))
    for (let turn = 0; turn < 3; turn += 1) {
      await ask(upstream)
      await setTimeout(10)
    }
    assert.equal(upstream.connections(), 1)
  })
})

describe('deadlines', () => {
  const limit = 150
  const late: readonly { readonly title: string; readonly answer: Answer; readonly asking: Asking }[] = [
    { title: 'a whole answer that does not begin', answer: [hang()], asking: { deadlines: { firstByteWhole: limit } } },
    { title: 'a stream that does not begin', answer: [hang()], asking: { asksStream: true, deadlines: { firstByteStreamed: limit } } },
    { title: 'headers that never end', answer: [raw('HTTP/1.1 200 OK\r\nx: '), hang()], asking: { deadlines: { firstByteWhole: limit } } },
    { title: 'an answer that falls silent', answer: [openStream(), raw(chunk('data: 1\n\n')), hang()], asking: { deadlines: { idle: limit } } },
    { title: 'an answer that says nothing after its headers', answer: [openStream(), hang()], asking: { deadlines: { idle: limit } } },
    { title: 'an answer that goes on and on', answer: endless('data: 1\n\n', 10), asking: { deadlines: { total: limit } } },
  ]
  for (const { title, answer, asking } of late) {
    test(`[A47] [A48] [A50] ${title} is a timeout, and its connection is closed`, async () => {
      await using upstream = await startUpstream(answer)
      const { reason, ms } = await failing(ask(upstream, asking))
      assert.equal(reason, 'upstream_timeout')
      assert.ok(ms >= limit - 5 && ms < limit + 1500, `after ${ms} ms`)
      assert.equal(await (await upstream.request(0)).ended, 'left')
    })
  }

  test('the limit of a stream is not that of a whole answer', async () => {
    await using upstream = await startUpstream([wait(300), ...reply(200, 'x')])
    assert.equal(await ask(upstream, { deadlines: { firstByteStreamed: 100 } }), 'x')
    assert.equal(await ask(upstream, { asksStream: true, deadlines: { firstByteWhole: 100 } }), 'x')
  })

  test('the first word has a limit from when it is asked for, until it was said', async () => {
    await using upstream = await startUpstream([openStream(), wait(250), raw(chunk('data: 1\n\n')), raw(lastChunk)])
    const impatient = await post(upstream.url)
    impatient.awaitWord(100)
    assert.equal((await failing(readAll(impatient))).reason, 'upstream_timeout')
    const content = await post(upstream.url)
    content.awaitWord(100)
    content.awaitWord(Infinity)
    assert.equal(await readAll(content), 'data: 1\n\n')
  })

  test('an answer that is slow but never silent is no timeout', async () => {
    await using upstream = await startUpstream([openStream(), ...Array.from({ length: 6 }, () => [wait(60), raw(chunk('x'))]).flat(), raw(lastChunk)])
    assert.equal(await ask(upstream, { deadlines: { idle: 200 } }), 'xxxxxx')
  })

  test(
    '[B04] an address that swallows connections is left after the connect limit',
    { skip: process.platform !== 'linux' && 'a full queue drops packets on Linux alone' },
    async () => {
      await using hole = await openBlackHole()
      const { reason, ms } = await failing(post(hole.url, { deadlines: { connect: 300 } }))
      assert.equal(reason, 'upstream_timeout')
      assert.ok(ms < 4000, `after ${ms} ms`)
    },
  )
})

describe('connections that fail', () => {
  test('[B01] [B02] [B03] are told by why', async () => {
    const made = certificate({ names: ['other.test'] })
    await using upstream = await startUpstream(reply(200, {}), { tls: made })
    await using closed = await startUpstream([])
    await closed.stop()
    for (const origin of [closed.url, 'http://no-such-host.invalid', upstream.url])
      assert.equal((await failing(post(origin))).reason, 'upstream_unreachable', origin)
    assert.equal(upstream.requests.length, 0)
  })

  test('[A39] [B05] a reset or an end at any byte is a failure, before the headers and after them', async () => {
    const answer = openai.reply('Hello')
    const headers = (answer[0] as { readonly bytes: Buffer }).bytes.length
    for (const ending of [reset(), finish()]) {
      for (const at of [0, 1, 20, headers - 1, headers, headers + 1, size(answer) - 1]) {
        await using upstream = await startUpstream([...first(at, answer), wait(5), ending])
        const { reason } = await failing(ask(upstream))
        assert.ok(
          at < headers ? reason === 'upstream_unreachable' || reason === 'upstream_invalid_response' : reason === 'upstream_truncated',
          `${ending.do} at ${at}: ${reason}`,
        )
      }
    }
  })

  test('what had come before a stream was reset is not lost', async () => {
    await using upstream = await startUpstream([openStream(), raw(chunk('data: 1\n\n')), wait(50), reset()])
    const exchange = await post(upstream.url)
    assert.equal((await exchange.next())?.toString(), 'data: 1\n\n')
    assert.equal((await failing(exchange.next())).reason, 'upstream_truncated')
    assert.equal((await failing(exchange.next())).reason, 'upstream_truncated', 'it stays broken')
  })

  test('[A43] a body that is shorter or longer than announced is never a whole answer of another length', async () => {
    await using short = await startUpstream([...reply(200, 'abc', { 'content-length': 7 }), finish()])
    assert.equal((await failing(ask(short))).reason, 'upstream_truncated')
    await using long = await startUpstream(reply(200, 'abcdef', { 'content-length': 3 }))
    assert.equal(await ask(long), 'abc')
    assert.equal(await ask(long), 'abc', 'what was left over has become the next answer')
    assert.equal(long.connections(), 2)
  })

  test('[A51] a second answer that nobody asked for never becomes the next one’s', async () => {
    const stray = reply(200, 'stray')
    for (const pause of [[], [wait(0)], [wait(30)]]) {
      await using upstream = await startUpstream((_request, turn) => [...reply(200, `answer ${turn}`), ...(turn === 0 ? [...pause, ...stray] : [])])
      assert.equal(await ask(upstream), 'answer 0')
      await setTimeout(60)
      assert.equal(await ask(upstream), 'answer 1')
      assert.equal(upstream.connections(), 2)
    }
  })

  test('[A53] headers without end are cut at the limit', async () => {
    await using upstream = await startUpstream(reply(200, 'x', { huge: 'x'.repeat(100_000) }))
    assert.equal((await failing(post(upstream.url))).reason, 'upstream_invalid_response')
  })

  test('what is no HTTP is told so', async () => {
    await using upstream = await startUpstream([raw('SSH-2.0-OpenSSH_9.9\r\n'), finish()])
    assert.equal((await failing(post(upstream.url))).reason, 'upstream_invalid_response')
  })

  test('a request that cannot be written fails and reaches nobody', async () => {
    await using upstream = await startUpstream(reply(200, 'x'))
    assert.equal((await failing(post(upstream.url, { headers: { 'x-a': 'b\r\nx-c: d' } }))).reason, 'internal_error')
    assert.equal(upstream.requests.length, 0)
  })
})

describe('giving up', () => {
  test('[B27] before the headers closes the connection', async () => {
    await using upstream = await startUpstream([hang()])
    const posted = post(upstream.url, { onCancel: (cancel) => void upstream.request(0).then(cancel) })
    assert.equal((await failing(posted)).reason, 'client_closed')
    assert.equal(await upstream.requests[0]!.ended, 'left')
  })

  test('[B26] in the middle closes the connection and wakes whoever waits, with the reason given', async () => {
    await using upstream = await startUpstream([openStream(), raw(chunk('data: 1\n\n')), hang()])
    const exchange = await post(upstream.url)
    await exchange.next()
    const waiting = failing(exchange.next())
    exchange.abort(new Failure('shutting_down', 'We stop.'))
    exchange.abort()
    assert.equal((await waiting).reason, 'shutting_down')
    assert.equal(await upstream.requests[0]!.ended, 'left')
  })

  test('after the end leaves the connection as it is', async () => {
    await using upstream = await startUpstream(reply(200, 'x'))
    const exchange = await post(upstream.url)
    assert.equal(await readAll(exchange), 'x')
    exchange.abort()
    assert.equal(await exchange.next(), undefined)
    await setTimeout(10)
    await ask(upstream)
    assert.equal(upstream.connections(), 1)
  })

  test('while its connection is being made never sends it', async () => {
    await using upstream = await startUpstream(reply(200, 'x'))
    const { reason } = await failing(post(upstream.url, { onCancel: (cancel) => cancel() }))
    assert.equal(reason, 'client_closed')
    await setTimeout(100)
    assert.equal(upstream.requests.length, 0)
  })
})
