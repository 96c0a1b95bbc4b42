/** Section 6 of the contract: a receipt for every call, newest first, each client's own and all for the operator; and the numbers of `/metrics`. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { proofSignals, signals } from '../../src/receipts/signals.ts'
import { eventually, startGateway } from '../gateway.ts'
import { messages, openai } from '../upstream/index.ts'
import { openScene, question, type Receipt } from './scene.ts'

const scene = await openScene()
const { gateway } = scene
const admin = { authorization: `Bearer ${gateway.adminKey}` }
const smoke = { model: 'omni-runtime/smoke', ...question }

interface Page {
  readonly data: readonly Receipt[]
  readonly next_cursor: string | null
  readonly retained: number
}
const read = async (query = '', headers: { readonly [name: string]: string } = admin): Promise<Page> =>
  (await (await scene.get(`/_omni/reports${query}`, headers)).json()) as Page

/** Asks `count` times with a key, and waits until the receipts are stored. */
async function leaveReceipts(count: number, key = gateway.key): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 0; at < count; at += 1) {
    const answer = await scene.post('/v1/chat/completions', smoke, { authorization: `Bearer ${key}` })
    ids.unshift(answer.headers.get('x-omega-decision-id')!)
    await answer.text()
  }
  await eventually(async () => (await scene.get(`/_omni/reports/${ids[0]}`, admin)).ok)
  return ids
}

async function makeKey(name: string): Promise<string> {
  const made = await fetch(`${gateway.url}/_omni/keys`, {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  assert.equal(made.status, 201)
  return ((await made.json()) as { key: string }).key
}

describe('a list of receipts', () => {
  test('goes back in pages, newest first, each receipt once', async () => {
    const ids = await leaveReceipts(7)
    const seen: unknown[] = []
    let cursor: string | null = null
    do {
      const page: Page = await read(`?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
      assert.ok(page.data.length <= 3 && page.retained >= 7)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.next_cursor
    } while (cursor !== null)
    assert.deepEqual(seen.slice(0, 7), ids)
    assert.equal(new Set(seen).size, seen.length)
  })

  test('stays where it is while new ones come', async () => {
    const ids = await leaveReceipts(4)
    const first = await read('?limit=2')
    await leaveReceipts(2)
    const second = await read(`?limit=2&cursor=${first.next_cursor}`)
    assert.deepEqual(
      [...first.data, ...second.data].map(({ id }) => id),
      ids,
    )
  })

  test('takes a limit from 1 to 200 and no other words', async () => {
    for (const query of ['?limit=0', '?limit=201', '?limit=two', '?limit=1.5', '?cursor=nonsense', '?page=2', '?limit=1&limit=2']) {
      const answer = await scene.get(`/_omni/reports${query}`, admin)
      assert.equal(answer.status, 400, query)
      assert.match(JSON.stringify(await answer.json()), /"message":/)
    }
    assert.equal((await read('?limit=200')).next_cursor, null)
  })

  test('holds a client’s own calls alone, and the operator’s holds all', async () => {
    const key = await makeKey('other')
    const theirs = await leaveReceipts(2, key)
    const [mine] = await leaveReceipts(1)
    const page = await read('', { authorization: `Bearer ${key}` })
    assert.deepEqual([page.data.map(({ id }) => id), page.retained], [theirs, 2])
    assert.equal((await scene.get(`/_omni/reports/${theirs[0]}`, { authorization: `Bearer ${key}` })).status, 200)
    assert.equal((await scene.get(`/_omni/reports/${mine}`, { authorization: `Bearer ${key}` })).status, 404)
    assert.ok((await read()).data.some(({ id }) => id === mine))
    assert.equal((await scene.get('/_omni/reports', { authorization: undefined })).status, 401)
    assert.equal((await scene.get('/_omni/reports/dec_00000000000070008000000000000000', admin)).status, 404)
  })
})

describe('a receipt', () => {
  test('tells at least sixty signals, null only where the list allows it', async () => {
    assert.ok(signals.length >= 60)
    scene.chat.play(openai.speak('ok'))
    const receipts = await Promise.all(
      [smoke, { ...smoke, model: 'openai/gpt-4o', stream: true }, { ...smoke, model: 'groq/x' }].map(async (body) => {
        const answer = await scene.post('/v1/chat/completions', body)
        await answer.text()
        return scene.receiptOf(answer)
      }),
    )
    for (const receipt of receipts) {
      assert.deepEqual(Object.keys(receipt).toSorted(), [...signals.map(({ name }) => name), ...proofSignals.map(({ name }) => name), 'segments'].toSorted())
      for (const signal of signals) if (!('nullWhen' in signal)) assert.notEqual(receipt[signal.name], null, signal.name)
    }
  })

  test('says where the call went, by which rule, and what was changed on the way', async () => {
    scene.claude.play(messages.speak('ok', { model: 'claude-sonnet-4-5-20250929' }))
    const { route_reason, substrate, wire, context_delta, claimed_model, verification, upstream_request_id, response_id } = await scene.receiptOf(
      await scene.post('/v1/chat/completions', { ...smoke, model: 'anthropic/claude-sonnet-4-5' }),
    )
    assert.deepEqual([route_reason, substrate, wire, context_delta], ['prefix', 'local', 'anthropic-messages', 'translated'])
    assert.deepEqual(
      [claimed_model, verification, upstream_request_id, response_id],
      ['claude-sonnet-4-5-20250929', 'verified', 'req_scripted', 'msg_scripted'],
    )
    scene.chat.play(openai.speak('ok', { model: 'another' }))
    const other = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...smoke, model: 'openai/gpt-4o' }))
    assert.deepEqual([other.verification, other.context_delta, (other.notices as string[])[0]], ['mismatch', 'unchanged', 'mismatch'])
  })

  test('shows its timeline in order, in nanoseconds', async () => {
    scene.chat.play(openai.speak('one two', {}))
    const answer = await scene.post('/v1/chat/completions', { ...smoke, model: 'openai/gpt-4o', stream: true })
    await answer.text()
    const receipt = await scene.receiptOf(answer)
    const line = ['parsed_after', 'sent_after', 'connected_after', 'first_byte_after', 'first_token_after', 'duration'].map((name) => Number(receipt[name]))
    assert.deepEqual(
      line,
      line.toSorted((left, right) => left - right),
    )
    assert.equal(Number(receipt.overhead) + Number(receipt.provider_duration) + Number(receipt.retry_pauses), receipt.duration)
    assert.ok(Math.abs(Number(receipt.created_at) - Date.now()) < 10_000)
  })

  test('of the built-in provider says that nobody was called (section 8)', async () => {
    const receipt = await scene.receiptOf(await scene.post('/v1/chat/completions', smoke))
    const { provider_called, runtime_mode, substrate, privacy_mode, total_cost, cost_availability } = receipt
    assert.deepEqual(
      { provider_called, runtime_mode, substrate, privacy_mode, total_cost, cost_availability },
      { provider_called: false, runtime_mode: 'smoke', substrate: 'built_in', privacy_mode: 'metadata-only', total_cost: 0, cost_availability: 'free' },
    )
  })

  test('keeps no word that was said, and no key', async () => {
    scene.chat.play(openai.speak('canary-answer', { toolCalls: [{ id: 'call_1', name: 'canary_tool', input: { canary: 1 } }] }))
    const answer = await scene.post('/v1/chat/completions', {
      model: 'openai/gpt-4o',
      user: 'canary',
      stop: 'canary',
      messages: [{ role: 'user', content: 'canary-prompt' }],
    })
    const text = JSON.stringify(await scene.receiptOf(answer))
    for (const word of ['canary', gateway.key, 'secret-of']) assert.ok(!text.includes(word), word)
  })
})

test('receipts outlive the process that wrote them', async () => {
  await using first = await startGateway()
  const ask = (url: string, path: string, key: string, body?: object) =>
    fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  const answer = await ask(first.url, '/v1/chat/completions', first.key, smoke)
  const id = answer.headers.get('x-omega-decision-id')
  assert.equal(await first.stop(), 0)
  await using second = await startGateway({ dataDir: first.dataDir })
  const kept = (await (await ask(second.url, `/_omni/reports/${id}`, first.key)).json()) as JsonObject
  assert.deepEqual([kept.id, kept.outcome], [id, 'completed'])
})

test('`/metrics` counts calls, attempts, tokens and cost, with no label that a client chooses', async () => {
  scene.chat.play(openai.speak('ok', { usage: { input: 20, output: 9 } }))
  await scene.receiptOf(
    await scene.post('/v1/chat/completions', { ...smoke, model: 'openai/gpt-4o', omni_metadata: { team: 'canary-team' } }, { 'user-agent': 'canary-agent' }),
  )
  await scene.post('/v1/chat/completions', smoke, { authorization: 'Bearer omni_nobody' })
  const answer = await scene.get('/metrics', admin)
  const text = await answer.text()
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  for (const series of [
    'requests_total surface="openai-chat" status="200" outcome="completed"',
    'upstream_attempts_total provider="openai" reason="answered"',
    'tokens_total provider="openai" kind="prompt"',
    'unauthorized_total reason="invalid_api_key"',
    'request_duration_seconds_count surface="openai-chat"',
  ]) {
    const [name, ...labels] = series.split(' ')
    const lines = text.split('\n').filter((line) => line.startsWith(`omni_${name}{`) && labels.every((label) => line.includes(label)))
    assert.equal(lines.length, 1, series)
    assert.ok(Number(lines[0]!.split(' ').at(-1)) > 0, series)
  }
  assert.ok(!text.includes('canary'))
})
