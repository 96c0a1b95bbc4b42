/** A client on a real socket: its body comes within limits or not at all, and what it does to its connection is noticed. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../canonical/failure.ts'
import { HttpClient } from './client.ts'

const limits = { bodyIdle: 300, writeIdle: 300 }

interface Served extends AsyncDisposable {
  readonly socket: Socket
  /** All that the socket has heard. */
  heard(): string
}

/** A connection whose every request is served by `work`. */
async function serve(work: (client: HttpClient) => Promise<void> | void): Promise<Served> {
  const server: Server = createServer()
  const handle = (request: ConstructorParameters<typeof HttpClient>[0], response: ConstructorParameters<typeof HttpClient>[1]) =>
    void work(new HttpClient(request, response, { path: '/x', named: '', query: '', addressOf: () => '127.0.0.1' }, limits))
  server.on('request', handle).on('checkContinue', handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let heard = ''
  socket
    .on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
    })
    .on('error', () => {})
  await once(socket, 'connect')
  const close = async (): Promise<void> => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { socket, heard: () => heard, [Symbol.asyncDispose]: close }
}

const post = (...headers: readonly string[]): string => ['POST /x HTTP/1.1', 'Host: a', ...headers, '', ''].join('\r\n')

/** What reading the body of such a request comes to: the body, or why not. */
async function reading(limit: number, send: (socket: Socket) => Promise<unknown> | void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  await using served = await serve(async (client) => {
    const read = await client.read(limit).then(
      (bytes) => `read ${bytes.toString()}`,
      (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
    )
    client.begin(200, ['content-length', '2'])
    client.end('ok')
    resolve(read)
  })
  await send(served.socket)
  return await Promise.race([promise, setTimeout(5000, 'nothing', { ref: false })])
}

describe('a body', () => {
  test('is read whole, with a length or in chunks, to the last byte of the limit', async () => {
    assert.equal(await reading(5, (socket) => void socket.write(`${post('Content-Length: 5')}hello`)), 'read hello')
    assert.equal(await reading(5, (socket) => void socket.write(`${post('Transfer-Encoding: chunked')}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`)), 'read hello')
    assert.equal(await reading(5, (socket) => void socket.write(post())), 'read ')
  })

  test('[A10] [A11] that is larger is refused: announced before it is read, else at the limit', async () => {
    assert.equal(await reading(5, (socket) => void socket.write(post('Content-Length: 6'))), 'request_too_large')
    assert.equal(await reading(5, (socket) => void socket.write(`${post('Transfer-Encoding: chunked')}6\r\nhello!\r\n`)), 'request_too_large')
  })

  test('[A11] is asked for with 100 where the client waits for that, and not when it is too large', async () => {
    for (const [length, asks] of [
      [5, true],
      [6, false],
    ] as const) {
      await using served = await serve(async (client) => {
        await client.read(5).catch(() => {})
        client.begin(200, ['content-length', '0'])
        client.end()
      })
      served.socket.write(post(`Content-Length: ${length}`, 'Expect: 100-continue'))
      await setTimeout(50)
      assert.equal(served.heard().includes('100 Continue'), asks)
    }
  })

  test('[A12] [A30] that stops coming is given up', async () => {
    const begun = performance.now()
    assert.equal(await reading(100, (socket) => void socket.write(`${post('Content-Length: 50')}hello`)), 'request_timeout')
    assert.ok(performance.now() - begun < 1500)
  })

  test('[A30] that comes a byte at a time is given up too, though it never stops', async () => {
    const drip = async (socket: Socket): Promise<void> => {
      socket.write(post('Content-Length: 1000'))
      for (let sent = 0; sent < 12; sent += 1) {
        await setTimeout(100)
        socket.write('x')
      }
    }
    assert.equal(await reading(1000, drip), 'request_timeout')
  })

  test('that is large may take its time', async () => {
    const piece = 'x'.repeat(1000)
    const trickle = async (socket: Socket): Promise<void> => {
      socket.write(post('Content-Length: 8000'))
      for (let sent = 0; sent < 8; sent += 1) {
        await setTimeout(100)
        socket.write(piece)
      }
    }
    assert.equal((await reading(8000, trickle)).length, 'read '.length + 8000)
  })

  test('[A12] whose client hangs up is given up', async () => {
    assert.equal(await reading(100, (socket) => void socket.write(`${post('Content-Length: 50')}hello`, () => socket.destroy())), 'client_closed')
  })
})

describe('hanging up', () => {
  test('[B26] [B27] is told to the last listener, at once where it has been, and not after a whole answer', async () => {
    const told: string[] = []
    const gone = Promise.withResolvers<HttpClient>()
    await using served = await serve((client) => {
      client.onGone(() => told.push('first'))
      client.onGone(() => {
        told.push('second')
        gone.resolve(client)
      })
      client.begin(200, [])
      client.write('half')
    })
    served.socket.write(post())
    await setTimeout(30)
    served.socket.destroy()
    const client = await gone.promise
    client.onGone(() => told.push('third'))
    assert.deepEqual([told, client.isGone, client.write('more')], [['second', 'third'], true, true])
    client.end('the rest')
  })

  test('is not what a whole answer is followed by', async () => {
    let isGone: boolean | undefined
    await using served = await serve(async (client) => {
      client.begin(200, ['content-length', '2'])
      client.end('ok')
      await setTimeout(60)
      isGone = client.isGone
    })
    served.socket.write(post())
    await setTimeout(30)
    served.socket.destroy()
    await setTimeout(80)
    assert.equal(isGone, false)
  })

  test('an interruption is told as hanging up is, and says why', async () => {
    const told: string[] = []
    await using served = await serve((client) => {
      client.onGone(() => told.push('now'))
      client.interrupt(new Failure('shutting_down', 'We stop.'))
      client.onGone(() => told.push('at once'))
      assert.deepEqual([client.interruption?.reason, client.isGone], ['shutting_down', false])
      client.begin(503, [])
      client.end()
    })
    served.socket.write(post())
    await setTimeout(50)
    assert.deepEqual(told, ['now', 'at once'])
  })
})

describe('a slow reader', () => {
  test('[B28] is waited for, and cut when it does not catch up', async () => {
    const reason = Promise.withResolvers<unknown>()
    await using served = await serve(async (client) => {
      client.begin(200, [])
      assert.equal(client.write(Buffer.alloc(32 << 20)), false)
      reason.resolve(
        await client.drained().then(
          () => 'drained',
          (error: unknown) => (error as Failure).reason,
        ),
      )
    })
    served.socket.pause()
    served.socket.write(post())
    assert.equal(await reason.promise, 'client_closed')
  })

  test('[B28] is cut as well when all was said, and what it does not take is the end of that', async () => {
    const taken = Promise.withResolvers<number>()
    await using served = await serve(async (client) => {
      client.begin(200, ['content-length', String(32 << 20)])
      client.end(Buffer.alloc(32 << 20))
      const from = performance.now()
      assert.equal(client.isTaking, true)
      client.onTaken(() => taken.resolve(performance.now() - from))
    })
    served.socket.pause()
    served.socket.write(post())
    const took = await Promise.race([taken.promise, setTimeout(5000, Infinity, { ref: false })])
    assert.ok(took >= limits.writeIdle - 50 && took < 2000, `it took ${took} ms`)
  })

  test('that catches up gets everything', async () => {
    await using served = await serve(async (client) => {
      client.begin(200, ['content-length', String(8 << 20)])
      for (let piece = 0; piece < 8; piece += 1) if (!client.write(Buffer.alloc(1 << 20, 'x'))) await client.drained()
      client.end()
    })
    served.socket.write(post())
    for (const begun = performance.now(); served.heard().length < 8 << 20 && performance.now() - begun < 3000;) await setTimeout(10)
    assert.equal(served.heard().split('\r\n\r\n')[1]?.length, 8 << 20)
  })
})

describe('an answer', () => {
  test('says its trailers behind its body, and counts the bytes of that', async () => {
    const sent = Promise.withResolvers<number>()
    await using served = await serve(async (client) => {
      client.begin(200, ['x-a', 'b'], 'x-cost')
      client.write('body')
      client.end('', { 'x-cost': '1' })
      await setTimeout(20)
      sent.resolve(client.bytesSent)
    })
    served.socket.write(post())
    const bytes = await sent.promise
    assert.match(served.heard(), /^HTTP\/1\.1 200 OK\r\nx-a: b\r\ntrailer: x-cost\r\n[^]*4\r\nbody\r\n0\r\nx-cost: 1\r\n\r\n$/)
    assert.equal(bytes, 'body'.length)
  })

  test('is said once: a second end adds nothing, and breaking off behind it takes nothing away', async () => {
    await using served = await serve((client) => {
      client.begin(200, ['content-length', '5'])
      client.end('hello')
      client.end('world')
      client.destroy()
    })
    served.socket.write(post())
    await setTimeout(50)
    assert.match(served.heard(), /^HTTP\/1\.1 200 [^]*\r\n\r\nhello$/)
  })

  test('that is broken off is a reset to a client of HTTP/1.0, for which the end of the connection is that of the answer', async () => {
    await using served = await serve(async (client) => {
      client.begin(200, [])
      client.write('half of it')
      await setTimeout(20)
      client.destroy()
    })
    const failed = once(served.socket, 'error')
    served.socket.write(post().replace('HTTP/1.1', 'HTTP/1.0'))
    const [error] = (await failed) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
  })

  test('[C60] to a client that is still sending reaches it, and then the connection ends', async () => {
    await using served = await serve((client) => {
      client.begin(413, ['content-length', '2'])
      client.end('no')
    })
    const closed = Promise.withResolvers<boolean>()
    // Who still sends may hear of a reset before the end: that is one, too.
    served.socket.on('close', () => closed.resolve(true))
    served.socket.write(`${post('Content-Length: 1000000000')}${'x'.repeat(100_000)}`)
    const flood = setInterval(() => served.socket.write('x'.repeat(1000)), 20)
    try {
      assert.equal(await Promise.race([closed.promise, setTimeout(3000, false, { ref: false })]), true)
    } finally {
      clearInterval(flood)
    }
    assert.match(served.heard(), /^HTTP\/1\.1 413 [^]*no$/)
  })
})
