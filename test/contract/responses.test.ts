/** Going on from an answer by its id, with the vendor's own package: at the provider that keeps it, and with answers kept here. */

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import { messages } from '../upstream/index.ts'
import { eventually } from '../gateway.ts'
import { keeper } from './keeper.ts'
import { openScene, type Scene } from './scene.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'omni-test-responses-'))
const off = await openScene({ dataDir })
const on = await openScene({ config: () => 'responses: { store: on }\n' })
after(() => rm(dataDir, { recursive: true, force: true }))

const native = 'openai/gpt-4o'
const foreign = 'anthropic/claude-sonnet-4-5'

const clientOf = ({ gateway }: Scene, apiKey = gateway.key): OpenAI => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })

async function otherKey({ gateway }: Scene): Promise<string> {
  const answer = await fetch(`${gateway.url}/_omni/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'other' }),
  })
  return ((await answer.json()) as { key: string }).key
}

/** The status and code that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<readonly [number | undefined, string | null | undefined, string | null | undefined]> {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof OpenAI.APIError, String(error))
  return [error.status, error.code, error.param]
}

const inputOf = (body: JsonObject): readonly JsonObject[] => body.input as JsonObject[]

describe('an answer that its provider keeps', () => {
  const client = clientOf(off)

  test('is gone on from there, whole and streamed, and the id goes to the provider (case 49)', async () => {
    off.chat.play(keeper().line)
    const first = await client.responses.create({ model: native, input: 'one' })
    assert.equal(first.output_text, 'answer 1')
    const second = await client.responses.create({ model: native, input: 'two', previous_response_id: first.id })
    assert.equal(second.previous_response_id, first.id)
    const events = await Array.fromAsync(await client.responses.create({ model: native, input: 'three', previous_response_id: second.id, stream: true }))
    const last = events.at(-1)!
    assert.ok(last.type === 'response.completed')
    assert.equal(last.response.previous_response_id, second.id)
    const fourth = await client.responses.create({ model: native, input: 'four', previous_response_id: last.response.id })
    assert.equal(fourth.output_text, 'answer 4')
    assert.deepEqual(
      off.chat.asked().map((request) => request.json().previous_response_id),
      [undefined, first.id, second.id, last.response.id],
    )
  })

  test('is read, listed and deleted there', async () => {
    const provider = keeper()
    off.chat.play(provider.line)
    const { id } = await client.responses.create({ model: native, input: 'one' })
    assert.equal((await client.responses.retrieve(id)).output_text, 'answer 1')
    assert.deepEqual(
      (await client.responses.inputItems.list(id, { limit: 3, order: 'asc' })).data.map((item) => item.id),
      ['msg_in'],
    )
    assert.match(off.chat.asked().at(-1)!.path, /^\/v1\/responses\/[^/]+\/input_items\?limit=3&order=asc$/)
    assert.deepEqual((await refusal(client.responses.cancel(id))).slice(0, 1), [400])
    await client.responses.delete(id)
    assert.equal(provider.kept.size, 0)
    assert.deepEqual(await refusal(client.responses.retrieve(id)), [404, 'not_found', null])
    assert.deepEqual(await refusal(client.responses.delete(id)), [404, 'not_found', null])
    assert.equal(off.chat.asked().length, 5, 'what is known to be gone is not asked for')
  })

  test('that is made in the background is asked for until it is there', async () => {
    off.chat.play(keeper().line)
    const begun = await client.responses.create({ model: native, input: 'long', background: true })
    assert.equal(begun.status, 'queued')
    assert.equal((await client.responses.retrieve(begun.id)).status, 'completed')
  })

  test('and its items belong to the key that made them', async () => {
    off.chat.play(keeper().line)
    const { id, output } = await client.responses.create({ model: native, input: 'one' })
    const item = { type: 'item_reference' as const, id: output[0]!.id! }
    const next = await client.responses.create({ model: native, input: [item, { role: 'user', content: 'two' }] })
    assert.equal(next.output_text, 'answer 2')
    assert.deepEqual(inputOf(off.chat.asked()[1]!.json())[0], item)
    const stranger = clientOf(off, await otherKey(off))
    assert.deepEqual(await refusal(stranger.responses.retrieve(id)), [404, 'not_found', null])
    assert.deepEqual(await refusal(stranger.responses.delete(id)), [404, 'not_found', null])
    assert.deepEqual(await refusal(stranger.responses.create({ model: native, input: 'x', previous_response_id: id })), [
      400,
      'previous_response_not_found',
      'previous_response_id',
    ])
    assert.deepEqual(await refusal(stranger.responses.create({ model: native, input: [item] })), [400, 'previous_response_not_found', 'input[0].id'])
    assert.equal(off.chat.asked().length, 2)
  })

  test('goes nowhere else: not to a model of another provider, and not on failure', async () => {
    const provider = keeper()
    off.chat.play(provider.line)
    const { id } = await client.responses.create({ model: native, input: 'one' })
    off.claude.play(messages.speak('no'))
    assert.deepEqual(await refusal(client.responses.create({ model: foreign, input: 'x', previous_response_id: id })), [
      400,
      'previous_response_not_found',
      'previous_response_id',
    ])
    provider.line({ method: 'DELETE', path: `/v1/responses/${id}` } as never)
    const body = { model: native, input: 'x', previous_response_id: id, extra: { fallbacks: [foreign] } }
    assert.deepEqual((await refusal(client.responses.create(body as never)))[0], 400)
    assert.equal(off.claude.asked().length, 0)
  })

  test('is found after a restart', async () => {
    off.chat.play(keeper().line)
    const { id } = await client.responses.create({ model: native, input: 'one' })
    await off.gateway.stop()
    const again = await openScene({ dataDir, env: {} })
    again.chat.play(keeper().line)
    // The new gateway has stages of its own: it is asked, and does not know the id.
    assert.deepEqual(await refusal(clientOf(again, off.gateway.key).responses.retrieve(id)), [404, 'not_found', null])
    assert.match((await again.chat.request(0)).path, new RegExp(`/v1/responses/${id}$`))
  })
})

describe('an answer that nobody keeps', () => {
  test('says so, and what refers to it is refused where it is not known (case 49)', async () => {
    const scene = await openScene()
    const client = clientOf(scene)
    scene.claude.play(messages.speak('hello'))
    const told = await client.responses.create({ model: foreign, input: 'one', store: true })
    assert.equal((told as unknown as { store: boolean }).store, false)
    const before = scene.claude.asked().length
    assert.deepEqual(await refusal(client.responses.create({ model: foreign, input: 'two', previous_response_id: told.id })), [
      400,
      'previous_response_not_found',
      'previous_response_id',
    ])
    assert.deepEqual(await refusal(client.responses.create({ model: foreign, input: 'two', conversation: 'conv_1' })), [
      400,
      'unsupported_parameter',
      'conversation',
    ])
    assert.deepEqual((await refusal(client.responses.create({ model: foreign, input: 'two', background: true })))[1], 'unsupported_parameter')
    assert.deepEqual(await refusal(client.responses.retrieve(told.id)), [404, 'not_found', null])
    assert.equal(scene.claude.asked().length, before)
  })
})

describe('an answer that is kept here', () => {
  const client = clientOf(on)

  test('is gone on from with any model, and its instructions are not carried over', async () => {
    on.claude.play(messages.speak('first'), messages.speak('second'))
    const first = await client.responses.create({ model: foreign, input: 'one', instructions: 'Be brief.' })
    assert.equal((first as unknown as { store: boolean }).store, true)
    const second = await client.responses.create({ model: foreign, input: [{ role: 'user', content: 'two' }], previous_response_id: first.id })
    assert.equal(second.output_text, 'second')
    const asked = on.claude.asked()[1]!.json()
    assert.equal(asked.system, undefined)
    assert.deepEqual(
      (asked.messages as JsonObject[]).map(({ role, content }) => [role, JSON.stringify(content).match(/one|first|two/)?.[0]]),
      [
        ['user', 'one'],
        ['assistant', 'first'],
        ['user', 'two'],
      ],
    )
    on.chat.play(keeper().line)
    await client.responses.create({ model: native, input: 'three', previous_response_id: second.id })
    const crossed = on.chat.asked()[0]!.json()
    assert.equal(crossed.previous_response_id, undefined)
    assert.equal(inputOf(crossed).length, 5)
  })

  test('is kept of a stream too, at its end, and items of it can be named alone', async () => {
    on.claude.play(messages.speak('streamed'), messages.speak('second'))
    const events = await Array.fromAsync(await client.responses.create({ model: foreign, input: 'one', stream: true }))
    const last = events.at(-1)!
    assert.ok(last.type === 'response.completed')
    const item = last.response.output[0]!
    await client.responses.create({
      model: foreign,
      input: [
        { role: 'user', content: 'one' },
        { type: 'item_reference', id: item.id! },
        { role: 'user', content: 'two' },
      ],
    })
    const asked = on.claude.asked()[1]!.json().messages as JsonObject[]
    assert.deepEqual(
      asked.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    )
    assert.match(JSON.stringify(asked[1]), /streamed/)
  })

  test('is read as it was sent, listed in pages, and deleted for good', async () => {
    on.claude.play(messages.speak('hello'))
    const input = ['a', 'b', 'c'].map((content) => ({ role: 'user' as const, content }))
    const told = await client.responses.create({ model: foreign, input })
    const { output_text: _, ...sent } = told
    const { output_text: __, ...read } = await client.responses.retrieve(told.id)
    assert.deepEqual(read, sent)
    const page = await client.responses.inputItems.list(told.id, { limit: 2 })
    const texts = (items: readonly unknown[]) => items.map((item) => (item as { content: { text: string }[] }).content[0]!.text)
    assert.deepEqual([texts(page.data), page.has_more], [['c', 'b'], true])
    assert.deepEqual(texts(await Array.fromAsync(client.responses.inputItems.list(told.id, { limit: 2, order: 'asc' }))), ['a', 'b', 'c'])
    assert.deepEqual((await refusal(client.responses.cancel(told.id)))[0], 400)
    assert.deepEqual((await refusal(client.responses.retrieve(told.id, { stream: true })))[2], 'stream')
    const stranger = clientOf(on, await otherKey(on))
    assert.deepEqual(await refusal(stranger.responses.retrieve(told.id)), [404, 'not_found', null])
    assert.deepEqual(
      (await refusal(stranger.responses.create({ model: foreign, input: 'x', previous_response_id: told.id })))[1],
      'previous_response_not_found',
    )
    await client.responses.delete(told.id)
    assert.deepEqual(await refusal(client.responses.retrieve(told.id)), [404, 'not_found', null])
    assert.deepEqual((await refusal(client.responses.create({ model: foreign, input: 'x', previous_response_id: told.id })))[1], 'previous_response_not_found')
  })

  test('is kept only where the client did not forbid it', async () => {
    on.claude.play(messages.speak('hello'))
    const told = await client.responses.create({ model: foreign, input: 'one', store: false })
    assert.equal((told as unknown as { store: boolean }).store, false)
    assert.deepEqual(await refusal(client.responses.retrieve(told.id)), [404, 'not_found', null])
  })

  test('is not kept where its provider keeps it, and is where the provider does not say', async () => {
    on.chat.play(keeper(true).line)
    const theirs = await client.responses.create({ model: native, input: 'one' })
    await client.responses.retrieve(theirs.id)
    assert.equal(on.chat.asked().length, 2)
    on.chat.play(keeper(false).line)
    const ours = await client.responses.create({ model: native, input: 'one' })
    await client.responses.retrieve(ours.id)
    assert.equal(on.chat.asked().length, 1)
  })

  test('is sealed: no word of it stands in any file', async () => {
    const canary = 'canary-f3a9c0b2'
    on.claude.play(messages.speak(`${canary}-answer`))
    const { id } = await client.responses.create({ model: foreign, input: `${canary}-question` })
    const files = await eventually(async () => {
      const found = await Promise.all(
        (await readdir(on.gateway.dataDir, { withFileTypes: true })).filter((one) => one.isFile()).map(({ name }) => readFile(join(on.gateway.dataDir, name))),
      )
      return found.some((bytes) => bytes.includes(id)) ? found : undefined
    })
    for (const bytes of files) assert.equal(bytes.includes(canary), false)
    assert.equal(on.gateway.stdout().includes(canary), false)
    assert.equal((await client.responses.retrieve(id)).output_text, `${canary}-answer`)
  })

  test('counts in `input_tokens` with all that it goes on from', async () => {
    on.claude.play(messages.speak('hello'))
    const { id } = await client.responses.create({ model: foreign, input: 'one '.repeat(200) })
    on.claude.play(messages.speak('x', { usage: { input: 7, output: 1 } }))
    const alone = await client.responses.inputTokens.count({ model: 'omni-runtime/smoke', input: 'two' })
    const all = await client.responses.inputTokens.count({ model: 'omni-runtime/smoke', input: 'two', previous_response_id: id })
    assert.ok(all.input_tokens > alone.input_tokens + 100, `${all.input_tokens} and ${alone.input_tokens}`)
  })
})

test('a kept answer is gone when its time is over', async () => {
  const scene = await openScene({ config: () => 'responses: { store: on, ttl: 1s }\n' })
  const client = clientOf(scene)
  scene.claude.play(messages.speak('hello'))
  const { id } = await client.responses.create({ model: foreign, input: 'one' })
  assert.equal((await client.responses.retrieve(id)).id, id)
  await eventually(() =>
    client.responses.retrieve(id).then(
      () => false,
      (error: unknown) => error instanceof OpenAI.NotFoundError,
    ),
  )
})
