/** Calls about answers that are kept leave receipts as all others do, with an intent before a provider hears of them. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually } from '../gateway.ts'
import { messages, openai, reset, responses, stream } from '../upstream/index.ts'
import { keeper } from './keeper.ts'
import { openScene, type Receipt, type Scene } from './scene.ts'

const providers = ({ chat }: { readonly chat: string }) =>
  `  native: { like: openai, wires: [openai-responses], key: k-9f86d081884c7d65, baseUrl: "${chat}/v1" }`
const off = await openScene({ providers })
const on = await openScene({ providers, config: () => 'responses: { store: on }\n' })

async function make(scene: Scene, model: string): Promise<string> {
  const { id } = (await (await scene.post('/v1/responses', { model, input: 'hello', store: true })).json()) as { readonly id: string }
  return `/v1/responses/${id}`
}

/** The receipt of a call whose answer is read to its end, or to where it breaks off. */
async function receiptOf(scene: Scene, answer: Response): Promise<Receipt> {
  await answer.text().catch(() => '')
  return scene.receiptOf(answer)
}

const remove = (scene: Scene, path: string) =>
  fetch(`${scene.gateway.url}${path}`, { method: 'DELETE', headers: { authorization: `Bearer ${scene.gateway.key}` } })

const told = ({ operation, surface, auth_method, provider, wire, status, outcome, content_stored }: Receipt) => ({
  operation,
  surface,
  auth_method,
  provider: provider ?? null,
  wire: wire ?? null,
  status,
  outcome,
  content_stored,
})
const asked = { operation: 'kept_answer', surface: 'openai-responses', auth_method: 'key' } as const
const native = { provider: 'native', wire: 'openai-responses' } as const

describe('of an answer that its provider keeps', () => {
  test('reading, listing, cancelling and deleting each leave one, and it tells no tokens', async () => {
    off.chat.play(keeper().line)
    const path = await make(off, 'native/m')
    const answers = [await off.get(path), await off.get(`${path}/input_items`), await off.post(`${path}/cancel`, {}), await remove(off, path)]
    for (const [at, answer] of answers.entries()) {
      const receipt = await receiptOf(off, answer)
      const [status, outcome] = at === 2 ? [400, 'failed'] : [200, 'completed']
      assert.deepEqual(told(receipt), { ...asked, ...native, status, outcome, content_stored: false })
      assert.deepEqual(
        [receipt.prompt_tokens ?? null, receipt.completion_tokens ?? null, receipt.cost ?? null, receipt.usage_source],
        [null, null, null, 'unavailable'],
      )
    }
    assert.equal(new Set(answers.map((answer) => answer.headers.get('x-omega-decision-id'))).size, 4)
  })

  test('its stream ends as streams do', async () => {
    off.chat.play(keeper().line)
    const path = await make(off, 'native/m')
    const frames = responses.frames('Hello World', { id: path.split('/').at(-1)! })
    for (const [line, outcome] of [
      [stream(frames), 'completed'],
      [[...stream(frames).slice(0, 3), reset()], 'truncated'],
    ] as const) {
      off.chat.play(line)
      const { stream_outcome, operation } = await receiptOf(off, await off.get(`${path}?stream=true`))
      assert.deepEqual([operation, stream_outcome], ['kept_answer', outcome])
    }
  })

  test('its intent is written before the provider is asked', async () => {
    off.chat.play(keeper().line)
    const path = await make(off, 'native/m')
    let before = ''
    off.chat.play(async () => {
      before = await intentsOf(off)
      return openai.error(500)
    })
    const answer = await off.get(path)
    assert.equal(answer.status, 502)
    assert.ok(before.includes(answer.headers.get('x-omega-decision-id')!), 'no intent was there when the provider was asked')
  })

  test('a provider that fails is told of as everywhere', async () => {
    off.chat.play(keeper().line)
    const path = await make(off, 'native/m')
    for (const [line, error] of [
      [openai.error(429, 'rate_limit_exceeded'), 'rate_limit_exceeded'],
      [[reset()], 'upstream_unreachable'],
    ] as const) {
      off.chat.play(line)
      const receipt = await receiptOf(off, await off.get(path))
      assert.deepEqual([receipt.outcome, receipt.error, receipt.operation], ['failed', error, 'kept_answer'])
    }
  })
})

describe('of an answer that is kept here', () => {
  test('reading and deleting leave one each, and nobody was called', async () => {
    on.claude.play(messages.speak('Hi'))
    const path = await make(on, 'anthropic/claude-sonnet-4-5')
    const here = { ...asked, provider: null, wire: null, status: 200, outcome: 'completed' }
    assert.deepEqual(told(await receiptOf(on, await on.get(path))), { ...here, content_stored: true })
    assert.deepEqual(told(await receiptOf(on, await remove(on, path))), { ...here, content_stored: false })
    const gone = await receiptOf(on, await on.get(path))
    assert.deepEqual([gone.status, gone.outcome, gone.error], [404, 'refused', 'not_found'])
  })
})

test('who was never let in leaves none', async () => {
  const answer = await off.get('/v1/responses/resp_1', { authorization: 'Bearer nobody' })
  assert.equal(answer.status, 401)
  const id = answer.headers.get('x-omega-decision-id')!
  await receiptOf(off, await off.get('/v1/responses/resp_1'))
  const found = await fetch(`${off.gateway.url}/_omni/reports/${id}`, { headers: { authorization: `Bearer ${off.gateway.adminKey}` } })
  assert.equal(found.status, 404)
})

/** All that is written down of calls that were begun. */
async function intentsOf({ gateway }: Scene): Promise<string> {
  const folder = join(gateway.dataDir, 'receipts')
  return eventually(async () => {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.intents'))
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    return texts.join('') || undefined
  })
}
