/** Going on from an answer by its id, with the vendor's own package, at the provider that keeps it; and what is said where nobody does. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { messages } from '../upstream/index.ts'
import { clientOf, foreign, inputOf, native, otherKey, refusal, withNative } from './asker.ts'
import { keeper } from './keeper.ts'
import { openScene } from './scene.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'omni-test-responses-'))
const off = await openScene({ ...withNative, dataDir })
after(() => rm(dataDir, { recursive: true, force: true }))

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
    const again = await openScene({ ...withNative, dataDir })
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
