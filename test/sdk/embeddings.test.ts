/** Official packages get embeddings through the gateway, whichever vendor makes them. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GoogleGenAI } from '@google/genai'
import { Mistral } from '@mistralai/mistralai'
import { CohereClientV2 } from 'cohere-ai'
import Groq from 'groq-sdk'
import { openScene } from '../contract/scene.ts'
import { openai, reply, type Received } from '../upstream/index.ts'
import { cohereEmbed, embeddings, geminiEmbed, numbersOf, titanEmbed, tokensOfText } from '../upstream/forms.ts'
import { openaiOf } from './clients.ts'

const scene = await openScene({
  providers: ({ chat }) => `
  voyage: { key: k-voyage-5e884898da28, baseUrl: "${chat}/voyage" }
  jina: { key: k-jina-5e884898da280471, baseUrl: "${chat}/jina" }
  mistral: { key: k-mistral-5e884898da28, baseUrl: "${chat}/mistral" }
  cohere: { key: k-cohere-5e884898da2804, baseUrl: "${chat}/cohere" }
  gemini: { key: k-gemini-5e884898da2804, baseUrl: "${chat}/gemini" }
  bedrock: { key: k-bedrock-5e884898da280, region: eu-central-1, baseUrl: "${chat}/bedrock" }
  priced: { like: openai, baseUrl: "${chat}/priced", prices: openai }`,
  config: () => `
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
chains:
  vectors: { targets: [openai/text-embedding-3-small, cohere/embed-v4.0] }
  some: { targets: [anthropic/claude-sonnet-4-5, cohere/embed-v4.0] }
  strict: { targets: [mistral/mistral-embed], strict: true }`,
})
const { gateway, chat } = scene
const client = openaiOf(scene)
const texts = ['one', 'three']
const numbers = texts.map((text) => numbersOf(text))

const makers = [
  'voyage/voyage-3.5',
  'jina/jina-embeddings-v3',
  'mistral/mistral-embed',
  'cohere/embed-v4.0',
  'gemini/gemini-embedding-001',
  'bedrock/amazon.titan-embed-text-v2:0',
  'bedrock/cohere.embed-v4:0',
]

/** Each provider by the first segment of its path. */
function vendors(request: Received) {
  if (request.path.startsWith('/cohere/') || request.path.includes('cohere.embed')) return cohereEmbed(request)
  if (request.path.startsWith('/gemini/')) return geminiEmbed(request)
  return request.path.includes('titan') ? titanEmbed(request) : embeddings(request)
}

describe('the openai package', () => {
  test('gets its vectors in the order of its texts, by the base64 that it asks for, and as many bytes as the provider sent (case 205)', async () => {
    chat.play(vendors)
    const { data, response } = await client.embeddings.create({ model: 'priced/text-embedding-3-small', input: texts }).withResponse()
    assert.deepEqual(
      data.data.map(({ embedding }) => embedding),
      numbers,
    )
    const asked = chat.asked()[0]!
    assert.equal(asked.path, '/priced/embeddings')
    assert.deepEqual(asked.json(), { model: 'text-embedding-3-small', input: texts, encoding_format: 'base64' })
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.operation, receipt.surface, receipt.wire], ['embeddings', 'openai-embeddings', 'openai-embeddings'])
    assert.deepEqual([receipt.prompt_tokens, receipt.completion_tokens, receipt.usage_source], [2 * tokensOfText, 0, 'reported'])
    assert.deepEqual([receipt.cost, receipt.cost_availability, receipt.context_delta], [200, 'known', 'unchanged'])
  })

  for (const model of makers) {
    for (const encoding of ['float', 'base64'] as const) {
      test(`gets ${encoding} from ${model}, in order (case 205)`, async () => {
        chat.play(vendors)
        const asked = { model, input: texts, encoding_format: encoding }
        const answer = await scene.post('/v1/embeddings', asked)
        const { object, data, model: named, usage } = (await answer.json()) as Awaited<ReturnType<typeof client.embeddings.create>>
        const { data: read } = await client.embeddings.create(asked)
        assert.deepEqual([object, typeof named], ['list', 'string'])
        // Gemini’s vendor counts nothing: then it is an estimate.
        assert.equal(usage.prompt_tokens, model.startsWith('gemini/') ? Math.ceil(texts.join('').length / 4) : 2 * tokensOfText)
        assert.deepEqual(
          data.map(({ index, embedding }) => [index, typeof embedding]),
          [0, 1].map((index) => [index, encoding === 'base64' ? 'string' : 'object']),
        )
        const floats = read.map(({ embedding }) => (typeof embedding === 'string' ? floatsOf(embedding) : embedding))
        assert.deepEqual(floats, numbers)
      })
    }
  }

  test('asks a provider that takes fewer texts at once several times, and gets one answer and one receipt', async () => {
    chat.play(vendors)
    const input = Array.from({ length: 200 }, (_, at) => 'x'.repeat(at + 1))
    const { data, response } = await client.embeddings.create({ model: 'cohere/embed-v4.0', input }).withResponse()
    assert.deepEqual(
      data.data.map(({ embedding }) => embedding),
      input.map((text) => numbersOf(text)),
    )
    // They go out together: which one comes first is nobody's to say.
    const sizes = chat.asked().map((request) => (request.json().texts as string[]).length)
    assert.deepEqual(
      sizes.toSorted((one, other) => other - one),
      [96, 96, 8],
    )
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.prompt_tokens, receipt.attempts_count, receipt.usage_source], [200 * tokensOfText, 1, 'reported'])
  })

  test('is told by name what the provider cannot be: tokens, and what strict mode forbids to drop', async () => {
    chat.play(vendors)
    const refused = { status: 400, code: 'unsupported_parameter' }
    await assert.rejects(client.embeddings.create({ model: 'mistral/mistral-embed', input: [1, 2] }), { ...refused, param: 'input' })
    await assert.rejects(client.embeddings.create({ model: 'strict', input: 'a', user: 'u' }), { ...refused, param: 'user' })
    await assert.rejects(client.embeddings.create({ model: 'anthropic/claude-sonnet-4-5', input: 'a' }), { status: 400, code: 'unsupported_operation' })
    await assert.rejects(client.chat.completions.create({ model: 'voyage/voyage-3.5', messages: [{ role: 'user', content: 'a' }] }), {
      status: 400,
      code: 'unsupported_operation',
    })
    assert.equal(chat.asked().length, 0)
    const { response } = await client.embeddings.create({ model: 'mistral/mistral-embed', input: 'a', user: 'u' }).withResponse()
    assert.equal(response.headers.get('x-omni-dropped'), 'user')
  })
})

describe('usage', () => {
  test('that no provider told is estimated, and the receipt says so', async () => {
    chat.play(vendors)
    const { response } = await client.embeddings.create({ model: 'gemini/gemini-embedding-001', input: texts }).withResponse()
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.usage_source, receipt.completion_tokens, receipt.notices], ['estimated', 0, ['estimated_usage', 'unknown_cost']])
    assert.ok((receipt.prompt_tokens as number) > 0)
  })

  test('of several requests is summed: one text a request, as Titan takes them', async () => {
    chat.play(vendors)
    const { response } = await client.embeddings.create({ model: 'bedrock/amazon.titan-embed-text-v2:0', input: texts, dimensions: 256 }).withResponse()
    assert.deepEqual(
      chat.asked().map((request) => [request.path, request.json()]),
      texts.map((inputText) => ['/bedrock/model/amazon.titan-embed-text-v2%3A0/invoke', { inputText, dimensions: 256 }]),
    )
    assert.equal((await scene.receiptOf(response)).prompt_tokens, 2 * tokensOfText)
  })
})

describe('when a provider fails', () => {
  test('the next target of the chain makes the vectors, and the receipt tells both attempts', async () => {
    chat.play((request) => (request.path.startsWith('/cohere/') ? cohereEmbed(request) : openai.error(503, 'server_error')))
    const { data, response } = await client.embeddings.create({ model: 'vectors', input: texts }).withResponse()
    assert.deepEqual(data.data[0]!.embedding, numbers[0])
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.provider, receipt.fallback, receipt.wire, receipt.context_delta], ['cohere', true, 'cohere-embed', 'translated'])
    const [first] = receipt.attempts as { reason: string }[]
    assert.equal(first?.reason, 'overloaded')
  })

  test('a target that has no embeddings is passed over', async () => {
    chat.play(vendors)
    const { response } = await client.embeddings.create({ model: 'some', input: texts }).withResponse()
    assert.equal((await scene.receiptOf(response)).attempts_count, 1)
  })

  test('an answer that lacks a vector is no answer, and goes to the next target', async () => {
    chat.play((request) => (request.path.startsWith('/cohere/') ? cohereEmbed(request) : reply(200, { object: 'list', data: [{ index: 0, embedding: [1] }] })))
    const { response } = await client.embeddings.create({ model: 'vectors', input: texts }).withResponse()
    const [first] = (await scene.receiptOf(response)).attempts as { reason: string }[]
    assert.equal(first?.reason, 'upstream_invalid_response')
  })
})

describe('other packages', () => {
  test('Mistral’s reads the answer of another vendor, which has no id of its own (case 205)', async () => {
    chat.play(vendors)
    const mistral = new Mistral({ apiKey: gateway.key, serverURL: gateway.url })
    const answer = await mistral.embeddings.create({ model: 'openai/text-embedding-3-small', inputs: texts })
    assert.deepEqual(
      answer.data.map(({ embedding }) => embedding),
      numbers,
    )
    assert.match(answer.id, /^req_/)
  })

  test('Groq’s reads it too', async () => {
    chat.play(vendors)
    const groq = new Groq({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 })
    const answer = await groq.post('/v1/embeddings', { body: { model: 'voyage/voyage-3.5', input: texts, encoding_format: 'float' } })
    assert.deepEqual((answer as { data: { embedding: number[] }[] }).data[1]!.embedding, numbers[1])
  })

  for (const model of ['cohere/embed-v4.0', 'openai/text-embedding-3-small']) {
    test(`Cohere’s gets each kind of vector that it asks for, from ${model}`, async () => {
      chat.play(vendors)
      const cohere = new CohereClientV2({ token: gateway.key, environment: gateway.url, maxRetries: 0 })
      const answer = await cohere.embed({ model, texts, inputType: 'search_query', embeddingTypes: ['float'] })
      assert.deepEqual(answer.embeddings.float, numbers)
      assert.equal(answer.meta?.billedUnits?.inputTokens, 2 * tokensOfText)
    })
  }

  test('Google’s gets its embeddings from another vendor, with its purpose in that vendor’s words', async () => {
    chat.play(vendors)
    const google = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } })
    const answer = await google.models.embedContent({
      model: 'cohere/embed-v4.0',
      contents: texts,
      config: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 256 },
    })
    assert.deepEqual(
      answer.embeddings?.map(({ values }) => values),
      numbers,
    )
    const { input_type: type, output_dimension: dimensions } = chat.asked()[0]!.json()
    assert.deepEqual([type, dimensions], ['search_query', 256])
  })
})

describe('the built-in provider', () => {
  test('gives the same vector for the same text, of length one, and calls nobody', async () => {
    const ask = (input: string) => client.embeddings.create({ model: 'omni-runtime/smoke', input, dimensions: 16 }).withResponse()
    const [one, same, other] = [await ask('a'), await ask('a'), await ask('b')]
    const { embedding } = one.data.data[0]!
    assert.deepEqual(same.data.data[0]!.embedding, embedding)
    assert.notDeepEqual(other.data.data[0]!.embedding, embedding)
    assert.equal(embedding.length, 16)
    assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6)
    const receipt = await scene.receiptOf(one.response)
    assert.deepEqual([receipt.provider_called, receipt.runtime_mode, receipt.cost], [false, 'smoke', 0])
  })
})

const floatsOf = (packed: string): number[] => {
  const bytes = Buffer.from(packed, 'base64')
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
}
