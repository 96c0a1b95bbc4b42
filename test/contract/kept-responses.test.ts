/** Answers that are kept here: gone on from with any model, read, listed, deleted, sealed, and gone in time; in both databases. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { first, messages, reset, size, type Answer } from '../upstream/index.ts'
import { clientOf, foreign, inputOf, native, otherKey, refusal, withNative } from './asker.ts'
import { keeper } from './keeper.ts'
import { openScene } from './scene.ts'

const on = await openScene({ ...withNative, config: () => 'responses: { store: on }\n' })

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

  test('is not kept of a stream that broke off', async () => {
    const whole = messages.speak('one two three', { id: 'msg_broken' }) as (request: never) => Answer
    on.claude.play((request) => {
      const answer = whole(request as never)
      return [...first(size(answer) - 200, answer), reset()]
    })
    const stream = await client.responses.create({ model: foreign, input: 'one', stream: true })
    const types: string[] = []
    let id = ''
    for await (const event of stream) {
      types.push(event.type)
      if (event.type === 'response.created') id = event.response.id
    }
    assert.ok(!types.includes('response.completed') && id !== '', types.join(' '))
    assert.deepEqual(await refusal(client.responses.retrieve(id)), [404, 'not_found', null])
  })

  test('and its items are referred to once each, and so many that they can be counted', async () => {
    on.claude.play(messages.speak('hello'))
    const { id, output } = await client.responses.create({ model: foreign, input: 'one' })
    const item = { type: 'item_reference' as const, id: output[0]!.id! }
    const codeOf = async (input: OpenAI.Responses.ResponseInput) => (await refusal(client.responses.create({ model: foreign, input })))[1]
    assert.equal(await codeOf([item, item]), 'invalid_value')
    assert.equal(await codeOf([{ type: 'item_reference', id }]), 'previous_response_not_found')
    assert.equal(await codeOf(Array.from({ length: 1001 }, (_, at) => ({ type: 'item_reference', id: `msg_${at}` }))), 'too_many_items')
    assert.equal(on.claude.asked().length, 1)
  })

  test('has an id of its own, though a server gives the same to two', async () => {
    on.claude.play(messages.speak('first', { id: 'msg_same' }), messages.speak('second', { id: 'msg_same' }))
    const [first, second] = [await client.responses.create({ model: foreign, input: 'one' }), await client.responses.create({ model: foreign, input: 'two' })]
    assert.equal((await client.responses.retrieve(first.id)).output_text, 'first')
    assert.equal((await client.responses.retrieve(second.id)).output_text, 'second')
    assert.notEqual(first.output[0]!.id, second.output[0]!.id)
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

const postgres = await startPostgres()
const noPostgres = typeof postgres === 'string' ? postgres : false

test('answers are kept in PostgreSQL as well, for every gateway on it', { skip: noPostgres }, async () => {
  assert.ok(typeof postgres !== 'string')
  const OMNI_DATABASE_URL = await postgres.createDatabase()
  const scene = await openScene({ config: () => 'responses: { store: on }\n', env: { OMNI_DATABASE_URL } })
  // After the gateway, which would wait for it.
  after(() => postgres.stop())
  const client = clientOf(scene)
  scene.claude.play(messages.speak('canary-answer'))
  const { id } = await client.responses.create({ model: foreign, input: 'canary-question' })
  const rows = await eventually(async () => {
    const found = await postgres.query(OMNI_DATABASE_URL, 'select id, sealed from kept_responses')
    return found.length > 0 ? found : undefined
  })
  assert.equal(rows[0]!.id, id)
  assert.equal(Buffer.from(rows[0]!.sealed as Uint8Array).includes('canary'), false)
  assert.equal((await client.responses.retrieve(id)).output_text, 'canary-answer')
  await client.responses.delete(id)
  assert.deepEqual(await postgres.query(OMNI_DATABASE_URL, 'select id from kept_responses'), [])
})
