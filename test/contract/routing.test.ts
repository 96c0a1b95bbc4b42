/** Routing as clients and operators see it: who serves when a provider fails, what both are told, and that a call is one call however often it was tried. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { findFreePort } from '../gateway.ts'
import { certificate, chunk, lastChunk, messages, openai, openStream, raw, reset, startUpstream, type Answer, type Received } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const closed = `http://127.0.0.1:${await findFreePort()}`
/** Nobody vouches for it. */
const secret = await startUpstream(openai.reply('secret'), { tls: certificate() })
after(() => secret.stop())
const ejection = 400
const scene = await openScene({
  providers: ({ chat }) => `
  closed: { like: openai, baseUrl: "${closed}" }
  lost: { like: openai, key: key-of-nobody-9f86d081884c7d65, baseUrl: "https://nowhere.invalid" }
  forged: { like: openai, baseUrl: "${secret.url}" }
  twice: { like: openai, baseUrl: "${chat}/twice", strategy: priority, accounts: { red: { key: key-of-red-9f86d081884c7d65 }, blue: { key: key-of-blue-9f86d081884c7d65 } } }
  priced: { like: openai, baseUrl: "${chat}/priced", prices: openai }
  flaps: { like: openai, baseUrl: "${chat}/flaps" }`,
  config: () => `
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 3, window: 1ms, ejection: ${ejection}ms, longestEjection: ${ejection}ms }
chains:
  closed: { targets: [closed/m, anthropic/claude-sonnet-4-5], retries: 0 }
  lost: { targets: [lost/m, anthropic/claude-sonnet-4-5], retries: 0 }
  forged: { targets: [forged/m, anthropic/claude-sonnet-4-5], retries: 0 }
  hurried: { targets: [openai/m, openai/n, openai/o], retries: 10, attempts: 100, totalTime: 500ms }
  pair: { targets: [openai/m, openai/n] }
  same: { targets: [openai/m, priced/m] }
  priced: { targets: [priced/gpt-4o-mini, priced/gpt-4o], retries: 0 }
  longer: { targets: [priced/gpt-4, priced/gpt-4-0613, priced/gpt-4.1], alsoOn: [context_length_exceeded], providerMessages: true }
  flaps: { targets: [flaps/m, anthropic/claude-sonnet-4-5], retries: 0 }`,
})

interface Attempt {
  readonly provider: string
  readonly account: string | null
  readonly model: string
  readonly reason: string
}

const ask = async (route: string, fields: object = {}) => {
  const began = performance.now()
  const answer = await scene.post('/v1/chat/completions', { model: 'any', omni_route: route, ...question, ...fields })
  return { answer, text: await answer.text(), took: performance.now() - began }
}
const attemptsOf = async (answer: Response): Promise<readonly Attempt[]> => (await scene.receiptOf(answer)).attempts as Attempt[]
const failing = openai.error(500, 'server_error')

describe('a provider that cannot be reached', () => {
  for (const [says, route] of [
    ['that refuses connections', 'closed'],
    ['whose name leads nowhere', 'lost'],
    ['whose certificate nobody vouches for', 'forged'],
  ] as const) {
    test(`(routing 1) and ${says} is passed on from, in one receipt with both attempts, and left alone after a while`, async () => {
      scene.claude.play(messages.speak('mended'))
      let last: readonly Attempt[] = []
      for (let call = 0; call < 4; call += 1) {
        const { answer, text } = await ask(route)
        assert.equal(answer.status, 200, text)
        last = await attemptsOf(answer)
        if (call === 0) {
          assert.deepEqual(
            last.map(({ provider, reason }) => [provider, reason]),
            [
              [route, 'upstream_unreachable'],
              ['anthropic', 'answered'],
            ],
          )
        }
        await pause(5)
      }
      assert.deepEqual(
        last.map(({ provider }) => provider),
        ['anthropic'],
      )
      const { passed_over, notices, fallback } = await scene.receiptOf((await ask(route)).answer)
      assert.deepEqual([passed_over, fallback], [[{ target: `${route}/m`, why: 'left_alone' }], false])
      assert.ok((notices as string[]).includes('passed_over'))
    })
  }
})

test('(routing 2) what is tried again waits by chance, and all of it together no longer than the chain allows', async () => {
  const at: number[] = []
  scene.chat.play(() => {
    at.push(performance.now())
    return failing
  })
  const { answer, took } = await ask('hurried')
  assert.equal(answer.status, 502)
  assert.ok(took < 1000, `it took ${Math.round(took)} ms`)
  const gaps = at.slice(1).map((time, index) => Math.round(time - at[index]!))
  assert.ok(new Set(gaps).size > 1, `the gaps are ${gaps.join(', ')} ms`)
})

describe('(routing 3) a refusal of our key', () => {
  for (const status of [401, 402, 403]) {
    test(`with ${status} goes on to the provider’s other account at once, and the key is tried by no call again`, async () => {
      const keys: (string | undefined)[] = []
      const byKey = (request: Received): Answer => {
        keys.push(request.header('authorization'))
        return request.header('authorization')?.includes('red') ? openai.error(status, 'invalid_request_error', 'invalid_api_key') : openai.reply('mended')
      }
      scene.chat.play(byKey)
      const first = await scene.post('/v1/chat/completions', { model: 'twice/m', ...question })
      assert.equal(first.status, 200, await first.text())
      assert.deepEqual(
        (await attemptsOf(first)).map(({ account, reason }) => [account, reason === 'answered']),
        [
          ['red', false],
          ['blue', true],
        ],
      )
      for (let call = 0; call < 5; call += 1) assert.equal((await scene.post('/v1/chat/completions', { model: 'twice/m', ...question })).status, 200)
      assert.equal(keys.filter((key) => key?.includes('red')).length, 1)
    })
  }
})

describe('(routing 5) what is too long for a model', () => {
  const tooLong = (request: Received): Answer =>
    request.json().model === 'gpt-4.1' ? openai.reply('read') : openai.error(400, 'invalid_request_error', 'context_length_exceeded')

  test('goes on to one that takes more, and past one that takes no more, where the chain says so', async () => {
    scene.chat.play(tooLong)
    const { answer, text } = await ask('longer')
    assert.equal(answer.status, 200, text)
    assert.deepEqual(
      (await attemptsOf(answer)).map(({ model, reason }) => [model, reason]),
      [
        ['gpt-4', 'context_length_exceeded'],
        ['gpt-4.1', 'answered'],
      ],
    )
  })

  test('is the client’s to hear where nobody takes more, in the provider’s words where the chain shows them', async () => {
    scene.chat.play(openai.error(400, 'invalid_request_error', 'context_length_exceeded'))
    const { answer, text } = await ask('longer')
    assert.equal(answer.status, 400)
    assert.match(text, /scripted invalid_request_error/)
    assert.equal((await ask('pair')).text.includes('scripted'), false)
  })
})

describe('(routing 9) what is sent to the second', () => {
  const texts: readonly (readonly [says: string, body: string])[] = [
    ['odd spellings', '{ "seed" : 9007199254740993,"model"  :  "same",\n"messages":[{"role":"user","content":"\\u00e9\\/"}],"top_p":1.0 }'],
    ['a megabyte', `{"model":"same","messages":[{"role":"user","content":"${'one two '.repeat(131_072)}"}]}`],
  ]
  for (const [says, body] of texts) {
    for (const fault of [failing, [reset()]]) {
      test(`is what the first got, byte for byte: ${says}, after ${fault === failing ? 'an error' : 'a reset'}`, async () => {
        scene.chat.play(fault, fault, openai.reply('mended'))
        const answer = await fetch(`${scene.gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' },
          body,
        })
        assert.equal(answer.status, 200, await answer.text())
        const sent = scene.chat.asked().map((request) => request.body.toString())
        const wanted = body.replace('"same"', '"m"')
        assert.equal(sent.length, 3)
        for (const one of sent) assert.ok(one === wanted, `${one.slice(0, 200)} is not ${wanted.slice(0, 200)}`)
      })
    }
  }
})

describe('(routing 10) a call', () => {
  const begun = (...words: string[]) => [
    openStream(),
    ...openai
      .frames(words)
      .slice(0, words.length + 1)
      .map((frame) => raw(chunk(frame))),
    reset(),
  ]

  test('goes on to another target until the client has heard a word', async () => {
    scene.chat.play(begun(), openai.speak('mended'))
    assert.match((await ask('pair', { stream: true, num_retries: 0 })).text, /mended[^]*\[DONE\]/)
    assert.equal(scene.chat.asked().length, 2)
  })

  test('and never after that', async () => {
    scene.chat.play(begun('one ', 'two'), openai.speak('mended'))
    const { text } = await ask('pair', { stream: true, num_retries: 0 })
    assert.match(text, /one [^]*upstream_truncated/)
    assert.doesNotMatch(text, /mended|\[DONE\]/)
    assert.equal(scene.chat.asked().length, 1)
  })
})

describe('(routing 11) a call that was tried twice', () => {
  /** By name and labels. */
  const metrics = async (): Promise<ReadonlyMap<string, number>> => {
    const answer = await fetch(`${scene.gateway.url}/metrics`, { headers: { authorization: `Bearer ${scene.gateway.adminKey}` } })
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
  }

  test('is one call with one cost: that of the answer, at the price of who gave it', async () => {
    const used = (input: number, output: number) => ({ usage: { input, output } })
    // The first tells what it counted, and then fails before a word.
    const counted = openai
      .frames([], { tellsUsage: true, ...used(1_000_000, 1_000_000) })
      .filter((frame) => !frame.includes('[DONE]') && !frame.includes('finish_reason":"'))
    const broken: Answer = [
      openStream(),
      ...counted.map((frame) => raw(chunk(frame))),
      raw(chunk('data: {"error":{"type":"server_error"}}\n\n')),
      raw(lastChunk),
    ]
    scene.chat.play(broken, openai.speak('mended', used(1000, 100)))
    const before = await metrics()
    const { answer, text } = await ask('priced', { stream: true })
    assert.match(text, /mended/)
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual(
      (receipt.attempts as Attempt[]).map(({ model, reason }) => [model, reason]),
      [
        ['gpt-4o-mini', 'upstream_error'],
        ['gpt-4o', 'answered'],
      ],
    )
    assert.deepEqual([receipt.prompt_tokens, receipt.completion_tokens, receipt.attempts_count], [1000, 100, 2])
    assert.equal(Number(receipt.cost), 1000 * 2500 + 100 * 10_000)
    const after = await metrics()
    const grown = (name: string): number => [...after].reduce((sum, [key, value]) => (key.startsWith(name) ? sum + value - (before.get(key) ?? 0) : sum), 0)
    assert.deepEqual(
      ['omni_requests_total', 'omni_upstream_attempts_total', 'omni_tokens_total{provider="priced",kind="prompt"}', 'omni_cost_nano_usd_total'].map(grown),
      [1, 2, 1000, 3_500_000],
    )
  })
})

test('(case 189) a provider that flaps is left alone after some failures, and gets its calls back when it is sound', async () => {
  let isSound = false
  scene.chat.play((request) => (isSound ? openai.speak('sound')(request) : failing))
  scene.claude.play(messages.speak('mended'))
  const began = performance.now()
  for (let call = 0; call < 20; call += 1) {
    assert.equal((await ask('flaps')).answer.status, 200)
    await pause(2)
  }
  const tried = scene.chat.asked().length
  // One probe goes there for every ejection that has passed.
  const most = 3 + Math.ceil((performance.now() - began) / ejection)
  assert.ok(tried >= 3 && tried <= most, `it was asked ${tried} times`)
  isSound = true
  await pause(ejection + 50)
  const providers: (string | null)[] = []
  for (let call = 0; call < 20; call += 1) providers.push((await ask('flaps')).answer.headers.get('x-omni-provider'))
  assert.deepEqual(new Set(providers.slice(1)), new Set(['flaps']), providers.join())
})
