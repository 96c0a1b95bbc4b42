/** A gateway that is killed again and again under load, and what is left of its calls. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { openai, startUpstream, type Received } from '../upstream/index.ts'

/** The longest that a gateway lives under load, in milliseconds, and how many ask it at once. */
const longestLife = 250
const callers = 6

const dataDir = mkdtempSync(join(tmpdir(), 'omni-crash-'))
const words = openai.speak('one two three four five', { every: 3 })
const seen = new Set<string>()
const upstream = await startUpstream((request: Received) => {
  seen.add(traceOf(request))
  return words(request)
})
after(async () => {
  await upstream.stop()
  rmSync(dataDir, { recursive: true })
})

/** Each call says in its prompt which one it is. */
const traceOf = (request: Received): string => /call-\d+/.exec(JSON.stringify(request.json()))![0]

const configOf = (receipts: object) =>
  JSON.stringify({
    providers: { up: { like: 'openai', baseUrl: `${upstream.url}/v1`, key: 'upstream-key-1a2b3c4d' } },
    health: { failures: 1000 },
    log: { level: 'warn' },
    receipts,
  })
const open = (receipts: object): Promise<Gateway> => startGateway({ dataDir, config: configOf(receipts) })
const admin = ({ adminKey }: Gateway) => ({ authorization: `Bearer ${adminKey}` })

let count = 0

/** Asks until the gateway is gone, in turns whole and streamed. */
async function askOn({ url, key }: Gateway, isAlive: () => boolean): Promise<void> {
  while (isAlive()) {
    count += 1
    const body = JSON.stringify({ model: 'up/m', stream: count % 2 === 0, messages: [{ role: 'user', content: `call-${count}` }] })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-request-id': `call-${count}`.padEnd(12, '.') }
    await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
      .then(
        (answer) => answer.text(),
        () => {},
      )
      .catch(() => {})
  }
}

/** Kills it after some milliseconds of load. */
async function liveAndDie(life: number, receipts: object): Promise<void> {
  const gateway = await open(receipts)
  let isAlive = true
  const asking = Promise.all(Array.from({ length: callers }, () => askOn(gateway, () => isAlive)))
  await pause(life)
  isAlive = false
  await gateway.kill()
  await asking
}

interface Told {
  readonly request_id: string
  readonly completeness: string
  readonly outcome: string
  readonly id: string
}

async function readAll(gateway: Gateway): Promise<readonly Told[]> {
  const all: Told[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await fetch(`${gateway.url}/_omni/reports?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`, { headers: admin(gateway) })
    const page = (await answer.json()) as { readonly data: readonly Told[]; readonly next_cursor: string | null }
    all.push(...page.data)
    cursor = page.next_cursor
  }
  return all
}

/** Starts it on one data directory and kills it, so many times; then holds what an upstream saw against what the log and the index tell. */
export async function killAndCount(points: number, receipts: object): Promise<void> {
  for (let point = 0; point < points; point += 1) await liveAndDie(5 + Math.random() * longestLife, receipts)
  await using gateway = await open(receipts)
  const status = async () => (await (await fetch(`${gateway.url}/_omni/status`, { headers: admin(gateway) })).json()) as { readonly receipts_behind: number }
  await eventually(async () => (await status()).receipts_behind === 0, 30_000)
  const all = await readAll(gateway)
  const told = new Set(all.map(({ request_id: id }) => id.replace(/\.+$/, '')))
  assert.deepEqual(
    [...seen].filter((id) => !told.has(id)),
    [],
    'an upstream saw calls that have no receipt',
  )
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length, 'a call has two receipts')
  const interrupted = all.filter(({ completeness }) => completeness === 'interrupted')
  assert.ok(interrupted.length >= points / 4, `only ${interrupted.length} were interrupted: the load was too small to prove anything`)
  assert.ok(all.length - interrupted.length >= points, 'too few calls were answered')
  assert.ok(interrupted.every(({ outcome }) => outcome === 'interrupted'))
  await gateway.stop()
  const verdicts = await verifyLogs(join(dataDir, 'receipts'))
  assert.ok(verdicts.length > 0)
  for (const { wrong } of verdicts) assert.equal(wrong, undefined)
}
