/** Reranking and moderation through the gateway, by official packages and by the shapes of vendors that have none. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Mistral } from '@mistralai/mistralai'
import { CohereClient, CohereClientV2 } from 'cohere-ai'
import { openScene } from '../contract/scene.ts'
import { openai, type Received } from '../upstream/index.ts'
import { cohereRerank, jinaRerank, mistralModerations, moderations, voyageRerank } from '../upstream/forms.ts'
import { openaiOf } from './clients.ts'

const scene = await openScene({
  providers: ({ chat }) => `
  voyage: { key: k-voyage-5e884898da28, baseUrl: "${chat}/voyage" }
  jina: { key: k-jina-5e884898da280471, baseUrl: "${chat}/jina" }
  mistral: { key: k-mistral-5e884898da28, baseUrl: "${chat}/mistral" }
  cohere: { key: k-cohere-5e884898da2804, baseUrl: "${chat}/cohere" }
  bedrock: { key: k-bedrock-5e884898da280, region: eu-central-1, baseUrl: "${chat}/bedrock" }`,
  config: () => `
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
chains:
  ranks: { targets: [jina/jina-reranker-v3, cohere/rerank-v3.5] }`,
})
const { gateway, chat } = scene
const client = openaiOf(scene)
const documents = ['aaa', 'a', 'aaaaa']
const order = [2, 0, 1]
const models = ['cohere/rerank-v3.5', 'jina/jina-reranker-v3', 'voyage/rerank-2.5', 'bedrock/cohere.rerank-v3-5:0']

/** Each provider by the first segment of its path. */
function rank(request: Received) {
  if (request.path.startsWith('/cohere/') || request.path.includes('cohere.rerank')) return cohereRerank(request)
  return request.path.startsWith('/jina/') ? jinaRerank(request) : voyageRerank(request)
}

describe('reranking', () => {
  for (const model of models) {
    test(`Cohere’s package reads the results of ${model}, the best first (case 207)`, async () => {
      chat.play(rank)
      const cohere = new CohereClientV2({ token: gateway.key, environment: gateway.url, maxRetries: 0 })
      const { results } = await cohere.rerank({ model, query: 'q', documents, topN: 2 })
      assert.deepEqual(
        results.map(({ index }) => index),
        order.slice(0, 2),
      )
      assert.ok(results[0]!.relevanceScore > results[1]!.relevanceScore)
    })

    test(`a client of Voyage or Jina is answered by ${model} in its own shape (case 207)`, async () => {
      chat.play(rank)
      const asked = { model, query: 'q', documents: [...documents.slice(0, 2), { text: documents[2] }], return_documents: true }
      const voyage = (await (await scene.post('/v1/rerank', { ...asked, top_k: 2 })).json()) as { data: unknown; object: string }
      assert.deepEqual(
        [voyage.object, voyage.data],
        ['list', order.slice(0, 2).map((index) => ({ index, relevance_score: Math.fround(documents[index]!.length / 100), document: documents[index] }))],
      )
      const jina = (await (await scene.post('/rerank', { ...asked, top_n: 1 })).json()) as { results: unknown }
      assert.deepEqual(jina.results, [{ index: 2, relevance_score: Math.fround(0.05), document: { text: documents[2] } }])
    })
  }

  test('Cohere’s older package is served on the path without the newer version', async () => {
    chat.play(rank)
    const cohere = new CohereClient({ token: gateway.key, environment: gateway.url, maxRetries: 0 })
    const { results } = await cohere.rerank({ model: models[0], query: 'q', documents, returnDocuments: true })
    assert.deepEqual(
      results.map(({ index, document }) => [index, document?.text]),
      order.map((index) => [index, documents[index]]),
    )
  })

  test('on Bedrock the path names the model, and the body its version', async () => {
    chat.play(rank)
    await scene.post('/v2/rerank', { model: 'bedrock/cohere.rerank-v3-5:0', query: 'q', documents })
    const [asked] = chat.asked()
    assert.deepEqual([asked!.path, asked!.json()], ['/bedrock/model/cohere.rerank-v3-5%3A0/invoke', { api_version: 2, query: 'q', documents }])
  })

  test('the same dialect is passed on as it came, and another target answers where the first fails', async () => {
    chat.play((request) => (request.path.startsWith('/jina/') ? openai.error(503) : rank(request)))
    const answer = await scene.post('/v2/rerank', { model: 'ranks', query: 'q', documents, own_field: 1 })
    const said = (await answer.json()) as { id: string; meta: unknown }
    assert.deepEqual([said.id, said.meta], ['rank-scripted', { billed_units: { search_units: 1 } }])
    assert.deepEqual(chat.asked().at(-1)!.json(), { model: 'rerank-v3.5', query: 'q', documents, own_field: 1 })
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual(
      [receipt.operation, receipt.fallback, receipt.context_delta, receipt.usage_source, receipt.cost],
      ['rerank', true, 'unchanged', 'estimated', null],
    )
  })

  test('the built-in provider ranks by the words in common', async () => {
    const answer = await scene.post('/v1/rerank', { model: 'omni-runtime/smoke', query: 'red apple', documents: ['a green pear', 'the red apple', 'an apple'] })
    const { results } = (await answer.json()) as { results: { index: number }[] }
    assert.deepEqual(
      results.map(({ index }) => index),
      [1, 2, 0],
    )
  })
})

describe('moderation', () => {
  test('the openai package gets the verdicts of its own vendor, with no model named and by one that is', async () => {
    chat.play(moderations)
    const one = await client.moderations.create({ input: 'a' })
    const { data, response } = await client.moderations.create({ model: 'openai/omni-moderation-latest', input: ['a', 'b'] }).withResponse()
    assert.deepEqual([one.results.length, data.results.length, data.results[0]!.flagged, data.id], [1, 2, true, 'modr-scripted'])
    assert.deepEqual(
      chat.asked().map((request) => request.json().model),
      ['omni-moderation-latest', 'omni-moderation-latest'],
    )
    assert.equal((await scene.receiptOf(response)).operation, 'moderations')
  })

  test('Mistral’s verdicts come in the same shape, to either package', async () => {
    chat.play(mistralModerations)
    const model = 'mistral/mistral-moderation-latest'
    const { results } = await client.moderations.create({ model, input: 'a' })
    assert.equal(results[0]!.flagged, true)
    const mistral = new Mistral({ apiKey: gateway.key, serverURL: gateway.url })
    const verdict = await mistral.classifiers.moderate({ model, inputs: ['a'] })
    assert.deepEqual(verdict.results[0]!.categories, { pii: true, law: false })
    await assert.rejects(client.moderations.create({ model, input: [{ type: 'image_url', image_url: { url: 'https://a.example/a.png' } }] }), {
      code: 'unsupported_parameter',
      param: 'input',
    })
  })

  test('a provider without moderations is not asked for any', async () => {
    chat.play(moderations)
    await assert.rejects(client.moderations.create({ model: 'cohere/command-a-03-2025', input: 'a' }), { status: 400, code: 'unsupported_operation' })
    assert.equal(chat.asked().length, 0)
  })

  test('the built-in provider flags nothing', async () => {
    const { results } = await client.moderations.create({ model: 'omni-runtime/smoke', input: ['a', 'b'] })
    assert.deepEqual(
      results.map(({ flagged }) => flagged),
      [false, false],
    )
  })
})
