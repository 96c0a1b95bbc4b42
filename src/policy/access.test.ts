/** What lists of models let through: however a model is spelled, and letter by letter the names that lead to it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGranted, mayGo, type Destination } from './access.ts'

const to = (given: Partial<Destination>): Destination => ({ provider: 'up', model: 'gpt-4o', region: undefined, asked: 'up/gpt-4o', ...given })

test('[C49] a model is in a list or is not, however the list and the client spell it', () => {
  for (const models of [['gpt-4o'], ['GPT-4o'], ['up/gpt-4O'], ['Gpt-*'], ['UP/*']])
    for (const model of ['gpt-4o', 'GPT-4o', 'gpt-4O']) assert.ok(mayGo({ models: [models] }, to({ model, asked: `up/${model}` })), `${models[0]} ${model}`)
  assert.ok(!mayGo({ models: [['gpt-4o-mini']] }, to({ model: 'GPT-4o' })))
  assert.ok(!mayGo({ models: [['*'], ['o3']] }, to({ model: 'GPT-4o' })))
})

test('an alias is another where it is spelled in another way, and so is what it opens', () => {
  assert.ok(mayGo({ models: [['fast']] }, to({ asked: 'fast' })))
  assert.ok(!mayGo({ models: [['fast']] }, to({ asked: 'FAST' })))
})

test('a grant opens a sponsored model in every spelling, and no other', () => {
  const grants = [{ models: ['up/GPT-4o'], until: null }]
  const opens = (model: string) => isGranted(grants, { ...to({ model }), isSponsored: true }, 0)
  assert.deepEqual(['gpt-4o', 'GPT-4O', 'gpt-4o-mini'].map(opens), [true, true, false])
})
