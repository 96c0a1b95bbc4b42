/** A receipt that somebody edited in the log is shown with nothing that vouches for it, while the gateway runs and after it was stopped. */

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ReceiptPage, ShownReceipt } from '../../src/contract/receipts.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'omni-tampered-'))
after(() => rm(dataDir, { recursive: true }))
const open = () => startGateway({ dataDir })

const read = async (gateway: Gateway, path: string): Promise<string> =>
  (await fetch(`${gateway.url}/_omni/reports${path}`, { headers: { authorization: `Bearer ${gateway.adminKey}` } })).text()
const show = async (gateway: Gateway, id: string) => JSON.parse(await read(gateway, `/${id}`)) as ShownReceipt

async function ask({ url, key }: Gateway): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ model: 'omni-runtime/smoke', messages: [{ role: 'user', content: 'hello' }] })
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
  await answer.text()
  return answer.headers.get('x-omega-decision-id')!
}

/** Edits the line of the call alone. */
async function tamper(id: string): Promise<void> {
  const folder = join(dataDir, 'receipts')
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.jsonl')) continue
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n')
    await writeFile(join(folder, name), lines.map((line) => (line.includes(`"id":"${id}"`) ? line.replace('completed', 'compleTED') : line)).join('\n'))
  }
}

async function assertDisowned(gateway: Gateway, id: string): Promise<void> {
  const { outcome, intact, checkpoint, signer, leaf_hash } = await show(gateway, id)
  assert.deepEqual([outcome, intact, checkpoint, signer, leaf_hash], ['compleTED', false, null, null, null])
  const { data } = JSON.parse(await read(gateway, '')) as ReceiptPage
  for (const each of data) assert.deepEqual([each.leaf_hash === null, each.intact], each.id === id ? [true, false] : [false, undefined])
  const event = (await read(gateway, '?format=ocsf')).split('\n').find((line) => line.includes(id))!
  assert.ok(!('attestation' in (JSON.parse(event) as object)), event)
}

test('[C73] a receipt whose line was edited is vouched for by nobody, whether or not a checkpoint counts it', async () => {
  let gateway = await open()
  const [first, second] = [await ask(gateway), await ask(gateway)]
  try {
    await eventually(async () => (await show(gateway, second)).leaf_hash)
    assert.equal((await show(gateway, first)).intact, null)
    await gateway.stop()
    gateway = await open()
    const { intact, checkpoint, signer } = await show(gateway, first)
    assert.equal(intact, true)
    assert.ok(checkpoint !== null && signer !== null)
    await tamper(first)
    await assertDisowned(gateway, first)
    assert.equal((await show(gateway, second)).intact, true)
    const later = await ask(gateway)
    await eventually(async () => (await show(gateway, later)).leaf_hash)
    await tamper(later)
    assert.deepEqual([(await show(gateway, later)).intact, (await show(gateway, later)).leaf_hash], [false, null])
  } finally {
    await gateway.stop()
  }
})

test('[C73] a receipt that was edited while the gateway was stopped is shown as one that the log does not bear out', async () => {
  let gateway = await open()
  const id = await ask(gateway)
  await eventually(async () => (await show(gateway, id)).leaf_hash)
  await gateway.stop()
  await tamper(id)
  gateway = await open()
  try {
    assert.equal((await show(gateway, id)).intact, false)
  } finally {
    await gateway.stop()
  }
})
