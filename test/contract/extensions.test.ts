/** Section 2 of the contract: what clients may tell the gateway beside the vendor's API, and that nothing of it reaches a provider. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { messages, openai } from '../upstream/index.ts'
import { eventually } from '../gateway.ts'
import { openScene, question, type Receipt } from './scene.ts'

const scene = await openScene({
  config: () =>
    'retry: { perTarget: 0, longestPause: 20ms }\nmetadata: { keys: [team, cost-centre] }\nchains: { careful: { targets: [openai/first, anthropic/claude-sonnet-4-5] } }\n',
})
const chat = { model: 'openai/gpt-4o', ...question }
const claude = { model: 'anthropic/claude-sonnet-4-5', ...question }
const failing = openai.error(500, 'server_error')

interface Attempt {
  readonly provider: string
  readonly model: string
  readonly region: string | null
  readonly status: number | null
  readonly reason: string
  readonly ms: number
}
const attemptsOf = (body: JsonObject) => (body.extra as unknown as { routing: { attempts: Attempt[] } }).routing.attempts
const nameOf = ({ provider, model, status, reason }: Attempt) => `${provider} ${model} ${status} ${reason}`

describe('`extra.fallbacks`', () => {
  test('are tried in order when the first fails, and the answer tells the attempts when asked', async () => {
    scene.chat.play(failing, failing)
    scene.claude.play(messages.speak('from Claude'))
    const fallbacks = ['openai/gpt-4o-mini', 'anthropic/claude-sonnet-4-5']
    const answer = await scene.post('/v1/chat/completions', { ...chat, extra: { fallbacks, debug: { routing: true } } })
    assert.equal(answer.status, 200)
    const attempts = attemptsOf((await answer.json()) as JsonObject)
    assert.deepEqual(attempts.map(nameOf), [
      'openai gpt-4o 500 upstream_error',
      'openai gpt-4o-mini 500 upstream_error',
      'anthropic claude-sonnet-4-5 200 answered',
    ])
    for (const { ms, region } of attempts) assert.ok(Number.isInteger(ms) && region === null)
    assert.deepEqual(
      [answer.headers.get('x-omni-attempts'), answer.headers.get('x-omni-provider'), answer.headers.get('x-omni-model')],
      ['3', 'anthropic', 'claude-sonnet-4-5'],
    )
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual(receipt.attempts, attempts)
    assert.deepEqual([receipt.fallback, receipt.resolved_model], [true, 'claude-sonnet-4-5'])
  })

  test('are at most two beside the first', async () => {
    scene.chat.play(failing)
    const fallbacks = ['openai/b', 'openai/c', 'openai/d', 'openai/e']
    const answer = await scene.post('/v1/chat/completions', { ...chat, extra: { fallbacks } })
    assert.equal(answer.status, 502)
    assert.deepEqual(
      scene.chat.asked().map((request) => request.json().model),
      ['gpt-4o', 'b', 'c'],
    )
  })

  test('that are no list of names, or lead nowhere, are refused before anybody is asked', async () => {
    scene.chat.play(openai.speak('ok'))
    for (const [fallbacks, status, param] of [
      ['openai/b', 400, 'extra.fallbacks'],
      [['openai/b', 7], 400, 'extra.fallbacks[1]'],
      [['groq/b'], 404, 'model'],
    ] as const) {
      const answer = await scene.post('/v1/chat/completions', { ...chat, extra: { fallbacks } })
      assert.deepEqual([answer.status, ((await answer.json()) as { error: { param: string } }).error.param], [status, param])
    }
    assert.equal(scene.chat.asked().length, 0)
  })
})

describe('the attempts', () => {
  test('are in the answer for `debug.routing` too, on either wire of the provider', async () => {
    scene.chat.play(openai.speak('ok'))
    scene.claude.play(messages.speak('ok'))
    for (const asked of [chat, claude]) {
      const body = (await (await scene.post('/v1/chat/completions', { ...asked, debug: { routing: true } })).json()) as JsonObject
      assert.deepEqual(
        attemptsOf(body).map(({ reason }) => reason),
        ['answered'],
      )
      assert.equal(body.object, 'chat.completion')
    }
  })

  test('are not there unless asked for', async () => {
    scene.chat.play(openai.speak('ok'))
    for (const more of [{}, { extra: {} }, { debug: { routing: false } }]) {
      assert.ok(!('extra' in ((await (await scene.post('/v1/chat/completions', { ...chat, ...more })).json()) as JsonObject)))
    }
  })

  test('are counted in a stream’s headers', async () => {
    scene.chat.play(failing)
    scene.claude.play(messages.speak('ok'))
    const answer = await scene.post('/v1/chat/completions', { ...chat, stream: true, omni_route: 'careful', debug: { routing: true } })
    assert.match(await answer.text(), /data: \[DONE\]/)
    assert.deepEqual([answer.headers.get('x-omni-attempts'), answer.headers.get('x-omni-provider')], ['2', 'anthropic'])
  })
})

describe('what is for the gateway', () => {
  const ours = {
    omni_route: 'careful',
    omni_metadata: { team: 'canary-team' },
    extra: { fallbacks: ['openai/canary'], debug: { routing: true }, more: 'canary' },
    debug: { routing: false, more: 'canary' },
  }
  const headers = {
    'x-omni-metadata': '{"team":"canary-team"}',
    'x-omni-user-id': 'canary-user',
    'x-omni-session-id': 'canary-session',
    'x-request-id': 'canary-request',
  }

  for (const stream of [false, true]) {
    test(`never reaches a provider, ${stream ? 'streamed' : 'whole'}, whether its body is spliced or written`, async () => {
      scene.chat.play(failing)
      scene.claude.play(messages.speak('ok'))
      const answer = await scene.post('/v1/chat/completions', { ...ours, ...chat, stream, seed: 7, own_field: { keeps: [1.0, 2] } }, headers)
      assert.equal(answer.status, 200)
      await answer.text()
      const [spliced, written] = [scene.chat.asked()[0]!, scene.claude.asked()[0]!]
      assert.deepEqual(spliced.json(), {
        model: 'first',
        ...question,
        stream,
        seed: 7,
        own_field: { keeps: [1, 2] },
        ...(stream && { stream_options: { include_usage: true } }),
      })
      for (const { body, headers: sent } of [spliced, written])
        assert.doesNotMatch(`${body.toString()} ${JSON.stringify(sent)}`, /omni_|x-omni|canary|"extra"|"debug"/)
    })
  }

  test('is taken out of a body whose other bytes stay as the client wrote them', async () => {
    scene.chat.play(openai.speak('ok'))
    const body = (model: string, before = '') =>
      `{ ${before}"model" :"${model}",  "messages":[{"role":"user","content":"\\u00e9\\ud83c\\udfd4 caf\u00e9"}], "top_p":1.0,"seed":12345678901234567890 }`
    const answer = await fetch(`${scene.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' },
      body: body('openai/gpt-4o', '"omni_metadata":{"team":"a"}, '),
    })
    assert.equal(answer.status, 200, await answer.text())
    assert.equal(scene.chat.asked()[0]!.body.toString().replace(/\s+/g, ''), body('gpt-4o').replace(/\s+/g, ''))
  })

  test('the second target gets what the client sent, whatever the first was given (case 14)', async () => {
    const parameters = {
      type: 'object',
      properties: { at: { $ref: '#/$defs/place' } },
      $defs: { place: { type: 'string', pattern: '^x' } },
      additionalProperties: false,
    }
    const tools = [{ type: 'function', function: { name: 'look.at', parameters, strict: true } }]
    scene.claude.play(messages.error(529, 'overloaded_error'))
    scene.chat.play(openai.speak('ok'))
    const asked = { ...claude, tools, temperature: 1.7, extra: { fallbacks: ['openai/gpt-4o'] } }
    assert.equal((await scene.post('/v1/chat/completions', asked)).status, 200)
    assert.equal((scene.claude.asked()[0]!.json().tools as JsonObject[])[0]!.name === 'look.at', false, 'the first was given another name')
    assert.deepEqual(scene.chat.asked()[0]!.json(), { model: 'gpt-4o', ...question, tools, temperature: 1.7 })
  })
})

describe('`omni_metadata`', () => {
  const metadataOf = async (fields: JsonObject, headers: { readonly [name: string]: string } = {}): Promise<unknown> => {
    scene.chat.play(openai.speak('ok'))
    const answer = await scene.post('/v1/chat/completions', { ...chat, ...fields }, headers)
    assert.equal(answer.status, 200, await answer.text())
    return (await scene.receiptOf(answer)).metadata
  }

  test('is carried where its keys are declared, from the body or a header', async () => {
    const given = { team: 'a.b:c@d/e-f_9', 'cost-centre': '42', undeclared: 'x' }
    const kept = { team: 'a.b:c@d/e-f_9', 'cost-centre': '42' }
    assert.deepEqual(await metadataOf({ omni_metadata: given }), kept)
    assert.deepEqual(await metadataOf({}, { 'x-omni-metadata': JSON.stringify(given) }), kept)
    assert.deepEqual(await metadataOf({}), null)
    const linesNow = () => scene.gateway.log().filter(({ msg }) => msg === 'inference')
    await eventually(() => linesNow().some(({ metadata }) => metadata === JSON.stringify(kept)))
    const lines = linesNow()
    assert.ok(lines.every(({ metadata }) => !String(metadata).includes('undeclared')))
  })

  test('is refused with 400 where it is not a flat object of short plain strings', async () => {
    scene.chat.play(openai.speak('ok'))
    for (const omni_metadata of [
      { team: 'two words' },
      { team: '' },
      { team: 'x'.repeat(65) },
      { team: 7 },
      { team: { a: 'b' } },
      ['team'],
      'team',
      { team: 'é' },
      { undeclared: 'two words' },
    ]) {
      const answer = await scene.post('/v1/chat/completions', { ...chat, omni_metadata })
      assert.deepEqual(
        [answer.status, ((await answer.json()) as { error: { param: string } }).error.param],
        [400, 'omni_metadata'],
        JSON.stringify(omni_metadata),
      )
    }
    for (const header of ['{', '[1]', '"team"', '{"team":"two words"}'])
      assert.equal((await scene.post('/v1/chat/completions', chat, { 'x-omni-metadata': header })).status, 400, header)
    assert.equal(scene.chat.asked().length, 0)
  })
})

describe('who and which session', () => {
  const receiptWith = async (headers: { readonly [name: string]: string }): Promise<Receipt> => {
    scene.chat.play(openai.speak('ok'))
    return scene.receiptOf(await scene.post('/v1/chat/completions', chat, headers))
  }

  test('are kept as keyed pseudonyms alone, the same for the same name, under both spellings', async () => {
    const first = await receiptWith({ 'x-omni-user-id': 'lovelace', 'x-omni-session-id': 'lovelace' })
    const second = await receiptWith({ 'x-opengateway-user-id': 'lovelace', 'x-opengateway-session-id': 'other' })
    assert.match(String(first.user_pseudonym), /^[\da-f]{32}$/)
    assert.equal(first.user_pseudonym, second.user_pseudonym)
    assert.notEqual(first.user_pseudonym, first.session_pseudonym)
    assert.notEqual(first.session_pseudonym, second.session_pseudonym)
    assert.ok(!JSON.stringify([first, second]).includes('lovelace'))
  })

  test('`x-request-id` is kept where it has a safe shape, and made where not', async () => {
    assert.equal((await receiptWith({ 'x-request-id': 'my.request-1_2' })).request_id, 'my.request-1_2')
    for (const id of ['short', 'with space', 'a'.repeat(129), 'slash/slash'])
      assert.match(String((await receiptWith({ 'x-request-id': id })).request_id), /^req_[\da-f]{32}$/, id)
  })
})
