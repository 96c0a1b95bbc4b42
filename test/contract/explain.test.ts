/** The decision is visible: what an explanation says is what the next call does, and looking changes nothing. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { explanation, type Explanation } from '../../src/contract/explain.ts'
import { chunk, hang, messages, openai, openStream, raw } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'
import { omni } from './shell.ts'

const scene = await openScene({
  providers: ({ chat }) => `  priced: { like: openai, key: secret-of-priced-9f86d081884c7d65, baseUrl: "${chat}/v1", prices: openai }`,
  config: () =>
    [
      'retry: { perTarget: 0, longestPause: 20ms }',
      'aliases: { fast: steady, "gpt-*": "openai/gpt-*" }',
      'chains:',
      '  steady: { targets: [openai/one, anthropic/claude-sonnet-4-5, groq/nowhere] }',
      '  round: { strategy: round-robin, targets: [openai/a, openai/b, openai/c] }',
      '  drawn: { strategy: weighted, targets: [{ model: openai/a, weight: 3 }, { model: openai/b, weight: 1 }, { model: openai/c, weight: 0 }] }',
      '  seeing: { targets: [priced/gpt-3.5-turbo, priced/gpt-4o] }',
      '  parked: { targets: [anthropic/parked, openai/spare] }',
      '  several: { strategy: round-robin, targets: [openai/a, anthropic/claude-sonnet-4-5, openai/b, openai/c] }',
      '  doubted: { targets: [anthropic/claude-sonnet-4-5, { model: openai/one, lacks: [choices] }] }',
      '  cheap: { strategy: cost-optimized, targets: [priced/gpt-4o, priced/gpt-4o-mini] }',
      '  narrow: { targets: [{ model: openai/narrow, concurrency: 1 }] }',
      '  told: { targets: [anthropic/claude-sonnet-4-5, priced/gpt-4o] }',
    ].join('\n'),
})
const { gateway } = scene
const admin = { authorization: `Bearer ${gateway.adminKey}` }

async function explain(query: string): Promise<Explanation> {
  const answer = await scene.get(`/_omni/routes/explain?${query}`, admin)
  const body: unknown = await answer.json()
  assert.equal(answer.status, 200, JSON.stringify(body))
  return explanation.parse(body)
}

const orderOf = ({ targets }: Explanation) => targets.map(({ place, provider, model }) => `${place} ${provider}/${model}`)
const say = (model: string, more: object = {}) => scene.post('/v1/chat/completions', { model, ...question, ...more })

describe('an explanation', () => {
  test('tells how the name led there, who is asked in which order, and what leads nowhere', async () => {
    const found = await explain('model=fast&surface=anthropic-messages')
    assert.deepEqual(found.hops, [
      { name: 'fast', by: 'alias' },
      { name: 'steady', by: 'chain' },
    ])
    assert.deepEqual([found.chain, found.strategy, found.drawn, found.attempts], ['steady', 'priority', false, 3])
    assert.deepEqual(orderOf(found), ['1 openai/one', '2 anthropic/claude-sonnet-4-5'])
    assert.deepEqual(
      found.targets.map(({ wire, state, share, reasons }) => [wire, state, share, reasons]),
      [
        ['openai-chat', 'closed', 1, []],
        ['anthropic-messages', 'closed', 0, []],
      ],
    )
    assert.deepEqual([found.missing[0]!.model, found.missing[0]!.why], ['groq/nowhere', 'not_connected'])
    assert.match(found.missing[0]!.sentence, /is not connected/)
    assert.deepEqual((await explain('model=gpt-4.1')).hops, [
      { name: 'gpt-4.1', by: 'wildcard' },
      { name: 'openai/gpt-4.1', by: 'prefix' },
    ])
  })

  test('is of the next call: what it puts first is who is asked, and looking takes no turn', async () => {
    scene.chat.play(openai.speak('ok'))
    for (let turn = 0; turn < 7; turn += 1) {
      const looks = await Promise.all([explain('model=round'), explain('route=round'), explain('model=round')])
      const answer = await say('round')
      await answer.text()
      for (const { targets } of looks) assert.equal(targets[0]!.model, answer.headers.get('x-omni-model'))
    }
    assert.deepEqual(
      scene.chat.asked().map((request) => request.json().model),
      ['a', 'b', 'c', 'a', 'b', 'c', 'a'],
    )
  })

  test('asks nobody, and makes no place known', async () => {
    scene.chat.play(openai.speak('ok'))
    const places = async () => ((await (await scene.get('/_omni/providers/health', admin)).json()) as { data: readonly unknown[] }).data.length
    const before = await places()
    assert.deepEqual(orderOf(await explain('model=openai/invented-just-now')), ['1 openai/invented-just-now'])
    assert.deepEqual([await places(), scene.chat.asked().length], [before, 0])
  })

  test('tells the shares of what is drawn', async () => {
    const { drawn, targets } = await explain('model=drawn')
    const shares = Object.fromEntries(targets.map(({ model, share }) => [model, share]))
    assert.equal(drawn, true)
    assert.ok(Math.abs(shares.a! - 0.75) < 0.05 && Math.abs(shares.b! - 0.25) < 0.05 && shares.c === 0, JSON.stringify(shares))
    const last = targets.at(-1)!
    assert.deepEqual([last.model, last.place, last.last_resort, last.reasons], ['c', 3, true, [{ why: 'weight_zero' }]])
  })

  test('says why the others are out: who lacks what the call needs', async () => {
    const { targets } = await explain('model=seeing&images&input_tokens=1000&output_tokens=100')
    assert.deepEqual(
      targets.map(({ place, model, reasons }) => [place, model, reasons]),
      [
        [1, 'gpt-4o', []],
        [null, 'gpt-3.5-turbo', [{ why: 'lacks', needs: ['images'] }]],
      ],
    )
    assert.ok(targets[0]!.price! > 0)
    assert.deepEqual(orderOf(await explain('model=seeing')), ['1 priced/gpt-3.5-turbo', '2 priced/gpt-4o'])
  })

  test('says who is left alone, why and until when, and calls do as it says', async () => {
    scene.claude.play(messages.error(429, 'rate_limit_error', { 'retry-after': '60' }))
    scene.chat.play(openai.speak('ok'))
    await (await say('parked')).text()
    const { targets } = await explain('model=parked')
    assert.deepEqual(
      targets.map(({ place, model, state }) => [place, model, state]),
      [
        [1, 'spare', 'closed'],
        [null, 'parked', 'open'],
      ],
    )
    const [reason] = targets[1]!.reasons
    assert.ok(reason?.why === 'left_alone' && reason.reason === 'rate_limit_exceeded' && Math.abs(reason.until - Date.now() - 60_000) < 10_000)
    scene.claude.play(openai.speak('never asked'))
    assert.equal((await say('parked')).headers.get('x-omni-model'), 'spare')
    assert.equal(scene.claude.asked().length, 0)
  })

  test('says of who is full that calls wait for it, in the table too', async () => {
    scene.chat.play([openStream(), raw(chunk('data: {}\n\n')), hang()])
    const leaving = new AbortController()
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ model: 'narrow', stream: true, ...question })
    const asked = fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body, signal: leaving.signal }).catch(() => undefined)
    await scene.chat.request(0)
    const [narrow] = (await explain('model=narrow')).targets
    assert.deepEqual([narrow!.place, narrow!.waits_for_room, narrow!.last_resort, narrow!.reasons.map(({ why }) => why)], [null, true, false, ['full']])
    const { stdout } = await omni(gateway, ['chains', 'explain', 'narrow'])
    assert.match(stdout, /^waits +openai\/narrow +openai-chat +–/m)
    assert.match(stdout, /has as many calls under way as it may have, and calls wait for it$/m)
    leaving.abort()
    await asked
  })

  test('knows that who cannot be told the request takes a turn all the same', async () => {
    scene.chat.play(openai.speak('ok'))
    for (let turn = 0; turn < 30; turn += 1) {
      const { targets } = await explain('model=several&choices')
      const answer = await say('several', { n: 2 })
      assert.deepEqual([answer.headers.get('x-omni-model'), targets.at(-1)!.reasons], [targets[0]!.model, [{ why: 'cannot_say', words: ['choices'] }]])
    }
  })

  test('knows who is cheaper though nobody said how much is asked', async () => {
    scene.chat.play(openai.speak('ok'))
    const [first] = orderOf(await explain('model=cheap'))
    assert.deepEqual([first, (await say('cheap')).headers.get('x-omni-model')], ['1 priced/gpt-4o-mini', 'gpt-4o-mini'])
  })

  test('knows that who lacks something is asked where the others cannot be told it', async () => {
    scene.chat.play(openai.speak('ok'))
    const found = await explain('model=doubted&choices')
    assert.deepEqual(orderOf(found), ['1 openai/one', 'null anthropic/claude-sonnet-4-5'])
    assert.deepEqual([found.targets[0]!.share, found.targets[0]!.last_resort], [1, true])
    const answer = await say('doubted', { n: 2 })
    assert.deepEqual([answer.status, answer.headers.get('x-omni-model')], [200, 'one'])
  })

  test('a call that only those could be told who are left alone is told when they come back', async () => {
    scene.chat.play(openai.error(429, 'rate_limit_error', null, { 'retry-after': '60' }))
    await (await say('priced/gpt-4o')).text()
    const answer = await say('told', { n: 2 })
    const { error } = (await answer.json()) as { error: { code: string } }
    assert.deepEqual([answer.status, error.code], [429, 'rate_limit_exceeded'])
    assert.ok(Number(answer.headers.get('retry-after')) > 50, String(answer.headers.get('retry-after')))
  })

  test('fails as a call would, and tells what it does not take', async () => {
    for (const [query, status, reason] of [
      ['route=nowhere', 404, 'model_not_found'],
      ['model=groq/any', 404, 'model_not_found'],
      ['', 400, 'missing_parameter'],
      ['model=fast&surface=telegraph', 400, 'invalid_value'],
      ['model=fast&input_tokens=many', 400, 'invalid_value'],
      ['model=fast&images=perhaps', 400, 'invalid_value'],
      ['model=fast&colour=red', 400, 'unsupported_parameter'],
    ] as const) {
      const answer = await scene.get(`/_omni/routes/explain?${query}`, admin)
      const { error } = (await answer.json()) as { error: { code: string } }
      assert.deepEqual([answer.status, error.code], [status, reason], query)
    }
  })
})

describe('`omni chains explain`', () => {
  test('prints a table, and a line for each reason', async () => {
    const { code, stdout, stderr } = await omni(gateway, ['chains', 'explain', 'seeing', '--images', '--input-tokens', '1000'])
    assert.equal(code, 0, stderr)
    assert.match(
      stdout,
      /^seeing \(chain\)\nby priority; 3 attempts at most\n\n#  TARGET +WIRE +FIRST +STATE +CALLS +MS +ERRORS +COST \$ +WEIGHT\n1 +priced\/gpt-4o .*100 %.*\n–  priced\/gpt-3\.5-turbo /,
    )
    assert.match(stdout, /\n\n {2}priced\/gpt-3\.5-turbo: it is known to lack images\n$/)
    assert.match(
      (await omni(gateway, ['chains', 'explain', 'fast'])).stdout,
      /^fast \(alias\) → steady \(chain\)[^]*groq\/nowhere: leads nowhere\. .*is not connected/,
    )
  })

  test('gives programs what the API says', async () => {
    const { stdout } = await omni(gateway, ['chains', 'explain', 'seeing', '--json', '--images'])
    assert.deepEqual(orderOf(explanation.parse(JSON.parse(stdout))), ['1 priced/gpt-4o', 'null priced/gpt-3.5-turbo'])
  })

  test('complains about a name that leads nowhere in the words that a call gets', async () => {
    const { code, stdout, stderr } = await omni(gateway, ['chains', 'explain', 'groq/any'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /Groq is not connected/)
  })
})
