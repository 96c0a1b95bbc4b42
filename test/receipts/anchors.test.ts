/** Checkpoints reach places outside of the log's reach: files, hosts, collectors of logs and stores of objects, also after those were away. */

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { splitNotes } from '../../src/receipts/note-bodies.ts'
import { eventually } from '../gateway.ts'
import { certificate, reply, startUpstream, type Received } from '../upstream/index.ts'
import { openStage } from './sinks.ts'

const trusted = certificate()
const known = getCACertificates('default')
before(() => setDefaultCACertificates([...known, trusted.cert]))
after(() => setDefaultCACertificates(known))

test('a file gets each checkpoint as the log’s own file of them has it', async () => {
  await using stage = await openStage()
  const file = join(stage.folder, 'elsewhere')
  const sinks = await stage.start(`  anchors: [{ file: "${file}" }]`)
  const first = await stage.log.checkpoint()
  await eventually(() => sinks.status().anchors[0]!.time === first.time)
  await stage.add(3)
  const second = await stage.log.checkpoint()
  await eventually(() => sinks.status().anchors[0]!.size === second.size)
  assert.deepEqual(splitNotes(await readFile(file, 'utf8')), { notes: [first.note, second.note], rest: '' })
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('a file that cannot be written is told in words of ours, and with its code', async () => {
  await using stage = await openStage()
  const sinks = await stage.start(`  anchors: [{ file: /dev/full }, { file: "${stage.folder}/none/file" }]`)
  await stage.log.checkpoint()
  await eventually(() => sinks.status().anchors.every(({ fault }) => fault !== null))
  assert.deepEqual(
    sinks.status().anchors.map(({ fault, size }) => [fault, size]),
    [
      ['The file could not be written (ENOSPC).', null],
      ['The file could not be written (ENOENT).', null],
    ],
  )
})

test('a host that was away gets the newest checkpoint alone, and the log is told when it went and came', async () => {
  await using stage = await openStage()
  let status = 500
  await using host = await startUpstream(() => reply(status, 'its own words'))
  const sinks = await stage.start(`  anchors: [{ url: "${host.url}/omni?x=1", token: sesame }]`)
  await stage.log.checkpoint()
  await host.request(0)
  await stage.add(1)
  await stage.log.checkpoint()
  await stage.add(1)
  const newest = await stage.log.checkpoint()
  assert.equal(await eventually(() => sinks.status().anchors[0]!.fault), 'It failed. (Status 500.)')
  status = 204
  await eventually(() => sinks.status().anchors[0]!.size === newest.size)
  const taken = host.requests.at(-1)!
  assert.deepEqual([taken.method, taken.path, taken.header('authorization'), taken.body.toString()], ['POST', '/omni?x=1', 'Bearer sesame', newest.note])
  assert.match(taken.header('content-type')!, /^text\/plain/)
  assert.deepEqual(
    stage.told.map(({ msg, receiver }) => [msg, receiver]),
    [
      ['a receiver of receipts could not be reached', `url ${new URL(host.url).host}`],
      ['a receiver of receipts is back', `url ${new URL(host.url).host}`],
    ],
  )
  assert.ok(!JSON.stringify(stage.told).includes('its own words'))
  const metrics = sinks.metrics()
  assert.match(metrics, new RegExp(`omni_anchor_entries\\{anchor="url [\\d.:]+"\\} ${newest.size}\n`))
  assert.match(metrics, /omni_anchor_failures_total\{anchor="url [\d.:]+"\} [1-9]/)
})

test('the last checkpoint is handed out at the end, and an anchor that is away keeps nobody', async () => {
  await using stage = await openStage()
  await using host = await startUpstream(reply(200, ''))
  const sinks = await stage.start(`  anchors: [{ url: "${host.url}" }, { url: "http://127.0.0.1:9/" }]`)
  const last = await stage.log.checkpoint()
  const began = performance.now()
  await sinks.close(20_000)
  assert.ok(performance.now() - began < 5000)
  assert.equal(host.requests.at(-1)?.body.toString(), last.note)
  assert.equal(sinks.status().anchors[1]!.fault, 'It could not be reached.')
})

/** What a collector reads: each message with its length before it. */
async function openCollector(make: (onText: (text: string) => void) => Server): Promise<{ readonly port: number; readonly messages: string[]; close(): void }> {
  const messages: string[] = []
  const server = make((text) => {
    for (let rest = text; rest !== '';) {
      const [, length] = /^(\d+) /.exec(rest) ?? assert.fail(`no length: ${rest}`)
      const from = length!.length + 1
      messages.push(rest.slice(from, from + Number(length)))
      rest = rest.slice(from + Number(length))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, messages, close: () => server.close() }
}

const message = /^<109>1 (\S+) \S+ omni-gateway \d+ checkpoint - (\S+) (\d+) (\S+)$/

function assertTold(
  text: string,
  { origin, size, time, note }: { readonly origin: string; readonly size: number; readonly time: number; readonly note: string },
): void {
  const [, at, named, entries, base64] = message.exec(text) ?? assert.fail(text)
  assert.deepEqual([at, named, entries], [new Date(time).toISOString(), origin, String(size)])
  assert.equal(Buffer.from(base64!, 'base64').toString(), note)
}

test('a collector of logs gets one message a checkpoint by UDP', async () => {
  await using stage = await openStage()
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  try {
    const sinks = await stage.start(`  anchors: [{ syslog: "udp://localhost:${socket.address().port}" }]`)
    const heard = once(socket, 'message') as Promise<[Buffer]>
    const checkpoint = await stage.log.checkpoint()
    assertTold((await heard)[0].toString(), checkpoint)
    await eventually(() => sinks.status().anchors[0]!.size === checkpoint.size)
  } finally {
    socket.close()
  }
})

test('a collector of logs gets framed messages by TCP, whether it closes or not', async () => {
  await using stage = await openStage()
  for (const allowHalfOpen of [false, true]) {
    const collector = await openCollector((onText) =>
      createServer({ allowHalfOpen }, (socket) => {
        let text = ''
        socket.on('data', (piece: Buffer) => (text += piece.toString())).on('end', () => onText(text))
        // One that never closes is left with its end of the connection.
        if (allowHalfOpen) setTimeout(() => socket.destroy(), 3000).unref()
      }),
    )
    const sinks = await stage.start(`  anchors: [{ syslog: "tcp://127.0.0.1:${collector.port}" }]`)
    const checkpoint = await stage.log.checkpoint()
    await eventually(() => sinks.status().anchors[0]!.time === checkpoint.time)
    assertTold(collector.messages.at(-1)!, checkpoint)
    await sinks.close(1000)
    collector.close()
  }
})

test('by TLS a collector is believed only where its certificate is', async () => {
  await using stage = await openStage()
  const heard: string[][] = []
  const ports: number[] = []
  for (const { key, cert } of [trusted, certificate()]) {
    const collector = await openCollector((onText) =>
      createTlsServer({ key, cert }, (socket) => {
        let text = ''
        socket.on('data', (piece: Buffer) => (text += piece.toString())).on('end', () => onText(text))
      }),
    )
    after(() => collector.close())
    heard.push(collector.messages)
    ports.push(collector.port)
  }
  const sinks = await stage.start(`  anchors: [{ syslog: "tls://localhost:${ports[0]}" }, { syslog: "tls://localhost:${ports[1]}" }]`)
  const checkpoint = await stage.log.checkpoint()
  await eventually(() => sinks.status().anchors[0]!.size !== null && sinks.status().anchors[1]!.fault !== null)
  assertTold(heard[0]!.at(-1)!, checkpoint)
  assert.deepEqual([heard[1], sinks.status().anchors[1]!.fault], [[], 'It could not be reached.'])
})

const credentials = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

/** As the store computes it, from what reached it: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function isSigned({ method, path, body, header }: Received): boolean {
  const shape = /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([\da-f]{64})$/
  const [, id, day, region, names = '', signature] = shape.exec(header('authorization') ?? '') ?? []
  const told = header('x-amz-content-sha256')
  const all = names.split(';')
  const isWhole = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => all.includes(name)) && told === sha256(body)
  const asked = [method, path, '', ...all.map((name) => `${name}:${header(name)?.trim()}`), '', names, told].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const signing = hmac(hmac(hmac(hmac(`AWS4${credentials.secret}`, day ?? ''), region ?? ''), 's3'), 'aws4_request')
  const expected = hmac(signing, `AWS4-HMAC-SHA256\n${header('x-amz-date')}\n${scope}\n${sha256(asked)}`).toString('hex')
  return isWhole && id === credentials.id && signature === expected
}

test('a store of objects gets each checkpoint as an object, signed, and locked where that is wanted', async () => {
  await using stage = await openStage()
  await using store = await startUpstream((request) => (isSigned(request) ? reply(200, '') : reply(403, 'SignatureDoesNotMatch')))
  const place = `bucket: s3://audit/omni/a, region: eu-central-1, key: ${credentials.id}, endpoint: "${store.url}"`
  const sinks = await stage.start(
    `  anchors: [{ ${place}, secret: "${credentials.secret}", retainDays: 400 }, { ${place}, secret: wrong }, { ${place}, secret: "${credentials.secret}" }]`,
  )
  const checkpoint = await stage.log.checkpoint()
  const day = 86_400_000
  await eventually(() => sinks.status().anchors.every(({ size, fault }) => size !== null || fault !== null))
  assert.deepEqual(
    sinks.status().anchors.map(({ name, size, fault }) => [name, size, fault]),
    [
      ['bucket audit', checkpoint.size, null],
      ['bucket audit (2)', null, 'It refused the gateway’s credential. (Status 403.)'],
      ['bucket audit (3)', checkpoint.size, null],
    ],
  )
  const locked = store.requests.find(({ header }) => header('x-amz-object-lock-mode') === 'COMPLIANCE')!
  const path = `/audit/omni/a/${stage.log.id}/${String(checkpoint.size).padStart(12, '0')}-${checkpoint.time}`
  assert.deepEqual([locked.method, locked.path, locked.body.toString()], ['PUT', path, checkpoint.note])
  const until = Date.parse(locked.header('x-amz-object-lock-retain-until-date')!)
  assert.ok(Math.abs(until - Date.now() - 400 * day) < 60_000)
  assert.equal(locked.header('content-md5'), createHash('md5').update(checkpoint.note).digest('base64'))
})
