/** No answer takes more memory than the bound, however slowly it is read and however small it was packed. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { constants, deflateSync, gzipSync } from 'node:zlib'
import { bomb, hang, head, lastChunk, openStream, chunk, raw, reply, startUpstream } from '../../test/upstream/index.ts'
import type { Answer } from '../../test/upstream/index.ts'
import { ask, failing, options, post, readAll } from '../../test/upstream/post.ts'
import type { Exchange } from './exchange.ts'

/** What is here without waiting. */
function takeAll(exchange: Exchange): Buffer {
  const pieces: Buffer[] = []
  for (let piece = exchange.take(); piece !== undefined; piece = exchange.take()) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Pieces are not cut, so the last one may be half over the bound. */
const atTheBound = ({ length }: Buffer): boolean => length >= options.streamBuffer && length < options.streamBuffer * 2

describe('a slow reader', () => {
  test('[B28] pauses the provider at the bound, for as long as it likes, and then gets everything', async () => {
    const frame = `data: ${'x'.repeat(1000)}\n\n`
    await using upstream = await startUpstream([openStream(), ...Array.from({ length: 300 }, () => raw(chunk(frame.repeat(100)))), raw(lastChunk)])
    const exchange = await post(upstream.url, { deadlines: { idle: 300 } })
    await setTimeout(600)
    const sent = upstream.requests[0]!.sent()
    await setTimeout(200)
    assert.equal(upstream.requests[0]!.sent(), sent, 'the provider was not paused')
    const waiting = takeAll(exchange)
    assert.ok(atTheBound(waiting), `${waiting.length} bytes`)
    assert.equal(waiting.length + (await readAll(exchange)).length, frame.length * 30_000)
  })

  test('[B28] [A43] of a packed answer holds no more unpacked bytes than of another', async () => {
    const text = Array.from({ length: 40_000 }, (_, at) => `${'word '.repeat(80)}${(at * 7919) % 99_991}`).join('\n')
    await using upstream = await startUpstream(reply(200, gzipSync(text), { 'content-encoding': 'gzip' }))
    const exchange = await post(upstream.url)
    await setTimeout(300)
    const waiting = takeAll(exchange)
    assert.ok(atTheBound(waiting), `${waiting.length} bytes`)
    assert.ok(`${waiting.toString()}${await readAll(exchange)}` === text)
  })
})

describe('packed answers', () => {
  test('[A43] of one layer are unpacked, whatever the case of its name', async () => {
    for (const [encoding, packed] of [
      ['gzip', gzipSync('Héllo')],
      ['GZIP', gzipSync('Héllo')],
      ['x-gzip', gzipSync('Héllo')],
      ['deflate', deflateSync('Héllo')],
      ['identity', Buffer.from('Héllo')],
    ] as const) {
      await using upstream = await startUpstream(reply(200, packed, { 'content-encoding': encoding }))
      assert.equal(await ask(upstream), 'Héllo', encoding)
    }
  })

  test('[A43] that are streamed say each word when it comes', async () => {
    const packed = gzipSync('data: 1\n\n', { finishFlush: constants.Z_SYNC_FLUSH })
    await using upstream = await startUpstream([head(200, { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' }), raw(chunk(packed)), hang()])
    const exchange = await post(upstream.url)
    assert.equal((await exchange.next())?.toString(), 'data: 1\n\n')
    exchange.abort()
  })

  const unreadable: readonly { readonly title: string; readonly answer: Answer }[] = [
    { title: 'in a thousand layers', answer: reply(200, 'x', { 'content-encoding': Array.from({ length: 1000 }, () => 'gzip').join(', ') }) },
    { title: 'in another way', answer: reply(200, 'x', { 'content-encoding': 'br' }) },
    { title: 'not at all', answer: reply(200, '{"plain":1}', { 'content-encoding': 'gzip' }) },
    { title: 'and cut', answer: reply(200, gzipSync('x'.repeat(1000)).subarray(0, -5), { 'content-encoding': 'gzip' }) },
    { title: 'as a bomb', answer: bomb(2) },
  ]
  for (const { title, answer } of unreadable) {
    test(`[A44] packed ${title} they are refused`, async () => {
      await using upstream = await startUpstream(answer)
      const { reason, ms } = await failing(ask(upstream))
      assert.equal(reason, 'upstream_invalid_response')
      assert.ok(ms < 4000, `after ${ms} ms`)
    })
  }
})
