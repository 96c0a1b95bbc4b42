/** Services elsewhere are asked what they find, for no longer than they may take, and their answers are checked before anybody believes them. */

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { DetectorSettings } from '../../src/config/detectors.ts'
import { loadSettings } from '../../src/config/load.ts'
import { maskSettings } from '../../src/config/mask.ts'
import { ConfigError } from '../../src/config/problems.ts'
import type { OutsideTerms, Passage } from '../../src/policy/detector.ts'
import { OutsideDetectors } from '../../src/server/outside-detectors.ts'
import { HttpTransport } from '../../src/upstream/http.ts'
import { hang, reply, startUpstream, type Answer } from '../upstream/index.ts'

let answer: Answer = []
const host = await startUpstream(() => answer)
const transport = new HttpTransport({ connections: 8, keepAlive: 1000, headerBytes: 16_384, streamBuffer: 65_536 })
after(() => Promise.all([transport.close(), host.stop()]))

const terms: OutsideTerms = { kind: 'outside', name: 'there', service: 'there', sample: 1, onFailure: 'fault' }
const passages: readonly Passage[] = [
  { from: 'system', text: 'be kind' },
  { from: 'user', text: '😀 ask joe@example.com' },
]

function ask(service: Partial<DetectorSettings>, says: Answer, asked: OutsideTerms = terms, random = () => 0.5) {
  answer = says
  const there = { kind: 'webhook', url: `${host.url}/check`, time: 500, concurrency: 2, ...service } as const
  return new OutsideDetectors({ services: () => ({ there }), openTransport: () => transport, random }).ask(asked, passages)
}

const finding = (kind: string, passage: number, [start, end]: readonly [number, number], confidence = 1) => ({
  detector: 'there',
  kind,
  passage,
  start,
  end,
  confidence,
})

describe('a service that is asked what it finds', () => {
  it('may be one that moderates as OpenAI’s does', async () => {
    const clean = { flagged: false, categories: { violence: false }, category_scores: { violence: 0.1 } }
    const results = [clean, { flagged: true, categories: { violence: true, 'self-harm': false }, category_scores: { violence: 0.9, 'self-harm': 0.2 } }]
    const said = await ask({ kind: 'moderation', key: 'their-key', model: 'omni-moderation-latest' }, reply(200, { results }))
    assert.deepEqual(said, { kinds: { violence: 1 }, count: 1, score: 0.9, findings: [finding('violence', 1, [0, 22], 0.9)] })
    const asked = host.requests.at(-1)!
    assert.equal(asked.header('authorization'), 'Bearer their-key')
    assert.deepEqual(asked.json(), { model: 'omni-moderation-latest', input: ['be kind', '😀 ask joe@example.com'] })
  })

  it('may be Presidio, which counts characters: its places are put where we count them, in each text', async () => {
    const said = await ask({ kind: 'presidio' }, reply(200, [{ entity_type: 'EMAIL_ADDRESS', start: 15, end: 30, score: 0.85 }]))
    assert.deepEqual('findings' in said && said.findings, [finding('email_address', 1, [7, 22], 0.85)])
    assert.deepEqual(host.requests.at(-1)!.json(), { text: 'be kind\n\n😀 ask joe@example.com', language: 'en' })
  })

  it('may be a host of the operator’s own, and is sent the passages that it is to look at', async () => {
    const said = await ask({}, reply(200, { score: 0.4, findings: [{ kind: 'spam', passage: 0, start: 3 }] }), { ...terms, of: ['user'] })
    assert.deepEqual(said, { kinds: { spam: 1 }, count: 1, score: 0.4, findings: [finding('spam', 1, [3, 22])] })
    assert.deepEqual(host.requests.at(-1)!.json(), { passages: [{ from: 'user', text: '😀 ask joe@example.com' }] })
  })

  it('is not believed where its answer is none', async () => {
    const bad: readonly (readonly [DetectorSettings['kind'], unknown])[] = [
      ['webhook', '<html>'],
      ['webhook', []],
      ['webhook', { score: 2 }],
      ['webhook', { findings: [{ kind: 'x', passage: 9 }] }],
      ['webhook', { findings: [{ kind: 'x', passage: 0, start: 5, end: 2 }] }],
      ['webhook', { findings: [{ kind: 'x', passage: 0, end: 1e9 }] }],
      ['moderation', { results: [] }],
      ['moderation', { results: ['x', 'y'] }],
      ['presidio', { error: 'no model' }],
      ['presidio', [{ entity_type: 'X', start: -1, end: 2 }]],
    ]
    for (const [kind, body] of bad) assert.deepEqual(await ask({ kind }, reply(200, body as JsonObject)), { fault: 'failed' }, JSON.stringify(body))
    assert.deepEqual(await ask({}, reply(200, { findings: [{ kind: 'a kind\nthat is none', passage: 0 }] })), {
      kinds: { other: 1 },
      count: 1,
      score: 1,
      findings: [finding('other', 0, [0, 7])],
    })
  })

  it('that fails is a fault that says how, or nothing where the document says so', async () => {
    assert.deepEqual(await ask({ time: 100 }, [hang()]), { fault: 'timeout' })
    assert.deepEqual(await ask({}, reply(500, {})), { fault: 'failed' })
    assert.deepEqual(await ask({}, reply(401, {})), { fault: 'refused' })
    assert.deepEqual(await ask({ url: 'http://127.0.0.1:1/' }, []), { fault: 'unreachable' })
    assert.deepEqual(await ask({}, [], { ...terms, service: 'nobody' }), { fault: 'failed' })
    const quiet = await ask({}, reply(500, {}), { ...terms, onFailure: 'nothing' })
    assert.equal('count' in quiet && quiet.count, 0)
  })

  it('has no more questions at once than it may', async () => {
    answer = [hang()]
    const there = { kind: 'webhook', url: host.url, time: 200, concurrency: 2 } as const
    const outside = new OutsideDetectors({ services: () => ({ there }), openTransport: () => transport })
    const said = await Promise.all([1, 2, 3].map(() => outside.ask(terms, passages)))
    assert.deepEqual(said, [{ fault: 'timeout' }, { fault: 'timeout' }, { fault: 'failed' }])
  })

  it('is asked of a share of the calls where one is enough', async () => {
    const before = host.requests.length
    const sampled = { ...terms, sample: 0.25 }
    assert.equal('count' in (await ask({}, reply(200, {}), sampled, () => 0.25)), true)
    assert.equal(host.requests.length, before)
    await ask({}, reply(200, {}), sampled, () => 0.24)
    assert.equal(host.requests.length, before + 1)
  })
})

describe('the settings of services', () => {
  const load = (text: string) => loadSettings({ env: {}, readFile: () => text }).settings

  it('name one address each, and show no key', () => {
    const settings = load('detectors:\n  pii: { presidio: "http://127.0.0.1:3000/analyze", key: a-secret-token-of-some-length }\n')
    const { detectors } = settings
    assert.deepEqual(detectors.pii, {
      kind: 'presidio',
      url: 'http://127.0.0.1:3000/analyze',
      key: 'a-secret-token-of-some-length',
      time: 2000,
      concurrency: 64,
    })
    assert.doesNotMatch(JSON.stringify(maskSettings(settings)), /a-secret-token|analyze/)
  })

  it('are refused with no address, with two, and with one in the clear across the internet', () => {
    for (const said of ['{}', '{ presidio: "http://127.0.0.1/a", webhook: "http://127.0.0.1/b" }', '{ webhook: "http://example.com/" }'])
      assert.throws(() => load(`detectors:\n  bad: ${said}\n`), ConfigError, said)
  })
})
