/** Uploads on real connections: sent while they come, paused by a slow provider, and never ended where they were cut. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../canonical/failure.ts'
import { reply, reset, size, split, startUpstream } from '../../test/upstream/index.ts'
import { failing, post, readAll } from '../../test/upstream/post.ts'
import type { StreamedBody } from './exchange.ts'

/** Gives `pieces` in turn, each after `every` milliseconds; a failure is thrown. Counts what was asked for. */
function uploadOf(pieces: Iterable<Buffer | Failure>, length?: number, every = 0): StreamedBody & { asked: number; isStopped: boolean } {
  const left = pieces[Symbol.iterator]()
  return {
    length,
    asked: 0,
    isStopped: false,
    async next() {
      this.asked += 1
      await setTimeout(every)
      const { value } = left.next() as { value: Buffer | Failure | undefined }
      if (value instanceof Failure) throw value
      return this.isStopped ? undefined : value
    },
    stop() {
      this.isStopped = true
    },
  }
}

/** A provider that reads nothing of a body until it is told to. */
async function startReluctant() {
  const arrived = Promise.withResolvers<IncomingMessage>()
  const server = createServer((request, response) => {
    arrived.resolve(request)
    request.on('end', () => response.end('done'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: arrived.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

for (const length of [6, undefined]) {
  test(`an upload ${length === undefined ? 'of no known length goes in chunks' : 'of a known length says it'}, and every byte arrives`, async () => {
    await using upstream = await startUpstream(reply(200, 'heard'))
    const upload = uploadOf([Buffer.from('abc'), Buffer.from([0, 255, 10])], length)
    assert.equal(await readAll(await post(upstream.url, { upload })), 'heard')
    const [request] = upstream.requests
    assert.deepEqual(request!.body, Buffer.from([97, 98, 99, 0, 255, 10]))
    assert.deepEqual(
      [request!.header('content-length'), request!.header('transfer-encoding')],
      length === undefined ? [undefined, 'chunked'] : ['6', undefined],
    )
  })
}

test('a provider that does not read pauses the upload', async () => {
  await using provider = await startReluctant()
  const piece = Buffer.alloc(64 * 1024)
  const upload = uploadOf(Array.from({ length: 800 }, () => piece))
  const answer = post(provider.url, { upload })
  const request = await provider.arrived
  await setTimeout(300)
  const before = upload.asked
  assert.ok(before < 200, `${before} pieces of 800 were taken by sockets that nobody reads`)
  await setTimeout(200)
  assert.equal(upload.asked, before)
  request.resume()
  assert.equal(await readAll(await answer), 'done')
  assert.equal(upload.asked, 801)
})

test('a provider that stops reading is late, and one whose client is slow is not', async () => {
  await using provider = await startReluctant()
  const endless = uploadOf(Array.from({ length: 800 }, () => Buffer.alloc(64 * 1024)))
  assert.equal((await failing(post(provider.url, { upload: endless, deadlines: { firstByteWhole: 200 } }))).reason, 'upstream_timeout')
  await using upstream = await startUpstream(reply(200, 'heard'))
  const slow = uploadOf([Buffer.from('a'), Buffer.from('b')], 2, 300)
  assert.equal(await readAll(await post(upstream.url, { upload: slow, deadlines: { firstByteWhole: 200 } })), 'heard')
})

test('an upload that takes all the time there is was not for the provider to hasten', async () => {
  for (const limit of ['total', 'spoken'] as const) {
    await using provider = await startUpstream(reply(200, 'heard'))
    const endless = uploadOf(
      Array.from({ length: 100 }, () => Buffer.from('a')),
      undefined,
      50,
    )
    assert.equal((await failing(post(provider.url, { upload: endless, deadlines: { [limit]: 200 } }))).reason, 'request_timeout')
  }
})

test('an upload that breaks off is never ended: the provider sees a cut, and the reason is the upload’s own', async () => {
  await using provider = await startReluctant()
  const broken = uploadOf([Buffer.from('abc'), new Failure('request_timeout', 'The body did not come in time.')], undefined, 50)
  const failed = failing(post(provider.url, { upload: broken }))
  const request = await provider.arrived
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  request.on('error', () => resolve('cut')).on('end', () => resolve('whole'))
  request.resume()
  assert.equal((await failed).reason, 'request_timeout')
  assert.equal(await ended, 'cut')
})

test('a provider that answers before it has heard everything is heard, and nothing more is sent', async () => {
  const server = createServer((_request, response) => response.writeHead(401, { 'content-length': 2, connection: 'close' }).end('no'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upload = uploadOf(
    Array.from({ length: 1000 }, () => Buffer.alloc(1000)),
    undefined,
    5,
  )
  const exchange = await post(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { upload })
  assert.equal(exchange.status, 401)
  assert.equal(await readAll(exchange), 'no')
  assert.equal(upload.isStopped, true)
  assert.ok(upload.asked < 100)
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('a connection that is refused or reset leaves a reason, and the upload is told', async () => {
  const upload = uploadOf([Buffer.from('abc')])
  assert.equal((await failing(post('http://127.0.0.1:1', { upload }))).reason, 'upstream_unreachable')
  assert.deepEqual([upload.asked <= 1, upload.isStopped], [true, true])
  await using upstream = await startUpstream([reset()])
  const second = uploadOf([Buffer.from('abc')])
  assert.equal((await failing(post(upstream.url, { upload: second }))).reason, 'upstream_unreachable')
})

test('an answer can be had whole where all of it is here in one piece, once, and only as long as it may be', async () => {
  const answer = reply(200, 'heard')
  await using upstream = await startUpstream(answer)
  const [exchange, long] = [await post(upstream.url), await post(upstream.url)]
  await setTimeout(30)
  assert.equal(long.takeWhole!(4), undefined)
  assert.equal(await readAll(long), 'heard')
  assert.equal(exchange.takeWhole!(5)?.toString(), 'heard')
  assert.deepEqual([exchange.takeWhole!(5), await exchange.next()], [undefined, undefined])
  await using slow = await startUpstream(split(size(answer) - 3, answer, 30))
  const begun = await post(slow.url)
  assert.equal(begun.takeWhole!(5), undefined)
  assert.equal(await readAll(begun), 'heard')
})
