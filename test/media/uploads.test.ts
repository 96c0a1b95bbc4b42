/** Uploads on real sockets: never in memory whole, as fast as the slower side, and nothing kept of them when the client leaves. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { readReceipt } from '../contract/scene.ts'
import { eventually, startGateway } from '../gateway.ts'

/** A provider that counts what it hears and answers at the end; it reads only while it is `open`. */
class Listener {
  heard = 0
  requests = 0
  broken = 0
  refuses = false
  #open = Promise.resolve()
  #opening: () => void = () => {}
  readonly server = createServer((request, response) => void this.#listen(request).then((whole) => (whole ? response.end('{"text":"ok"}') : undefined)))

  close(): void {
    this.#open = new Promise((resolve) => (this.#opening = resolve))
  }

  open(): void {
    this.#opening()
  }

  async #listen(request: IncomingMessage): Promise<boolean> {
    this.requests += 1
    if (this.refuses) return false
    await this.#open
    try {
      for await (const piece of request) this.heard += (piece as Buffer).length
      return true
    } catch {
      this.broken += 1
      return false
    }
  }
}

const listener = new Listener()
listener.server
  .on('request', (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (!listener.refuses) return
    // Unread, what is still on its way would reset the connection, and the answer with it.
    request.on('error', () => {}).resume()
    response.writeHead(400).end('{"error":{"message":"no"}}')
  })
  .listen(0, '127.0.0.1')
await once(listener.server, 'listening')
const origin = `http://127.0.0.1:${(listener.server.address() as AddressInfo).port}`
const gateway = await startGateway({
  config: `providers:\n  openai: { key: k, baseUrl: "${origin}/v1" }\n  deepgram: { key: k, baseUrl: "${origin}" }\nserver: { bodyIdle: 1s }\nlimits: { upload: 210MiB }\n`,
})
after(async () => {
  await gateway[Symbol.asyncDispose]()
  listener.server.closeAllConnections()
  listener.server.close()
})

const boundary = 'b0undary'
const field = (name: string, value: string): string => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const fileHead = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`
const modelField = field('model', 'openai/whisper-1')

function begin(length?: number) {
  const headers = {
    authorization: `Bearer ${gateway.key}`,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    ...(length !== undefined && { 'content-length': length }),
  }
  const sent = ask(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', headers, agent: false })
  sent.on('error', () => {})
  const answer = new Promise<{ status: number; body: string; id: string }>((resolve) => {
    sent.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece))
      response.on('end', () => resolve({ status: response.statusCode!, body, id: String(response.headers['x-omega-decision-id']) }))
    })
  })
  return { sent, answer }
}

async function write(sent: ReturnType<typeof begin>['sent'], bytes: Buffer | string): Promise<void> {
  if (!sent.write(bytes)) await once(sent, 'drain')
}

/** Megabytes of memory that the gateway's process has resident. */
async function resident(): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${gateway.pid}/status`, 'utf8'))![1]) / 1024
}

const megabyte = randomBytes(1024 * 1024)

const long = 200

describe('an upload of 200 MiB', { skip: process.platform !== 'linux' && 'memory is read from /proc' }, () => {
  for (const order of ['model first', 'file first'] as const) {
    test(`with the ${order} is never in memory whole`, async () => {
      listener.heard = 0
      // What the process takes for a first call of this kind is not of its size.
      await post(order, 2)
      listener.heard = 0
      const before = await resident()
      let most = before
      const head = order === 'model first' ? modelField + fileHead : fileHead
      const tail = `\r\n${order === 'model first' ? '' : modelField}--${boundary}--\r\n`
      const { sent, answer } = begin(head.length + long * megabyte.length + tail.length)
      await write(sent, head)
      for (let turn = 0; turn < long; turn += 1) {
        await write(sent, megabyte)
        most = Math.max(most, await resident())
      }
      sent.end(tail)
      assert.deepEqual(await answer.then(({ status, body }) => [status, body]), [200, '{"text":"ok"}'])
      most = Math.max(most, await resident())
      assert.equal(listener.heard, head.length + long * megabyte.length + tail.length - 'openai/'.length)
      // Half of it in memory would show. What is seen are buffers that came and went: V8 looks for dead ones when they hold about 64 MiB.
      assert.ok(most - before < long / 2, `${(most - before).toFixed(1)} MiB more than before`)
    })
  }

  async function post(order: string, megabytes: number): Promise<void> {
    const { sent, answer } = begin()
    await write(sent, order === 'model first' ? modelField + fileHead : fileHead)
    for (let turn = 0; turn < megabytes; turn += 1) await write(sent, megabyte)
    sent.end(`\r\n${order === 'model first' ? '' : modelField}--${boundary}--\r\n`)
    assert.equal((await answer).status, 200)
  }
})

test('a provider that does not read pauses the client', async () => {
  listener.close()
  const { sent, answer } = begin()
  await write(sent, modelField + fileHead)
  const all = 200
  let written = 0
  const writing = (async () => {
    for (; written < all; written += 1) await write(sent, megabyte)
    sent.end(`\r\n--${boundary}--\r\n`)
  })()
  let before = -1
  await eventually(async () => {
    before = written
    await setTimeout(400)
    return written > 0 && written === before
  })
  assert.ok(written < all / 2, `${written} of ${all} MiB stand in the sockets between them`)
  listener.open()
  await writing
  assert.equal((await answer).status, 200)
})

test('a client that leaves in the middle leaves nothing: the provider’s request is broken off, and no file stays', async () => {
  const { broken } = listener
  const { sent } = begin()
  await write(sent, modelField + fileHead)
  await write(sent, megabyte)
  await eventually(() => listener.heard > 0)
  sent.destroy()
  await eventually(() => listener.broken === broken + 1)
  const spooled = begin()
  await write(spooled.sent, fileHead)
  await write(spooled.sent, megabyte)
  await setTimeout(100)
  assert.deepEqual(
    (await readdir(gateway.dataDir)).filter((name) => name.startsWith('upload-')),
    [],
    'the file has no name',
  )
  assert.ok((await openUploads()) >= 1, 'the file is open')
  spooled.sent.destroy()
  await eventually(async () => (await openUploads()) === 0)
})

/** Files without a name that the process still holds open. */
async function openUploads(): Promise<number> {
  const { readlink } = await import('node:fs/promises')
  const names = await readdir(`/proc/${gateway.pid}/fd`)
  const links = await Promise.all(names.map((name) => readlink(`/proc/${gateway.pid}/fd/${name}`).catch(() => '')))
  return links.filter((link) => /upload-[\da-f]+ \(deleted\)/.test(link)).length
}

test('a form that is cut short is refused, and its provider never sees an end', async () => {
  const { broken, heard } = listener
  const { sent, answer } = begin()
  await write(sent, modelField + fileHead)
  await write(sent, megabyte)
  await eventually(() => listener.heard > heard)
  sent.end('sound and nothing behind it')
  const { status, body, id } = await answer
  assert.deepEqual([status, (JSON.parse(body) as { error: { code: string } }).error.code], [400, 'bad_request'])
  await eventually(() => listener.broken === broken + 1)
  const receipt = await readReceipt(gateway, id)
  assert.deepEqual([receipt.error, receipt.error_origin, receipt.attempts_count], ['bad_request', 'caller', 1])
})

test('a provider that refuses before it has heard everything is heard by the client, which may still be sending', async () => {
  listener.refuses = true
  for (const head of [modelField + fileHead, fileHead]) {
    const { sent, answer } = begin()
    void (async () => {
      await write(sent, head)
      for (let turn = 0; turn < 20; turn += 1) await write(sent, megabyte)
      sent.end(`\r\n${head === fileHead ? modelField : ''}--${boundary}--\r\n`)
    })().catch(() => {})
    const { status, id } = await answer
    assert.equal(status, 400)
    const receipt = await readReceipt(gateway, id)
    assert.deepEqual([receipt.error, receipt.upstream_status], ['upstream_refused_request', 400])
  }
  listener.refuses = false
  const { sent, answer } = begin()
  sent.end(`${modelField}${fileHead}sound\r\n--${boundary}--\r\n`)
  assert.equal((await answer).status, 200)
})

test('a client that falls silent in the middle is given up, and told so', async () => {
  const { sent, answer } = begin()
  await write(sent, modelField + fileHead)
  const begun = performance.now()
  assert.equal((await answer).status, 408)
  assert.ok(performance.now() - begun >= 900)
})

test('what is larger than an upload may be is refused: announced at once, else at the limit', async () => {
  const announced = begin(211 * 1024 * 1024)
  announced.sent.flushHeaders()
  assert.equal((await announced.answer).status, 413)
  const { requests } = listener
  const { sent, answer } = begin()
  void (async () => {
    await write(sent, fileHead)
    for (let turn = 0; turn < 212; turn += 1) await write(sent, megabyte)
  })().catch(() => {})
  assert.equal((await answer).status, 413)
  assert.equal(listener.requests, requests, 'nobody was asked')
})
