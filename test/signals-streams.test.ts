/** How a stream ended, how long its provider was silent, and when its connection stood: on every path that a stream can take. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../src/canonical/failure.ts'
import type { ReceiptRecord } from '../src/receipts/signals.ts'
import type { Exchange, Transport } from '../src/upstream/exchange.ts'
import { authorization, secret, serveHere, snapshotOf, type Asked } from './serving.ts'
import { openai, messages } from './upstream/index.ts'

const snapshot = snapshotOf(`
retry: { perTarget: 1, longestPause: 0ms, budgetFloor: 1000 }
providers:
  openai: { key: ${secret}, baseUrl: "https://chat.example.org/v1" }
  hosted: { like: azure, key: ${secret}, baseUrl: "https://hosted.example.org/openai/v1" }
  anthropic: { key: ${secret}, baseUrl: "https://messages.example.org" }
  east: { like: bedrock, region: eu-central-1, key: ${secret}, baseUrl: "https://east.example.org" }
chains:
  both: { targets: [east/amazon.nova-pro-v1:0, openai/gpt-4o] }
`)

/** A piece of a stream, milliseconds of silence, or what it breaks off with. */
type Step = string | number | Failure

/** Plays these steps, with 200; of several answers one after the other. */
function playing(...answers: readonly (readonly Step[] | Failure)[]): Transport {
  let turn = 0
  return {
    post: async (_request, asksStream, _onCancel, watcher) => {
      await setTimeout(2)
      const answer = answers[turn++]!
      if (answer instanceof Failure) throw answer
      watcher?.connected()
      return exchangeOf([...answer], asksStream)
    },
  }
}

function exchangeOf(steps: Step[], asksStream: boolean): Exchange {
  let aborted: Failure | undefined
  const next: Exchange['next'] = async () => {
    if (aborted) throw aborted
    const step = steps.shift()
    if (step instanceof Failure) throw step
    if (typeof step !== 'number') return step === undefined ? undefined : Buffer.from(step)
    await setTimeout(step)
    return next()
  }
  const abort = (why = new Failure('client_closed', 'Given up.')) => void (aborted ??= why)
  return {
    status: 200,
    headers: { 'content-type': asksStream ? 'text/event-stream' : 'application/json' },
    next,
    take: () => undefined,
    awaitWord: () => {},
    noteWords: () => {},
    abort,
  }
}

const asked = (model: string, more: Partial<Asked> & { readonly fields?: object } = {}): Asked => ({
  wire: 'openai-chat',
  headers: { 'content-type': 'application/json', authorization },
  body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'hi' }], ...more.fields }),
  ...more,
})

const frames = openai.frames('One two three', { tellsUsage: true }).map((frame) => (frame.endsWith('\n\n') ? frame : `${frame}\n\n`))
const [first, second, ...others] = frames
const broken = new Failure('upstream_truncated', 'Cut.')
const late = new Failure('upstream_timeout', 'Silent.')
const stopping = new Failure('shutting_down', 'Stops.')

/** Signals of a stream: how it ended, and why. */
const endOf = ({ stream_outcome: stream, outcome, error, status }: ReceiptRecord) => [stream, outcome, error, status]

describe('a stream', () => {
  for (const [how, answer, more, end] of [
    ['is completed', frames, {}, ['completed', 'completed', null, 200]],
    ['is truncated where its connection is lost', [first!, second!, broken], {}, ['truncated', 'truncated', 'upstream_truncated', 200]],
    ['is truncated where it ends before its finish', [first!, second!], {}, ['truncated', 'truncated', 'upstream_truncated', 200]],
    [
      'is truncated where it says what nobody can read',
      [first!, second!, 'data: {"choices":[7,\n\n'],
      {},
      ['truncated', 'truncated', 'upstream_invalid_response', 200],
    ],
    ['runs into a timeout', [first!, second!, late], {}, ['timeout', 'truncated', 'upstream_timeout', 200]],
    ['is closed by its client', [...frames.slice(0, 3), 5, ...frames.slice(3)], { leaves: true }, ['client_closed', 'client_closed', 'client_closed', 200]],
    ['is ended by a gateway that stops', [first!, second!, 5, ...others], { interruption: stopping }, ['shutdown', 'truncated', 'shutting_down', 200]],
  ] as const) {
    for (const wire of ['openai-chat', 'anthropic-messages'] as const)
      test(`${how}, for a client of ${wire}`, async () => {
        const record = await serveHere(snapshot, playing(answer), asked('openai/gpt-4o', { wire, ...more, fields: { max_tokens: 9 } }))
        assert.deepEqual(endOf(record), end)
        assert.ok(record.frames !== null && record.frames > 0 && record.max_gap !== null)
      })
  }

  test('that has said nothing is none: its client gets a status instead', async () => {
    for (const answer of [[late], [first!, broken], late]) {
      const record = await serveHere(snapshot, playing(answer, answer), asked('openai/gpt-4o'))
      assert.deepEqual([record.stream_outcome, record.max_gap, record.frames, record.stream], [null, null, null, true])
    }
  })

  test('that its provider gave whole is told as one, and has an end', async () => {
    const whole: Transport = { post: async () => exchangeOf([JSON.stringify(openai.body('Hi'))], false) }
    const record = await serveHere(snapshot, whole, asked('openai/gpt-4o'))
    assert.deepEqual([...endOf(record), record.max_gap], ['completed', 'completed', null, 200, 0])
    assert.ok(record.frames! > 1)
  })

  test('that is gathered for a client who wants none is none', async () => {
    const gathered: Transport = { post: async () => exchangeOf([...frames], true) }
    const record = await serveHere(snapshot, gathered, asked('openai/gpt-4o', { fields: { stream: false } }))
    assert.deepEqual([...endOf(record), record.max_gap, record.frames], [null, 'completed', null, 200, null, null])
  })
})

describe('the longest silence', () => {
  test('is the longest between two pieces, neither before the first nor all together', async () => {
    const record = await serveHere(snapshot, playing([60, first!, second!, 30, others[0]!, 90, ...others.slice(1)]), asked('openai/gpt-4o'))
    assert.ok(record.max_gap! >= 88e6 && record.max_gap! < 118e6, `${record.max_gap}`)
  })

  test('is that of the answer that was given, not of one that failed before', async () => {
    const record = await serveHere(snapshot, playing([first!, 80, broken], frames), asked('openai/gpt-4o'))
    assert.deepEqual([record.attempts_count, record.outcome], [2, 'completed'])
    assert.ok(record.max_gap! < 60e6, `${record.max_gap}`)
  })
})

describe('an attempt', () => {
  test('has its connection between its beginning and its answer; the last one counts', async () => {
    const unreachable = new Failure('upstream_unreachable', 'Nobody there.')
    const {
      sent_after: sent,
      connected_after: connected,
      first_byte_after: answered,
      attempts,
    } = await serveHere(snapshot, playing(unreachable, frames), asked('openai/gpt-4o'))
    assert.equal(attempts.length, 2)
    assert.ok(sent! < connected! && connected! <= answered!, JSON.stringify({ sent, connected, answered }))
    assert.ok(connected! - sent! >= 2e6)
  })

  test('that never had one leaves none, and neither does the built-in provider', async () => {
    const unreachable = new Failure('upstream_unreachable', 'Nobody there.')
    assert.equal((await serveHere(snapshot, playing(unreachable, unreachable), asked('openai/gpt-4o'))).connected_after, null)
    assert.equal((await serveHere(snapshot, playing(), asked('omni-runtime/smoke'))).connected_after, null)
  })

  test('tells its region, and why the first target did not answer is what it said last', async () => {
    const answers = [new Failure('upstream_unreachable', 'Nobody there.'), new Failure('overloaded', 'Full.'), frames] as const
    const record = await serveHere(snapshot, playing(...answers), asked('both'))
    const told = (record.attempts as readonly { readonly region: string | null; readonly reason: string }[]).map(({ region, reason }) => [region, reason])
    assert.deepEqual(told, [
      ['eu-central-1', 'upstream_unreachable'],
      ['eu-central-1', 'overloaded'],
      [null, 'answered'],
    ])
    assert.deepEqual([record.region, record.fallback, record.fallback_reason], [null, true, 'overloaded'])
  })
})

describe('the claim of an answer', () => {
  const claims = async (model: string, claimed: string, wire: 'openai' | 'messages' = 'openai') => {
    const body = wire === 'openai' ? openai.body('Hi', { model: claimed }) : messages.body('Hi', { model: claimed })
    const network: Transport = { post: async () => exchangeOf([JSON.stringify(body)], false) }
    const record = await serveHere(snapshot, network, asked(model, { fields: { stream: false } }))
    return [record.verification, record.notices.includes('mismatch')]
  }

  test('is held against the model that was asked for, in any spelling', async () => {
    assert.deepEqual(await claims('openai/gpt-4o', 'gpt-4o-2024-08-06'), ['verified', false])
    assert.deepEqual(await claims('anthropic/claude-sonnet-4-0', 'claude-sonnet-4-20250514', 'messages'), ['verified', false])
    assert.deepEqual(await claims('openai/gpt-4o-2024-08-06', 'gpt-4o'), ['unverified', false])
    assert.deepEqual(await claims('openai/gpt-4o', 'gpt-4o-mini-2024-07-18'), ['mismatch', true])
  })

  test('of a deployment is no mismatch where its name is another: it is the operator’s own', async () => {
    assert.deepEqual(await claims('hosted/our-deployment', 'gpt-4o-2024-08-06'), ['unverified', false])
    assert.deepEqual(await claims('hosted/gpt-4o', 'gpt-4o-2024-08-06'), ['verified', false])
  })
})
