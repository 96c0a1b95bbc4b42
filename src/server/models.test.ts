/** What can be called is listed in the shape that the client's API knows. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetOf } from '../../test/calling.ts'
import { chainOf, routingTable } from '../../test/routing.ts'
import { writeModel, writeModels, type Reader } from './models.ts'

const east = { ...targetOf().connection, name: 'east', models: ['gpt-4o', 'meta/llama'] }
const west = { ...targetOf().connection, name: 'west', models: [] }
const pair = chainOf('pair', ['east/gpt-4o'])
const table = routingTable({
  connections: new Map([
    ['east', east],
    ['e', east],
    ['west', west],
  ]),
  aliases: new Map([['fast', 'east/gpt-4o']]),
  chains: new Map([['pair', pair]]),
  listed: new Map([
    ['gpt-4o', [east]],
    ['meta/llama', [east]],
  ]),
})

const all: Reader = { table, access: undefined, grants: undefined }
const ids = ['pair', 'fast', 'east/gpt-4o', 'east/meta/llama']

test('chains and aliases come first, then each connection’s models once, under its own name', () => {
  const { object, data } = writeModels(all, 'openai-chat') as { object: string; data: { id: string; object: string; owned_by: string; created: number }[] }
  assert.deepEqual([object, data.map(({ id }) => id), data.map(({ owned_by }) => owned_by)], ['list', ids, ['omni', 'omni', 'east', 'east']])
  assert.ok(data.every((model) => model.object === 'model' && Number.isSafeInteger(model.created)))
})

test('each API’s clients get the shape that they know', () => {
  const messages = writeModels(all, 'anthropic-messages') as {
    data: { id: string; type: string; display_name: string; created_at: string }[]
    has_more: boolean
    first_id: string
    last_id: string
  }
  assert.deepEqual([messages.data.map(({ id }) => id), messages.has_more, messages.first_id, messages.last_id], [ids, false, 'pair', 'east/meta/llama'])
  assert.ok(messages.data.every(({ type, created_at }) => type === 'model' && !Number.isNaN(Date.parse(created_at))))
  const gemini = writeModels(all, 'gemini-generate') as { models: { name: string }[] }
  assert.deepEqual(
    gemini.models.map(({ name }) => name),
    ids.map((id) => `models/${id}`),
  )
})

test('a list of nothing is a list', () => {
  const none: Reader = { ...all, table: { ...table, connections: new Map(), aliases: new Map(), chains: new Map(), listed: new Map() } }
  assert.deepEqual(writeModels(none, 'openai-chat'), { object: 'list', data: [] })
  assert.deepEqual(writeModels(none, 'anthropic-messages'), { data: [], has_more: false, first_id: null, last_id: null })
})

test('one is found by whatever name leads somewhere, encoded or not', () => {
  for (const id of ['pair', 'fast', 'gpt-4o', 'e/gpt-4o', 'east/anything/at-all', 'east%2Fgpt-4o']) {
    assert.equal((writeModel(id, all, 'openai-chat') as { id: string }).id, decodeURIComponent(id))
  }
  assert.deepEqual(
    [writeModel('pair', all, 'openai-chat'), writeModel('east/x', all, 'openai-chat')].map((model) => (model as { owned_by: string }).owned_by),
    ['omni', 'east'],
  )
  assert.equal((writeModel('pair', all, 'anthropic-messages') as { type: string }).type, 'model')
  assert.equal((writeModel('pair', all, 'gemini-generate') as { name: string }).name, 'models/pair')
})

test('one that leads nowhere is not found, and one that is not encoded as URLs are is refused', () => {
  for (const id of ['none', '..', '%2e%2e%2fadmin', 'north/gpt-4o']) assert.throws(() => writeModel(id, all, 'openai-chat'), { reason: 'model_not_found' }, id)
  for (const id of ['%', '%zz', '%ff']) assert.throws(() => writeModel(id, all, 'openai-chat'), { reason: 'bad_request' }, id)
})

const idsFor = (reader: Reader): readonly string[] => (writeModels(reader, 'openai-chat') as { data: { id: string }[] }).data.map(({ id }) => id)

test('nobody is shown what they may not call, by whatever name', () => {
  for (const [access, shown] of [
    [{ models: [['gpt-*']] }, ['pair', 'fast', 'east/gpt-4o']],
    [{ models: [['pair']] }, ['pair']],
    [{ models: [[]] }, []],
    [{ providers: ['west'] }, []],
    [{ regions: ['eu'] }, []],
  ] as const)
    assert.deepEqual(idsFor({ ...all, access }), shown, JSON.stringify(access))
  assert.throws(() => writeModel('east/gpt-4o', { ...all, access: { providers: ['west'] } }, 'openai-chat'), { reason: 'model_not_found' })
})

test('what is sponsored is shown to who holds a grant that is in force', () => {
  const sponsored = { ...east, isSponsored: true }
  const given = routingTable({ ...table, connections: new Map([['east', sponsored]]), listed: new Map([['gpt-4o', [sponsored]]]), known: new Map() })
  const reader = (grants: Reader['grants']): Reader => ({ ...all, table: given, grants })
  assert.deepEqual(idsFor(reader(undefined)), [])
  assert.deepEqual(idsFor(reader([{ models: ['gpt-*'], until: Date.now() - 1 }])), [])
  assert.deepEqual(idsFor(reader([{ models: ['gpt-*'], until: null }])), ['pair', 'fast', 'east/gpt-4o'])
})
