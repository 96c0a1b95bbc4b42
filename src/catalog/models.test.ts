/** The known models are written without slips: known providers' ids, each once, with prices but for the newest. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providers } from '../providers/index.ts'
import { catalogOf } from '../providers/provider.ts'
import { priceOf } from './catalog.ts'
import { knownModels } from './models.ts'
import { builtIn } from './table.ts'

/** Newer than the table of prices. */
const newer = ['claude-fable-5-2', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'deepseek-flash']

/** Billed by the search or not at all, or left out by the table. */
const unlisted = `embed-english-v3.0 embed-multilingual-v3.0 rerank-v4.0-pro rerank-v4.0-fast rerank-v3.5 codestral-embed
  mistral-moderation-latest`.split(/\s+/)

test('every known model has a price, but for those that the table does not know', () => {
  const missing = providers.flatMap((provider) => {
    const catalog = catalogOf(provider)
    return catalog === null
      ? []
      : knownModels(provider.id).filter((model) => priceOf(builtIn, catalog, model, { at: Date.UTC(2026, 10, 21), tier: null }) === null)
  })
  assert.deepEqual(missing.toSorted(), [...newer, ...unlisted].toSorted())
})

test('no provider lists a model twice, and makers of models list some', () => {
  for (const { id } of providers) assert.equal(new Set(knownModels(id)).size, knownModels(id).length, id)
  for (const id of ['openai', 'anthropic', 'gemini']) assert.ok(knownModels(id).length > 8, id)
})

test('resellers list nothing, so that a bare name never leads to one', () => {
  for (const { id, substrate } of providers) if (substrate === 'aggregator') assert.deepEqual(knownModels(id), [])
  assert.deepEqual(knownModels('constructor'), [])
})
