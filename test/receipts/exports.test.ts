/** Receivers elsewhere hear of every receipt, in order and at least once, whoever was away in between. */

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { linesFile } from '../../src/ledger/layout.ts'
import { eraseEntries } from '../../src/ledger/erase.ts'
import { eventually } from '../gateway.ts'
import { hang, reply, startUpstream, type Received, type Upstream } from '../upstream/index.ts'
import { openStage } from './sinks.ts'

interface Event {
  readonly id: string
  readonly type: string
  readonly position: string
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** As a receiver checks it, by the standard alone. */
function isSigned({ header, body }: Received): boolean {
  const [id, stamp] = [header('webhook-id'), header('webhook-timestamp')]
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${stamp}.${body.toString()}`).digest('base64')
  return header('webhook-signature') === `v1,${expected}` && Math.abs(Number(stamp) - Date.now() / 1000) < 60
}

const eventsOf = (request: Received): readonly Event[] => request.json() as unknown as readonly Event[]
const receiptsIn = (requests: readonly Received[]): readonly string[] =>
  requests.flatMap(eventsOf).flatMap(({ type, id }) => (type === 'omni-gateway.receipt.v1' ? [id] : []))

const webhook = (url: string): string => `  exports: [{ webhook: "${url}/events", secret: ${secret} }]`
const taking = (): Promise<Upstream> => startUpstream((request) => reply(isSigned(request) ? 200 : 401, ''))

test('a webhook gets every entry once and in order, signed, in batches of CloudEvents', async () => {
  await using stage = await openStage()
  const ids = [...(await stage.add(600))]
  await using receiver = await taking()
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.sent === stage.log.size)
  ids.push(...(await stage.add(1)))
  await eventually(() => sinks.status().exports[0]!.sent === stage.log.size)
  assert.ok(receiver.requests.every(isSigned))
  assert.deepEqual(receiptsIn(receiver.requests), ids)
  const positions = receiver.requests.flatMap(eventsOf).map(({ position }) => Number(position))
  assert.deepEqual(positions, [...positions.keys()])
  assert.equal(receiver.requests.flatMap(eventsOf)[0]!.type, 'omni-gateway.start.v1')
  assert.match(receiver.requests[0]!.header('content-type')!, /^application\/cloudevents-batch\+json/)
  assert.deepEqual(
    receiver.requests.map((request) => eventsOf(request).length),
    [...Array<number>(9).fill(64), 25, 1],
  )
  assert.match(sinks.metrics(), new RegExp(`omni_export_sent_total\\{export="webhook [\\d.:]+"\\} ${stage.log.size}\n`))
})

test('a webhook that was away gets what it missed, and holds up nobody', async () => {
  await using stage = await openStage()
  await using other = await taking()
  const receiver = await taking()
  const sinks = await stage.start(`${webhook(receiver.url).slice(0, -1)}, { webhook: "${other.url}", secret: ${secret} }]`)
  const ids = [...(await stage.add(10))]
  await eventually(() => sinks.status().exports[0]!.sent === stage.log.size)
  await receiver.stop()
  ids.push(...(await stage.add(700)))
  await eventually(() => sinks.status().exports[1]!.sent === stage.log.size)
  const away = await eventually(() => sinks.status().exports.find(({ fault }) => fault !== null))
  assert.deepEqual([away.fault, away.waiting], ['It could not be reached.', 700])
  await using back = await startUpstream(reply(200, ''), { port: receiver.port })
  await eventually(() => sinks.status().exports[0]!.waiting === 0, 10_000)
  assert.deepEqual(receiptsIn([...receiver.requests, ...back.requests]), ids)
  assert.deepEqual(receiptsIn(other.requests), ids)
  assert.equal(sinks.status().exports[0]!.fault, null)
})

test('after a restart a receiver goes on where it was, also with what was written in between', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  const ids = [...(await stage.add(300))]
  const before = await stage.start(webhook(receiver.url))
  await before.close(5000)
  ids.push(...(await stage.add(20)))
  await stage.reopen()
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  assert.deepEqual(receiptsIn(receiver.requests), ids)
  const [folder = ''] = await readdir(join(stage.folder, 'exports'))
  assert.match(await readFile(join(stage.folder, 'exports', folder, stage.log.id), 'utf8'), new RegExp(`^${stage.log.size} [\\da-f]{16}\n$`))
})

test('what a process had written when it was closed is sent before it ends', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  const ids = await stage.add(5)
  await sinks.close(5000)
  assert.deepEqual(receiptsIn(receiver.requests), ids)
})

test('a receiver that says nothing is left at the end of the respite, and loses nothing', async () => {
  await using stage = await openStage()
  await using silent = await startUpstream([hang()])
  const ids = await stage.add(5)
  const sinks = await stage.start(webhook(silent.url))
  await silent.request(0)
  const began = performance.now()
  await sinks.close(300)
  assert.ok(performance.now() - began < 2000)
  await silent.stop()
  await using receiver = await startUpstream(reply(200, ''), { port: silent.port })
  const next = await stage.start(webhook(receiver.url))
  await eventually(() => next.status().exports[0]!.waiting === 0)
  assert.deepEqual(receiptsIn(receiver.requests), ids)
})

test('of a batch that is refused for good only the entry that it is about is left out, and the log is told', async () => {
  await using stage = await openStage()
  const ids = await stage.add(50)
  const bad = ids[17]!
  await using receiver = await startUpstream(({ body }) => reply(body.includes(bad) ? 422 : 200, 'its own words'))
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  const taken = receiver.requests.filter(({ body }) => !body.includes(bad))
  assert.deepEqual(
    receiptsIn(taken),
    ids.filter((id) => id !== bad),
  )
  assert.deepEqual([sinks.status().exports[0]!.skipped, sinks.status().exports[0]!.sent], [1, 50])
  const refused = stage.told.find(({ msg }) => msg === 'a receiver refused entries of the log for good')
  assert.partialDeepStrictEqual(refused, { level: 'ERROR', log: stage.log.id, entries: 1 })
  assert.ok(!JSON.stringify(stage.told).includes('its own words'))
})

test('who is away, in a hurry or does not know us refuses no batch: nothing is left out', async () => {
  await using stage = await openStage()
  const ids = await stage.add(3)
  const statuses = [401, 403, 404, 408, 429, 500, 503]
  const receivers = await Promise.all(statuses.map((status) => startUpstream((_request, turn) => reply(turn < 4 ? status : 200, ''))))
  const sinks = await stage.start(`  exports: [${receivers.map(({ url }) => `{ webhook: "${url}" }`).join(', ')}]`)
  await eventually(() => sinks.status().exports.every(({ waiting }) => waiting === 0), 10_000)
  for (const [at, { requests, stop }] of receivers.entries()) {
    assert.deepEqual([sinks.status().exports[at]!.skipped, receiptsIn(requests.slice(4))], [0, ids], String(statuses[at]))
    await stop()
  }
})

test('what somebody made of an entry that is none now holds up nobody', async () => {
  await using stage = await openStage()
  const ids = await stage.add(6)
  const file = linesFile(stage.log.folder, 0)
  const lines = (await readFile(file, 'utf8')).split('\n')
  lines[2] = lines[2]!.replace('{"', '{!')
  lines[4] = lines[4]!.replace(/"created_at":\d/, '"created_at":"')
  await writeFile(file, lines.join('\n'))
  await using receiver = await taking()
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  assert.deepEqual(
    receiptsIn(receiver.requests),
    ids.filter((_id, at) => at !== 1 && at !== 3),
  )
  assert.equal(sinks.status().exports[0]!.skipped, 2)
})

test('erased entries are not sent, and all others are', async () => {
  await using stage = await openStage()
  const ids = await stage.add(6)
  await eraseEntries(stage.log, [2, 3], { by: 'admin', reason: 'operator' })
  await using receiver = await taking()
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  assert.deepEqual(
    receiptsIn(receiver.requests),
    ids.filter((_id, at) => at !== 1 && at !== 2),
  )
  assert.equal(receiver.requests.flatMap(eventsOf).at(-1)!.type, 'omni-gateway.erasure.v1')
})

test('[B21] entries that a power cut took are written over, and those that take their places are sent too', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  await stage.add(10)
  await stage.log.checkpoint()
  const kept = stage.log.size
  const file = linesFile(stage.log.folder, 0)
  const bytes = (await readFile(file)).length
  const lost = await stage.add(20)
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  await sinks.close(1000)
  await stage.log.abandon()
  // What was synced is there, and nothing else.
  await truncate(file, bytes)
  await truncate(file.replace('.jsonl', '.hashes'), kept * 32)
  await stage.reopen()
  const ids = await stage.add(30)
  const next = await stage.start(webhook(receiver.url))
  await eventually(() => next.status().exports[0]!.waiting === 0)
  const heard = receiptsIn(receiver.requests)
  assert.ok(ids.every((id) => heard.includes(id)) && lost.every((id) => heard.includes(id)))
})

test('a place that cannot be read is no place, and all is sent again', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  const ids = await stage.add(3)
  for (const text of ['', 'x', '-1 \n', '9'.repeat(40)]) {
    const before = receiver.requests.length
    const sinks = await stage.start(webhook(receiver.url))
    await eventually(() => sinks.status().exports[0]!.waiting === 0)
    await sinks.close(1000)
    assert.deepEqual(receiptsIn(receiver.requests.slice(before)), ids, text)
    const [folder = ''] = await readdir(join(stage.folder, 'exports'))
    await writeFile(join(stage.folder, 'exports', folder, stage.log.id), text)
  }
})

test('a log that nobody writes to any more is sent to its end', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  const ids = [...(await stage.add(5))]
  const left = stage.log.id
  await stage.succeed()
  assert.notEqual(stage.log.id, left)
  ids.push(...(await stage.add(2)))
  const sinks = await stage.start(webhook(receiver.url))
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  assert.deepEqual(receiptsIn(receiver.requests).toSorted(), ids.toSorted())
})

interface Spans {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly spanId: string; readonly attributes: readonly Attribute[] }[] }[]
  }[]
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

/** The receipts that a collector was told of, by their spans. */
const spansIn = (requests: readonly Received[]): readonly string[] =>
  requests
    .flatMap((request) => (request.json() as unknown as Spans).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ attributes }) => attributes.find(({ key }) => key === 'omni.id')!.value.stringValue!)

test('a collector of OpenTelemetry gets each receipt as a span, with the headers that are its own, and says how many it would not have', async () => {
  await using stage = await openStage()
  const ids = await stage.add(300)
  await using collector = await startUpstream((_request, turn) =>
    reply(200, turn !== 1 ? {} : { partialSuccess: { rejectedSpans: '4', errorMessage: 'full' } }),
  )
  const sinks = await stage.start(`  exports: [{ otlp: "${collector.url}/v1/traces", headers: { X-Scope: red } }]`)
  await eventually(() => sinks.status().exports[0]!.waiting === 0)
  assert.deepEqual(spansIn(collector.requests), ids)
  for (const request of collector.requests)
    assert.deepEqual([request.path, request.header('x-scope'), request.header('content-type')], ['/v1/traces', 'red', 'application/json'])
  assert.deepEqual([sinks.status().exports[0]!.sent, sinks.status().exports[0]!.skipped], [296, 4])
})

test('a log of many segments is read from wherever a receiver stopped', async () => {
  await using stage = await openStage()
  await using receiver = await taking()
  const ids: string[] = []
  for (const count of [4000, 4000, 500]) {
    ids.push(...(await stage.add(count)))
    const sinks = await stage.start(webhook(receiver.url))
    await eventually(() => sinks.status().exports[0]!.waiting === 0, 10_000)
    await sinks.close(1000)
  }
  assert.deepEqual(receiptsIn(receiver.requests), ids)
})
