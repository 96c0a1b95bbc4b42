/** [B14] [B15] [B17]: a disk without room, a database that is locked or away: calls go on or are refused as configured, and no receipt is lost or told twice. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { openai, startUpstream } from '../upstream/index.ts'

const upstream = await startUpstream(openai.reply('fine'))
after(() => upstream.stop())

const noLimits = process.platform !== 'linux' && 'only Linux lets the limits of another process be set'

const open = (receipts: object = {}, env: { readonly [name: string]: string } = {}): Promise<Gateway> =>
  startGateway({
    env,
    config: JSON.stringify({
      providers: { up: { like: 'openai', baseUrl: `${upstream.url}/v1`, key: 'upstream-key-5e6f7a8b' } },
      log: { level: 'warn' },
      receipts,
    }),
  })

interface Said {
  readonly status: number
  readonly id: string
  readonly text: string
  readonly took: number
}

async function ask({ url, key }: Gateway): Promise<Said> {
  const begun = performance.now()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ model: 'up/m', messages: [{ role: 'user', content: 'hello' }] })
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
  const text = await answer.text()
  return { status: answer.status, id: answer.headers.get('x-omega-decision-id') ?? '', text, took: performance.now() - begun }
}

const read = async <T>({ url, adminKey }: Gateway, path: string): Promise<T> =>
  (await (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${adminKey}` } })).json()) as T

interface Status {
  readonly receipts_waiting: number
  readonly receipts_dropped: number
  readonly receipts_behind: number
  readonly intents_lost: number
}
const statusOf = (gateway: Gateway): Promise<Status> => read(gateway, '/_omni/status')

async function idsOf(gateway: Gateway): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor = ''; ;) {
    const page: { readonly data: readonly { readonly id: string }[]; readonly next_cursor: string | null } = await read(
      gateway,
      `/_omni/reports?limit=200${cursor}`,
    )
    ids.push(...page.data.map(({ id }) => id))
    if (page.next_cursor === null) return ids
    cursor = `&cursor=${page.next_cursor}`
  }
}

const settled = (gateway: Gateway) =>
  eventually(async () => {
    const { receipts_waiting: waiting, receipts_behind: behind } = await statusOf(gateway)
    return waiting === 0 && behind === 0
  }, 30_000)

/** Bytes that any file of the process may have: 1 leaves no room for anything. */
const limit = ({ pid }: Gateway, bytes: number | 'unlimited') => execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])

const linesOf = ({ dataDir }: Gateway): readonly string[] => {
  const folder = join(dataDir, 'receipts')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')).filter((line) => line !== '')
}

async function assertVerifies({ dataDir }: Gateway): Promise<void> {
  for (const { wrong } of await verifyLogs(join(dataDir, 'receipts'))) assert.equal(wrong, undefined)
}

describe('a disk without room', { skip: noLimits }, () => {
  test('[B15] calls go on, are counted, and are told when there is room again', async () => {
    await using gateway = await open()
    await ask(gateway)
    await settled(gateway)
    limit(gateway, 1)
    const said = await Promise.all(Array.from({ length: 30 }, () => ask(gateway)))
    assert.ok(said.every(({ status }) => status === 200))
    const status = await eventually(async () => {
      const found = await statusOf(gateway)
      return found.receipts_waiting === 30 ? found : undefined
    })
    assert.equal(status.intents_lost, 30)
    limit(gateway, 'unlimited')
    await settled(gateway)
    const ids = await idsOf(gateway)
    assert.equal(ids.length, 31)
    for (const { id } of said) assert.equal(ids.filter((one) => one === id).length, 1)
    assert.equal((await statusOf(gateway)).receipts_dropped, 0)
    await gateway.stop()
    await assertVerifies(gateway)
  })

  test('[B15] what finds no room in memory either is counted in an entry of the log', async () => {
    await using gateway = await open({ waitingRecords: 5 })
    await ask(gateway)
    await settled(gateway)
    limit(gateway, 1)
    for (let at = 0; at < 12; at += 1) assert.equal((await ask(gateway)).status, 200)
    await eventually(async () => (await statusOf(gateway)).receipts_dropped === 7)
    limit(gateway, 'unlimited')
    await settled(gateway)
    assert.equal((await idsOf(gateway)).length, 6)
    const gaps = linesOf(gateway).filter((line) => / gap /.test(line))
    assert.deepEqual(
      gaps.map((line) => (JSON.parse(line.slice(line.indexOf('{'))) as { readonly count: number }).count),
      [7],
    )
    await gateway.stop()
    await assertVerifies(gateway)
  })

  test('[B15] where receipts are required calls are refused with 503, nobody is asked, and it mends by itself', async () => {
    await using gateway = await open({ required: true })
    await ask(gateway)
    await settled(gateway)
    const asked = upstream.requests.length
    limit(gateway, 1)
    for (let at = 0; at < 5; at += 1) {
      const { status, text } = await ask(gateway)
      assert.equal(status, 503)
      assert.match(text, /"receipts_unavailable"/)
    }
    assert.equal(upstream.requests.length, asked)
    limit(gateway, 'unlimited')
    await eventually(async () => (await ask(gateway)).status === 200)
    await settled(gateway)
    await gateway.stop()
    await assertVerifies(gateway)
  })
})

test('[B14] while another program locks the database calls are served as fast as ever, and then all are indexed', async () => {
  await using gateway = await open()
  const before = await ask(gateway)
  await settled(gateway)
  const other = new DatabaseSync(join(gateway.dataDir, 'omni.db'))
  other.exec('begin immediate')
  const said: Said[] = []
  for (let at = 0; at < 100; at += 1) said.push(await ask(gateway))
  await pause(3000)
  assert.ok((await statusOf(gateway)).receipts_behind >= 100)
  assert.ok(said.every(({ status, took }) => status === 200 && took < 1000))
  other.exec('commit')
  other.close()
  await settled(gateway)
  assert.deepEqual(new Set(await idsOf(gateway)), new Set([before, ...said].map(({ id }) => id)))
})

/** A way to a server that can be cut and mended. */
async function openWay(to: number) {
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy()
    const other = connect(to, '127.0.0.1')
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      open.add(one)
      one.on('error', () => {}).on('close', () => (open.delete(one), two.destroy()))
      one.pipe(two)
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true
      for (const socket of open) socket.destroy()
    },
    mend: () => {
      isCut = false
    },
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

const residentOf = ({ pid }: Gateway): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

test('[B17] while PostgreSQL is away calls go on, memory does not follow, and all are indexed once when it is back', async (t) => {
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return t.skip(postgres)
  const url = new URL(await postgres.createDatabase())
  const way = await openWay(Number(url.port))
  url.port = String(way.port)
  try {
    await using gateway = await open({}, { OMNI_DATABASE_URL: url.href })
    for (let at = 0; at < 200; at += 1) await ask(gateway)
    await settled(gateway)
    way.cut()
    const said: Said[] = []
    const askFor = async (ms: number) => {
      const until = performance.now() + ms
      while (performance.now() < until) said.push(...(await Promise.all(Array.from({ length: 10 }, () => ask(gateway)))))
    }
    // As much as the heap of a gateway takes that is asked so often, whatever becomes of its receipts.
    await askFor(6000)
    const before = residentOf(gateway)
    await askFor(8000)
    assert.ok(said.every(({ status }) => status === 200))
    assert.ok(said.length > 1000, `${said.length} calls prove little`)
    // The last of them are on their way into the log for a moment.
    await eventually(async () => (await statusOf(gateway)).receipts_behind >= said.length)
    assert.equal((await statusOf(gateway)).receipts_dropped, 0)
    const grown = residentOf(gateway) - before
    assert.ok(grown < 80, `memory grew by ${grown.toFixed(0)} MiB over ${said.length} calls`)
    way.mend()
    await settled(gateway)
    const ids = await idsOf(gateway)
    assert.equal(ids.length, new Set(ids).size)
    const known = new Set(ids)
    assert.deepEqual(
      said.filter(({ id }) => !known.has(id)),
      [],
    )
    assert.equal(ids.length, said.length + 200)
    await gateway.stop()
    await assertVerifies(gateway)
  } finally {
    way.close()
    await postgres.stop()
  }
})
