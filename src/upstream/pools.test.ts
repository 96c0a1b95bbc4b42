/** A provider has as many calls in flight as it may have connections, and nothing waits where nobody counts it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { findFreePort } from '../../test/gateway.ts'
import { hang, openStream, reply, reset, startUpstream } from '../../test/upstream/index.ts'
import { ask, failing, options, post, readAll } from '../../test/upstream/post.ts'
import { HttpTransport } from './http.ts'
import { Names } from './names.ts'
import { Pools } from './pools.ts'

test('a call beyond the connections of its provider is refused at once, and another provider’s is not', async () => {
  await using upstream = await startUpstream([openStream(), hang()])
  await using other = await startUpstream(reply(200, 'x'))
  const transport = new HttpTransport({ ...options, connections: 2 })
  const held = await Promise.all([post(upstream.url, { transport }), post(upstream.url, { transport })])
  const { reason, ms } = await failing(post(upstream.url, { transport }))
  assert.equal(reason, 'queue_full')
  assert.ok(ms < 100)
  assert.equal(await readAll(await post(other.url, { transport })), 'x')
  held[0].abort()
  await pause(20)
  const next = await post(upstream.url, { transport })
  assert.equal((await failing(post(upstream.url, { transport }))).reason, 'queue_full')
  next.abort()
  assert.equal(upstream.requests.length, 3)
  await transport.close()
})

test('a place comes back however a call ends', async () => {
  await using upstream = await startUpstream([[reset()], reply(200, 'x'), [hang()], reply(500, 'x')])
  const transport = new HttpTransport({ ...options, connections: 1 })
  const closed = `http://127.0.0.1:${await findFreePort()}`
  for (let turn = 0; turn < 3; turn += 1) assert.equal((await failing(post(closed, { transport }))).reason, 'upstream_unreachable')
  assert.equal((await failing(post(upstream.url, { transport }))).reason, 'upstream_unreachable')
  assert.equal(await ask(upstream, { transport }), 'x')
  assert.equal((await failing(post(upstream.url, { transport, deadlines: { firstByteWhole: 100 } }))).reason, 'upstream_timeout')
  await pause(20)
  assert.equal((await failing(post(upstream.url, { transport, headers: { 'x-a': 'b\r\nc: d' } }))).reason, 'internal_error')
  assert.equal(await ask(upstream, { transport }), 'x')
  await transport.close()
})

test('a pool that nobody uses any more is closed with its connections, and one in use is not', async () => {
  await using upstream = await startUpstream(reply(200, 'x'))
  await using held = await startUpstream([openStream(), hang()])
  const keepAlive = 100
  const names = new Names()
  const pools = new Pools({ connections: 5, keepAlive, headerBytes: 16_384 }, names.lookup)
  const ended = Promise.withResolvers<void>()
  const asked = { method: 'GET', path: '/' } as const
  pools.dispatch({ origin: upstream.url, connect: 1000 }, asked, { onResponseEnd: () => ended.resolve(), onResponseError: () => {} })
  pools.dispatch({ origin: held.url, connect: 1000 }, asked, { onResponseError: () => {} })
  await Promise.all([ended.promise, held.request(0)])
  assert.equal(pools.size, 2)
  await pause(3 * keepAlive)
  assert.deepEqual([pools.size, upstream.openConnections(), held.openConnections()], [1, 0, 1])
  await pools.close()
  names.close()
})
