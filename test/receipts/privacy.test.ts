/** What receipts promise about people: each line of the promise, held against a real gateway. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../src/base/json.ts'
import { listSegments, linesFile } from '../../src/ledger/layout.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { readEntry, type EntryKind } from '../../src/receipts/entry.ts'
import { schemaVersion, signals } from '../../src/receipts/signals.ts'
import { openScene, question } from '../contract/scene.ts'
import { eventually } from '../gateway.ts'
import { openai } from '../upstream/index.ts'

const scene = await openScene({ config: () => 'receipts: { content: link }\nretry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\n' })
const { gateway } = scene
const folder = join(gateway.dataDir, 'receipts')

/** Calls of these users, one after the other, and their receipts. */
async function callAs(...users: readonly (string | undefined)[]) {
  const receipts = []
  for (const user of users) {
    scene.chat.play(openai.speak('Hello'))
    const answer = await scene.post(
      '/v1/chat/completions',
      { model: 'openai/gpt-4o', ...question },
      { 'x-omni-user-id': user, 'user-agent': 'A/1 (ada@example.org)', 'x-forwarded-for': '203.0.113.7' },
    )
    await answer.text()
    receipts.push(await scene.receiptOf(answer))
  }
  return receipts
}

interface Said {
  readonly status: number
  readonly body: JsonObject
}

async function control(method: string, path: string, body?: object, key = gateway.adminKey): Promise<Said> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${gateway.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: (await answer.json()) as JsonObject }
}

/** What entries of this kind say, in the order in which they stand. */
function entriesOf(kind: EntryKind): readonly JsonObject[] {
  const lines = readdirSync(folder).flatMap((log) =>
    listSegments(join(folder, log)).flatMap((first) => readFileSync(linesFile(join(folder, log), first), 'utf8').split('\n')),
  )
  return lines.flatMap((line) => {
    const entry = readEntry(line)
    return entry?.is === 'whole' && entry.kind === kind ? [JSON.parse(entry.text) as JsonObject] : []
  })
}

const audits = (action: string): readonly JsonObject[] => entriesOf('audit').filter((entry) => entry.action === action)

async function isRight(): Promise<void> {
  for (const { wrong } of await verifyLogs(folder)) assert.equal(wrong, undefined)
}

const omni = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, OMNI_PORT: new URL(gateway.url).port, OMNI_DATA_DIR: gateway.dataDir }
    const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))
    execFile(process.execPath, [entry, ...args], { cwd: gateway.dataDir, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })

describe('a receipt', () => {
  test('[C77] (G1) has the declared signals alone, and none whose kind is text', async () => {
    const [receipt] = await callAs('ada')
    const kinds = new Set(['count', 'number', 'duration', 'time', 'money', 'choice', 'flag', 'id', 'hash', 'name', 'labels', 'list'])
    for (const { kind } of signals) assert.ok(kinds.has(kind), kind)
    const entry = entriesOf('receipt').find(({ id }) => id === receipt!.id)!
    const names = new Set<string>(signals.map(({ name }) => name))
    for (const name of Object.keys(entry)) assert.ok(names.has(name), name)
  })

  test('(G4) knows a user by a keyed pseudonym alone, and neither address nor user agent', async () => {
    const [one, again, other, nobody] = await callAs('ada@example.org', 'ada@example.org', 'grace@example.org', undefined)
    assert.match(String(one!.user_pseudonym), /^[\da-f]{32}$/)
    assert.equal(one!.user_pseudonym, again!.user_pseudonym)
    assert.notEqual(one!.user_pseudonym, other!.user_pseudonym)
    assert.equal(nobody!.user_pseudonym, null)
    for (const trace of ['example.org', '203.0.113.7', 'A/1']) assert.ok(!JSON.stringify(entriesOf('receipt')).includes(trace), trace)
  })

  test('(G5) tells sizes as powers of two, and no time of any piece but the longest gap', async () => {
    const [receipt] = await callAs('ada')
    assert.equal(Math.log2(Number(receipt!.request_size)) % 1, 0)
    for (const [name, value] of Object.entries(receipt!)) assert.ok(!Array.isArray(value) || value.every((one) => typeof one !== 'number'), name)
  })

  test('(G7) (G8) says that nothing is stored, by which list it tells, and when it goes', async () => {
    const [receipt] = await callAs('ada')
    assert.deepEqual([receipt!.privacy_mode, receipt!.content_stored, receipt!.schema], ['metadata-only', false, schemaVersion])
    assert.equal(Number(receipt!.expires_at) - Number(receipt!.created_at), 30 * 86_400_000)
  })
})

describe('what the operator does', () => {
  test('(G6) reading receipts is told once a minute a reader, and a key that reads its own is not', async () => {
    await callAs('ada')
    const told = audits('receipts_read')
    assert.equal(told.length, 1, 'all readings of this test are within a minute')
    assert.deepEqual([told[0]!.by, told[0]!.count, typeof told[0]!.at], ['admin', 1, 'number'])
    const own = await control('GET', '/_omni/reports?limit=1', undefined, gateway.key)
    assert.equal(own.status, 200)
    assert.equal(audits('receipts_read').length, 1)
  })

  test('a change is told with who made it, what it was made to, and how that stood before and after', async () => {
    const made = await control('POST', '/_omni/keys', { name: 'a name that nobody needs to know' })
    const [created] = audits('key_created')
    assert.deepEqual([created!.by, created!.kind, created!.target, created!.before], ['admin', 'key', made.body.id, null])
    assert.match(String(created!.after), /^[\da-f]{64}$/)
    await control('DELETE', `/_omni/keys/${String(made.body.id)}`)
    const [revoked] = audits('key_revoked')
    assert.equal(revoked!.before, created!.after, 'nothing happened in between')
    assert.match(String(revoked!.after), /^[\da-f]{64}$/)
    assert.notEqual(revoked!.after, revoked!.before)
    assert.equal((await control('DELETE', '/_omni/keys/key_of_nobody')).status, 404)
    assert.equal(audits('key_revoked').length, 1, 'what was refused changed nothing')
    assert.ok(!JSON.stringify(entriesOf('audit')).includes('nobody needs to know'))
  })
})

describe('one end user', () => {
  test('[C75] is erased from index and log, sums stay, others stay, and the log still verifies', async () => {
    const receipts = await callAs('eve', 'eve', 'mallory')
    const pseudonym = String(receipts[0]!.user_pseudonym)
    const before = entriesOf('receipt').length
    assert.match(await omni('receipts', 'erase', '--user', 'eve'), /^There are 2 receipts in 1 epoch\. Say it again with --yes/)
    assert.equal((await control('GET', `/_omni/reports/${String(receipts[0]!.id)}`)).status, 200, 'nothing was erased without a yes')
    assert.match(await omni('receipts', 'erase', '--user', 'eve', '--yes'), /^2 receipts in 1 epoch erased\.$/m)
    for (const { id } of receipts.slice(0, 2)) assert.equal((await control('GET', `/_omni/reports/${String(id)}`)).status, 404)
    assert.equal((await control('GET', `/_omni/reports/${String(receipts[2]!.id)}`)).status, 200)
    assert.equal(entriesOf('receipt').length, before - 2)
    for (const log of readdirSync(folder))
      for (const first of listSegments(join(folder, log))) assert.ok(!readFileSync(linesFile(join(folder, log), first), 'utf8').includes(pseudonym))
    const erasure = entriesOf('erasure').at(-1)!
    assert.deepEqual([erasure.by, erasure.reason], ['admin', 'end_user'])
    assert.ok(!JSON.stringify([erasure, audits('receipts_erased')]).includes('eve'))
    assert.equal(audits('receipts_erased').at(-1)!.target, 'default')
    await isRight()
  })

  test('is not erased while a legal hold keeps the tenant', async () => {
    await callAs('held')
    assert.match(await omni('receipts', 'hold', 'default'), /^Nothing of default is removed/)
    assert.match(await omni('receipts', 'holds'), /default/)
    for (const [method, path, body] of [
      ['POST', '/_omni/erasures', { user: 'held' }],
      ['DELETE', '/_omni/epochs/default/2020-01-01', undefined],
    ] as const)
      assert.equal((await control(method, path, body)).status, 409)
    assert.match(await omni('receipts', 'release', 'default'), /not held any more/)
    assert.equal((await control('POST', '/_omni/erasures', { user: 'held' })).body.found, 1)
    assert.deepEqual([audits('hold_set').length, audits('hold_released').length], [1, 1])
  })

  test('of another tenant, or of none, is not found by the same name', async () => {
    await callAs('trudy')
    const found = await control('POST', '/_omni/erasures', { user: 'trudy', tenant: 'other', dry_run: true })
    assert.deepEqual([found.body.found, found.body.epochs_searched], [0, 0])
    assert.equal((await control('POST', '/_omni/erasures', { user: 'trudy', tenant: '../default' })).status, 400)
    assert.equal((await control('POST', '/_omni/erasures', { user: '' })).status, 400)
  })
})

describe('an epoch', () => {
  test('[C75] whose key is destroyed tells nobody who called or what was said; that is told, and the log still verifies', async () => {
    const [before] = await callAs('oscar')
    const epoch = String(before!.content_epoch)
    assert.match(await omni('receipts', 'forget', '--epoch', epoch), /Say it again with --yes/)
    assert.match(await omni('receipts', 'forget', '--epoch', epoch, '--yes'), /is destroyed/)
    assert.deepEqual(
      audits('epoch_destroyed').map(({ by, target }) => [by, target]),
      [['admin', `default/${epoch}`]],
    )
    const [after] = await callAs('oscar')
    assert.equal(after!.content_epoch, `${epoch}.2`)
    for (const name of ['user_pseudonym', 'request_digest'] as const) assert.notEqual(after![name], before![name], `${name} of the same call`)
    const found = await control('POST', '/_omni/erasures', { user: 'oscar', dry_run: true })
    assert.deepEqual([found.body.found, found.body.epochs_searched, found.body.epochs_destroyed], [1, 1, 1])
    assert.match(await omni('receipts', 'epochs'), new RegExp(`${epoch} +destroyed\\s+${epoch}\\.2 +lives`))
    assert.equal((await control('DELETE', `/_omni/epochs/default/${epoch}`)).status, 404)
    await isRight()
  })
})

test('(G6) readings that are not told yet are told when the gateway stops', async () => {
  const readings = () => audits('receipts_read').reduce((sum, { count }) => sum + Number(count), 0)
  await control('GET', '/_omni/reports?limit=1')
  const before = readings()
  assert.equal(await gateway.stop(), 0)
  await eventually(() => readings() > before)
  await isRight()
})
