/** Chains that are given to the running gateway: checked as those of the file, changed by version, and counting at once. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { chainResource, type ChainResource } from '../../src/contract/chains.ts'
import { placeResource, providerResource } from '../../src/contract/providers.ts'
import { openai } from '../upstream/index.ts'
import { eventually } from '../gateway.ts'
import { openScene, question } from './scene.ts'
import { omni } from './shell.ts'

const secrets = ['secret-of-east-9f86d081884c7d65', 'secret-of-west-9f86d081884c7d65'] as const
const scene = await openScene({
  providers: ({ chat }) =>
    `  pool: { like: openai, baseUrl: "${chat}/v1", strategy: round-robin, concurrency: 50, query: { secret: hidden-9f86d081884c7d65 }, accounts: { east: { key: ${secrets[0]}, weight: 2 }, west: { key: ${secrets[1]}, concurrency: 5 } } }`,
  config: () =>
    'retry: { perTarget: 0, longestPause: 20ms }\ndefaultProvider: omni-runtime\naliases: { nick: openai/nicked }\nchains: { of-file: { strategy: random, targets: [openai/a, openai/b] } }\n',
})
const { gateway } = scene
scene.chat.play(openai.speak('ok'))

async function ask(method: string, path: string, body?: unknown, headers: { readonly [name: string]: string } = {}) {
  const given = { authorization: `Bearer ${gateway.adminKey}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }
  const answer = await fetch(`${gateway.url}/_omni${path}`, { method, headers: given, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  return { status: answer.status, text, json: () => JSON.parse(text) as { data: unknown[]; error: { code: string; message: string; param: string | null } } }
}

async function put(name: string, chain: unknown, query = ''): Promise<ChainResource> {
  const answer = await ask('PUT', `/chains/${encodeURIComponent(name)}${query}`, chain)
  assert.ok(answer.status < 300, answer.text)
  return chainResource.parse(answer.json())
}

const modelOf = async (model: string): Promise<string | null> => (await scene.post('/v1/chat/completions', { model, ...question })).headers.get('x-omni-model')

describe('a chain that is stored', () => {
  test('serves the next call, is listed with those of the file, and is a model to clients', async () => {
    const made = await put('team/fast', { targets: ['openai/one', { model: 'openai/two', weight: 2 }], totalTime: '30s' })
    assert.deepEqual([made.version, made.source, made.problem, made.warnings], [1, 'stored', null, []])
    assert.equal(await modelOf('team/fast'), 'one')
    const data = (await ask('GET', '/chains')).json().data.map((one) => chainResource.parse(one))
    assert.deepEqual(
      data.map(({ name, source, version }) => [name, source, version]),
      [
        ['of-file', 'file', null],
        ['team/fast', 'stored', 1],
      ],
    )
    assert.equal((await scene.get('/v1/models/team%2Ffast')).status, 200)
    for (const path of ['/chains/team%2Ffast', '/chains/team/fast']) {
      const one = chainResource.parse((await ask('GET', path)).json())
      assert.deepEqual(one.chain, { targets: ['openai/one', { model: 'openai/two', weight: 2 }], totalTime: '30s' }, 'as it was given')
    }
  })

  test('is replaced only by who saw it as it is: of two who change it one hears of it (routing 53)', async () => {
    await put('shared', { targets: ['openai/one'] })
    const unseen = await ask('PUT', '/chains/shared', { targets: ['openai/x'] })
    assert.deepEqual([unseen.status, unseen.json().error.code], [409, 'conflict'])
    const both = await Promise.all(['two', 'three'].map((model) => ask('PUT', '/chains/shared?version=1', { targets: [`openai/${model}`] })))
    assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]))
    const winner = both[0]!.status === 200 ? 'two' : 'three'
    assert.equal(await modelOf('shared'), winner)
    assert.equal((await ask('PUT', '/chains/shared', { targets: ['openai/four'] }, { 'if-match': '"1"' })).status, 409)
    assert.equal((await ask('PUT', '/chains/shared', { targets: ['openai/four'] }, { 'if-match': '"2"' })).status, 200)
    assert.equal((await ask('DELETE', '/chains/shared?version=2')).status, 409)
    assert.equal((await ask('DELETE', '/chains/shared?version=3')).status, 200)
    assert.equal((await ask('GET', '/chains/shared')).status, 404)
    assert.equal((await put('shared', { targets: ['openai/five'] })).version, 5, 'a number is never given twice')
  })

  test('is refused where one of the file would be, with the place and what to write instead', async () => {
    await put('inner', { targets: ['openai/inner'] })
    for (const [name, body, says, param] of [
      ['bad', {}, /has no `targets`/, null],
      ['bad', { targets: [] }, /has no `targets`/, null],
      ['bad', { targets: ['openai/a'], colour: 'red' }, /colour.*is not a setting/, 'colour'],
      ['bad', { targets: ['openai/a'], strategy: 'prioritty' }, /strategy/, 'strategy'],
      ['bad', { targets: ['opnai/a'] }, /Did you mean `openai`/, 'targets.0'],
      ['bad', { targets: [{ model: 'openai/a', weight: -1 }] }, /weight/, 'targets.0.weight'],
      ['bad', { targets: [{ model: 'openai/a', weight: 0 }] }, /no weight but 0/, 'targets'],
      ['bad', { targets: [{ model: 'pool/a', account: 'north' }] }, /no account `north`.*east, west/, 'targets.0'],
      ['bad', { targets: ['bad'] }, /leads back to itself: bad → bad/, 'targets'],
      ['bad', { targets: ['openai/a'], alsoOn: ['content_filter'] }, /alsoOn/, 'alsoOn'],
      ['b\u00e4d', { targets: ['openai/a'] }, /name may have letters/, null],
    ] as const) {
      const { status, text, json } = await ask('PUT', `/chains/${encodeURIComponent(name)}`, body)
      assert.equal(status, 400, text)
      assert.match(json().error.message, says)
      assert.equal(json().error.param, param, text)
    }
    await put('outer', { targets: ['inner', 'openai/outer'] })
    const circle = await ask('PUT', '/chains/inner?version=1', { targets: ['outer'] })
    assert.equal(circle.status, 400)
    assert.match(circle.json().error.message, /inner → outer → inner/)
    assert.equal(await modelOf('inner'), 'inner', 'what was refused changed nothing')
  })

  test('that others lead to is not removed', async () => {
    const { status, text } = await ask('DELETE', '/chains/inner')
    assert.equal(status, 409)
    assert.match(text, /Other chains lead to this one: outer/)
    assert.equal((await ask('DELETE', '/chains/outer')).status, 200)
    assert.equal((await ask('DELETE', '/chains/inner')).status, 200)
    assert.equal((await ask('DELETE', '/chains/inner')).status, 404)
  })

  test('does not take the place of one of the file, or of an alias', async () => {
    for (const name of ['of-file', 'nick']) {
      const { status, json } = await ask('PUT', `/chains/${name}`, { targets: ['openai/mine'] })
      assert.deepEqual([status, json().error.code], [409, 'conflict'])
      assert.match(json().error.message, /comes first: change it there/)
    }
    assert.equal((await ask('DELETE', '/chains/of-file')).status, 409)
  })

  test('is told in the log, and goes on after a start', async () => {
    await eventually(() => gateway.log().some(({ msg, chain }) => msg === 'a chain was stored' && chain === 'team/fast'))
    await eventually(() => gateway.log().some(({ msg, chain }) => msg === 'a chain was removed' && chain === 'outer'))
  })

  test('gives way to one that the file names later, which `omni doctor` says', async () => {
    await put('later', { targets: ['openai/stored'] })
    await put('leaning', { targets: ['later', 'openai/other'] })
    const before = await readFile(gateway.configPath, 'utf8')
    await writeFile(gateway.configPath, before.replace('chains: {', 'chains: { later: { targets: [openai/from-file] },'))
    assert.equal((await ask('POST', '/reload', {})).status, 200)
    assert.deepEqual([await modelOf('later'), await modelOf('leaning')], ['from-file', 'from-file'])
    const listed = (await ask('GET', '/chains')).json().data.map((one) => chainResource.parse(one))
    assert.deepEqual(
      listed.filter(({ name }) => name === 'later').map(({ source, problem }) => [source, problem === null]),
      [
        ['file', true],
        ['stored', false],
      ],
    )
    assert.match((await omni(gateway, ['doctor'])).stdout, /!! +the stored chain later: The file has this name too/)
    assert.equal((await ask('DELETE', '/chains/later')).status, 200, 'the stored one can go')
    await writeFile(gateway.configPath, before)
    assert.equal((await ask('POST', '/reload', {})).status, 200)
    assert.equal(await modelOf('leaning'), 'other', 'what leads nowhere now is passed over')
    assert.match((await omni(gateway, ['doctor'])).stdout, /!! +the stored chain leaning: targets\.0/)
  })

  test('has a path that is decoded once, or is refused', async () => {
    assert.equal((await ask('GET', '/chains/%zz')).status, 400)
    assert.equal((await ask('GET', '/chains/team%252Ffast')).status, 404)
  })
})

describe('`omni chains`', () => {
  test('stores from standard input or a file, lists, shows and removes', async () => {
    const chain = 'strategy: weighted\ntargets:\n  - { model: openai/x, weight: 3 }\n  - openai/y\n'
    const stored = await omni(gateway, ['chains', 'set', 'by/hand', '-'], { input: chain })
    assert.deepEqual([stored.code, stored.stdout], [0, 'The chain by/hand is stored, at version 1, and counts at once.\n'], stored.stderr)
    await writeFile(`${gateway.dataDir}/chain.json`, '{"targets":["openai/z","groq/later"]}')
    const again = await omni(gateway, ['chains', 'set', 'by/hand', 'chain.json'])
    assert.match(again.stdout, /at version 2/)
    assert.match(again.stderr, /^Warning: targets\.1: Groq is not connected/)
    assert.match((await omni(gateway, ['chains', 'set', 'by/hand', 'chain.json', '--replace', '1'])).stderr, /was changed meanwhile: it is at version 2/)
    const listed = await omni(gateway, ['chains', 'list'])
    assert.match(
      listed.stdout,
      /^NAME +SOURCE +VERSION +STRATEGY +TARGETS +CHANGED\nof-file +file +– +random +openai\/a, openai\/b\nby\/hand +stored +2 +priority +openai\/z, groq\/later +\d{4}-/,
    )
    assert.equal((await omni(gateway, ['chains', 'show', 'by/hand'])).stdout, 'targets:\n  - openai/z\n  - groq/later\n')
    assert.equal((await omni(gateway, ['chains', 'remove', 'by/hand'])).stdout, 'The chain by/hand is gone.\n')
    assert.match((await omni(gateway, ['chains', 'show', 'by/hand'])).stderr, /There is no chain of this name/)
  })

  test('takes targets that are one text as the list that they are', async () => {
    assert.equal((await omni(gateway, ['chains', 'set', 'by/text', '-'], { input: 'targets: openai/x' })).code, 0)
    assert.match((await omni(gateway, ['chains', 'list'])).stdout, /^by\/text +stored +1 +priority +openai\/x +\d{4}-/m)
    assert.equal((await omni(gateway, ['chains', 'show', 'by/text'])).stdout, 'targets:\n  - openai/x\n')
    assert.equal((await omni(gateway, ['chains', 'remove', 'by/text'])).code, 0)
  })

  test('complains in a sentence about what is no chain', async () => {
    for (const [input, says] of [
      ['[a', /neither YAML nor JSON/],
      ['just text', /A chain is written as/],
      ['targets: [nobody/x]', /targets\.0: `nobody\/x` names the provider `nobody`/],
    ] as const) {
      const { code, stdout, stderr } = await omni(gateway, ['chains', 'set', 'bad', '-'], { input })
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, says)
    }
    assert.match((await omni(gateway, ['chains', 'set', 'bad', 'not-there.yaml'])).stderr, /cannot be read/)
  })
})

describe('providers', () => {
  test('are listed with accounts and wires, and no secret', async () => {
    const { text, json } = await ask('GET', '/providers')
    const all = json().data.map((one) => providerResource.parse(one))
    const pool = all.find(({ name }) => name === 'pool')!
    assert.deepEqual(pool.accounts, [
      { name: 'east', weight: 2, concurrency: null },
      { name: 'west', weight: 1, concurrency: 5 },
    ])
    assert.deepEqual([pool.strategy, pool.source, pool.concurrency, pool.wires[0]], ['round-robin', 'file', 50, 'openai-chat'])
    assert.doesNotMatch(text, /9f86d081884c7d65/)
    assert.equal(all.filter(({ name }) => name === 'openai').length, 1)
    const { stdout } = await omni(gateway, ['providers', 'list'])
    assert.match(stdout, /^NAME +KIND[^]*\npool +openai +file +east, west +round-robin/)
    assert.doesNotMatch(stdout, /9f86d081884c7d65/)
  })

  test('tell how each place fares, and are trusted again one by one or all at once', async () => {
    scene.chat.play(openai.error(401, 'invalid_api_key'), openai.speak('ok'))
    assert.equal((await scene.post('/v1/chat/completions', { model: 'pool/m', ...question })).status, 200)
    const read = async () => (await ask('GET', '/providers/health')).json().data.map((one) => placeResource.parse(one))
    const parked = (await read()).find(({ state }) => state !== 'closed')!
    assert.deepEqual([parked.kind, parked.provider, parked.account, parked.state, parked.reason], ['account', 'pool', 'east', 'open', 'upstream_auth_error'])
    assert.ok(parked.until! > Date.now() + 30_000)
    assert.ok((await read()).some(({ kind, provider, account, model }) => kind === 'target' && provider === 'pool' && account === 'west' && model === 'm'))
    const shown = await omni(gateway, ['providers', 'health'])
    assert.match(shown.stdout, /account:pool@east\S* +open +upstream_auth_error/)
    assert.doesNotMatch(shown.stdout, /9f86d081884c7d65/)
    assert.match((await omni(gateway, ['providers', 'health', '--reset', 'account:nobody'])).stderr, /Nothing is known of such a place/)
    assert.equal((await omni(gateway, ['providers', 'health', '--reset', parked.place])).stdout, 'One place is trusted again.\n')
    assert.ok((await read()).every(({ state }) => state === 'closed'))
    assert.equal((await omni(gateway, ['providers', 'health', '--reset-all'])).stdout, '0 places are trusted again.\n')
  })

  test('of a name that a client invented cannot move the cursor of who looks', async () => {
    scene.chat.play(openai.speak('ok'))
    await scene.post('/v1/chat/completions', { model: 'openai/\u001b[31mred\u202e', ...question })
    const { stdout } = await omni(gateway, ['providers', 'health'])
    assert.ok(!stdout.includes('\u001b') && !stdout.includes('\u202e'))
    assert.match(stdout, /red/)
  })
})

describe('a key that may not say where its calls go', () => {
  test('is refused when it does, before anybody is asked, and named so in the list', async () => {
    const made = await omni(gateway, ['keys', 'create', 'bound', '--no-routing'])
    const [key = ''] = made.stdout.split('\n')
    const as = { authorization: `Bearer ${key}` }
    scene.chat.play(openai.speak('ok'))
    for (const [fields, headers] of [
      [{ omni_route: 'of-file' }, {}],
      [{ omni_provider: 'openai' }, {}],
      [{ extra: { fallbacks: ['openai/b'] } }, {}],
      [{}, { 'x-omni-route': 'of-file' }],
      [{}, { 'x-omni-provider': 'openai' }],
    ] as const) {
      const answer = await scene.post('/v1/chat/completions', { model: 'openai/a', ...question, ...fields }, { ...as, ...headers })
      const { error } = (await answer.json()) as { error: { code: string } }
      assert.deepEqual([answer.status, error.code], [403, 'insufficient_scope'])
    }
    assert.equal(scene.chat.asked().length, 0)
    assert.equal((await scene.post('/v1/chat/completions', { model: 'of-file', ...question }, as)).status, 200)
    assert.match((await omni(gateway, ['keys', 'list'])).stdout, /bound .* no +active\n/)
    assert.match((await omni(gateway, ['keys', 'list'])).stdout, /first .* yes +active\n/)
  })
})

test('what the control API cannot read is refused in its own envelope, without a word of it', async () => {
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  const long = 'x'.repeat(300)
  for (const [method, path, type, status, code] of [
    ['GET', '/chains/%zz-canary', undefined, 400, 'bad_request'],
    ['GET', '/chains/%ff-canary', undefined, 400, 'bad_request'],
    ['DELETE', `/keys/${long}-canary`, undefined, 404, 'not_found'],
    ['GET', '/chains/canary/messages', undefined, 404, 'not_found'],
    ['GET', '/chains/canary/rerank', undefined, 404, 'not_found'],
    ['PUT', '/chains/text', 'text/plain', 415, 'unsupported_media_type'],
  ] as const) {
    const sent = type === undefined ? { headers } : { headers: { ...headers, 'content-type': type }, body: '{"targets":["openai/a"]}' }
    const answer = await fetch(`${gateway.url}/_omni${path}`, { method, ...sent })
    const text = await answer.text()
    const { error } = JSON.parse(text) as { error: { code: string; type: string; message: string } }
    assert.deepEqual([answer.status, error.code, error.type], [status, code, 'invalid_request_error'], text)
    assert.doesNotMatch(text, /canary/)
    assert.ok(answer.headers.get('x-request-id'))
  }
})
