/** What a stranger's URL may lead to, on real sockets. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isSpecial, MediaFetcher } from './media.ts'

const never = new AbortController().signal
const limits = { bytes: 1000, time: 500, hosts: new Set<string>() }

async function served(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function refusalOf(url: string, hosts: readonly string[] = []): Promise<string> {
  const fetcher = new MediaFetcher({ ...limits, hosts: new Set(hosts) })
  try {
    await fetcher.bring(url, fetcher.room, never)
  } catch (error) {
    assert.ok(error instanceof Error && 'reason' in error && error.reason === 'invalid_value', String(error))
    assert.ok((url === '' || !error.message.includes(url)) && !error.message.includes('secret'), 'nothing of the URL is told')
    return error.message
  } finally {
    await fetcher.close()
  }
  return 'fetched'
}

test('special addresses are known in every way of writing them', () => {
  const near = [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
    'localhost',
    '168.63.129.16',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '3fff::1',
    '5f00::1',
  ]
  for (const address of near) assert.ok(isSpecial(address), address)
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8']) assert.ok(!isSpecial(address), address)
})

test('[C28] a URL that leads to our own network is refused before anything is sent (cases 114, 211)', async () => {
  let asked = 0
  await using server = await served((_request, response) => {
    asked += 1
    response.end('secret')
  })
  const { port } = new URL(server.url)
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    'metadata.google.internal',
  ])
    assert.notEqual(await refusalOf(`https://${host}:${port}/secret`), 'fetched', host)
  for (const url of [
    server.url,
    `http://example.org/`,
    'file:///etc/passwd',
    'gopher://127.0.0.1',
    'https://user:secret@example.org/',
    'data:text/plain,x',
    '//x',
    '',
  ])
    assert.notEqual(await refusalOf(url), 'fetched', url)
  assert.equal(asked, 0)
})

test('a host that the operator names is asked, and its answer is brought with its type', async () => {
  await using server = await served((request, response) => {
    assert.equal(request.headers.authorization, undefined)
    response.writeHead(200, { 'content-type': 'Image/PNG; q=1' }).end('pixels')
  })
  const fetcher = new MediaFetcher({ ...limits, hosts: new Set(['127.0.0.1']) })
  const { mime, bytes } = await fetcher.bring(`${server.url}/a`, fetcher.room, never)
  assert.deepEqual([mime, bytes.toString()], ['image/png', 'pixels'])
  await fetcher.close()
})

test('a redirect is followed only to where the URL itself might have led, and not for ever', async () => {
  await using server = await served((request, response) => {
    const to = request.url === '/out' ? 'http://127.0.0.2/secret' : request.url === '/round' ? '/round' : request.url === '/nowhere' ? 'http://[' : '/end'
    if (request.url === '/end') response.end('ok')
    else response.writeHead(302, { location: to }).end()
  })
  assert.match(await refusalOf(`${server.url}/out`, ['127.0.0.1']), /https/)
  assert.match(await refusalOf(`${server.url}/round`, ['127.0.0.1']), /too many/)
  assert.match(await refusalOf(`${server.url}/nowhere`, ['127.0.0.1']), /not a URL/)
  assert.equal(await refusalOf(`${server.url}/once`, ['127.0.0.1']), 'fetched')
})

test('what is too long, too slow or not there is refused', async () => {
  await using server = await served((request, response) => {
    if (request.url === '/long') response.end(Buffer.alloc(2000))
    else if (request.url === '/missing') response.writeHead(404).end('secret')
    else response.write('x')
  })
  assert.match(await refusalOf(`${server.url}/long`, ['127.0.0.1']), /more than may be fetched/)
  assert.match(await refusalOf(`${server.url}/missing`, ['127.0.0.1']), /not there/)
  assert.match(await refusalOf(`${server.url}/slow`, ['127.0.0.1']), /could not be reached/)
})

test('a client that hangs up ends the fetching', async () => {
  await using server = await served((_request, response) => void response.write('x'))
  const fetcher = new MediaFetcher({ ...limits, time: 60_000, hosts: new Set(['127.0.0.1']) })
  const gone = new AbortController()
  setTimeout(() => gone.abort(), 50)
  await assert.rejects(fetcher.bring(server.url, fetcher.room, gone.signal), { reason: 'client_closed' })
  await fetcher.close()
})
