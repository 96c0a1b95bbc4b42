/** [B15] [B17]: whoever runs the gateway sees that receipts cannot be written or indexed, in every place where one looks, and that they can again. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { omni } from '../contract/shell.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'

const upstream = await startUpstream(openai.reply('fine'))
after(() => upstream.stop())

const noLimits = process.platform !== 'linux' && 'only Linux lets the limits of another process be set'

const open = (receipts: object): Promise<Gateway> =>
  startGateway({ config: JSON.stringify({ providers: { up: { like: 'openai', baseUrl: `${upstream.url}/v1`, key: 'upstream-key-5e6f7a8b' } }, receipts }) })

async function ask({ url, key }: Gateway, model = 'up/m'): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] })
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
  await answer.text()
  return answer.status
}

async function readinessOf({ url }: Gateway) {
  const answer = await fetch(`${url}/health/readiness`)
  const { dependencies } = (await answer.json()) as { readonly dependencies: { readonly receipts: string } }
  return { status: answer.status, dependencies }
}

const awayOf = async ({ url, adminKey }: Gateway): Promise<string | undefined> =>
  /^omni_receipts_unavailable (\d)$/m.exec(await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })).text())?.[1]

const toldOf = (gateway: Gateway, says: string) => gateway.log().filter(({ msg }) => msg === says)

/** Bytes that any file of the process may have: 1 leaves no room for anything. */
const limit = ({ pid }: Gateway, bytes: number | 'unlimited') => execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])

const cases = [
  { required: true, says: 'Calls are refused, since receipts are required; ', answer: 503, ready: 503 },
  { required: false, says: 'Calls go on; ', answer: 200, ready: 200 },
] as const

for (const { required, says, answer, ready } of cases) {
  test(`[B15] a full disk is told once, and its end once, where receipts are ${required ? '' : 'not '}required`, { skip: noLimits }, async () => {
    await using gateway = await open({ required })
    assert.equal(await ask(gateway), 200)
    assert.equal(await awayOf(gateway), '0')
    limit(gateway, 1)
    for (let at = 0; at < 4; at += 1) assert.equal(await ask(gateway), answer)
    const away = await readinessOf(gateway)
    assert.deepEqual([away.status, away.dependencies.receipts], [ready, 'unavailable'])
    assert.equal(await awayOf(gateway), '1')
    const doctor = await omni(gateway, ['doctor'])
    assert.equal(doctor.code, 1)
    assert.match(doctor.stdout, new RegExp(`!! +receipts cannot be written: The disk of the receipts has no room\\. ${says}\\d+ receipts wait in memory\\.`))
    const [told, ...more] = toldOf(gateway, 'receipts cannot be written')
    assert.deepEqual([told?.['level'], told?.['reason'], told?.['code'], told?.['required'], more], ['ERROR', 'full', 'EFBIG', required, []])
    limit(gateway, 'unlimited')
    // Nobody calls who is told that it is not ready: it finds out by itself.
    await eventually(async () => (await readinessOf(gateway)).dependencies.receipts === 'ok', 15_000)
    assert.equal((await readinessOf(gateway)).status, 200)
    assert.equal(await awayOf(gateway), '0')
    assert.equal(toldOf(gateway, 'receipts can be written again').length, 1)
    assert.equal(toldOf(gateway, 'receipts cannot be written').length, 1)
    assert.equal(await ask(gateway), 200)
  })
}

test('[B17] an index that cannot be written to is told once, and its end once', async () => {
  await using gateway = await open({})
  assert.equal(await ask(gateway), 200)
  const other = new DatabaseSync(join(gateway.dataDir, 'omni.db'))
  other.exec('begin immediate')
  assert.equal(await ask(gateway), 200)
  await eventually(() => toldOf(gateway, 'the index of receipts cannot be written to').length > 0, 15_000)
  assert.match(
    (await omni(gateway, ['doctor'])).stdout,
    /!! +receipts cannot be indexed: The database is locked by another writer\. The index is \d+ entries behind\./,
  )
  other.exec('commit')
  other.close()
  await eventually(() => toldOf(gateway, 'the index of receipts can be written to again').length > 0, 15_000)
  const told = toldOf(gateway, 'the index of receipts cannot be written to')
  assert.deepEqual(
    told.map(({ level, reason }) => [level, reason]),
    [['WARN', 'busy']],
  )
})

test('an anchor that is away is seen by `omni doctor`, and `omni status` has a line for each', async () => {
  await using gateway = await open({ anchors: [{ file: '/nowhere/checkpoints' }] })
  await eventually(async () => /!! +the anchor .* is not reached: The file could not be written/.test((await omni(gateway, ['doctor'])).stdout))
  const { stdout } = await omni(gateway, ['status'])
  assert.match(stdout, /^anchors +name .+, failures \d+, fault The file could not be written/m)
  assert.match(stdout, /^checkpoint +size \d+, time \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m)
  assert.ok(!stdout.includes('[object'))
  const facts = JSON.parse((await omni(gateway, ['status', '--json'])).stdout) as { readonly anchors: readonly unknown[]; readonly receipts_fault: null }
  assert.deepEqual([facts.anchors.length, facts.receipts_fault], [1, null])
})

test('where the database was lost, first.key holds the key that the next start makes', async () => {
  await using first = await startGateway()
  await first.stop()
  for (const end of ['', '-wal', '-shm']) rmSync(join(first.dataDir, `omni.db${end}`), { force: true })
  await using second = await startGateway({ dataDir: first.dataDir })
  assert.notEqual(second.key, first.key)
  assert.equal(await ask(second, 'omni-runtime/smoke'), 200)
  assert.equal(readFileSync(join(second.dataDir, 'first.key'), 'utf8'), `${second.key}\n`)
  assert.equal(await ask({ ...second, key: first.key }, 'omni-runtime/smoke'), 401)
})

test('an index is behind by nothing where all that was written since was about the control plane', async () => {
  await using gateway = await open({})
  const admin = { authorization: `Bearer ${gateway.adminKey}` }
  assert.equal(await ask(gateway), 200)
  const behind = async () =>
    ((await (await fetch(`${gateway.url}/_omni/status`, { headers: admin })).json()) as { readonly receipts_behind: number }).receipts_behind
  await eventually(async () => (await behind()) === 0)
  assert.equal((await fetch(`${gateway.url}/_omni/reports`, { headers: admin })).status, 200)
  await eventually(async () => (await behind()) === 0)
})
