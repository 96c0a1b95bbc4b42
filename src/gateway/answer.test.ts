/** An answer is read to its end and believed only when it is whole; a provider that breaks its promise is left at once. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure, type Reason } from '../canonical/failure.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import { limits, receiptOf } from '../../test/calling.ts'
import * as messages from '../../test/upstream/messages.ts'
import { frames, body } from '../../test/upstream/openai.ts'
import { collect, parseAnswer, readWhole, StreamAnswer } from './answer.ts'
import type { Outgoing } from './outgoing.ts'

const request = {
  origin: '',
  path: '',
  headers: {},
  body: '',
  deadlines: { connect: 1, firstByteStreamed: 1, firstByteWhole: 1, firstWord: 1, idle: 1, progress: 1, total: 1 },
}
const passing: Outgoing = { wire: openaiChat, request, passesOn: true, hidesUsage: false, undo: [] }

interface Scripted extends Exchange {
  next: Exchange['next']
  readonly aborted: () => boolean
}

/** Gives these pieces one after the other, and ends; or fails, where the last is a failure. */
function scripted(pieces: Iterable<string | Buffer | Failure>): Scripted {
  const left = pieces[Symbol.iterator]()
  let isAborted = false
  return {
    status: 200,
    headers: {},
    take: () => undefined,
    next: () => {
      const { value, done } = left.next()
      if (value instanceof Failure) return Promise.reject(value)
      return Promise.resolve(done === true ? undefined : Buffer.from(value as string))
    },
    awaitWord: () => {},
    noteWords: () => {},
    abort: () => {
      isAborted = true
    },
    aborted: () => isAborted,
  }
}

function open(pieces: Iterable<string | Buffer | Failure>, choices: number | null = null) {
  const exchange = scripted(pieces)
  const receipt = receiptOf()
  receipt.record.choices = choices
  return { exchange, receipt, answer: new StreamAnswer(exchange, passing, limits, receipt) }
}

/** All bytes that would be passed on, in order. */
async function readAll(answer: StreamAnswer): Promise<string> {
  let text = ''
  for (let batch = await answer.next(); batch !== undefined; batch = await answer.next()) for (const { bytes } of batch) text += bytes.toString()
  return text
}

async function reasonOf(promise: Promise<unknown>): Promise<Reason | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof Failure ? error.reason : undefined
}

const hello = frames('Hello World')
const [role, ...said] = hello as [string, ...string[]]
const untilFinish = hello.slice(0, -2)
const lost = new Failure('upstream_truncated', 'Lost.')

describe('a stream', () => {
  test('is passed on byte for byte, and its receipt has what it told', async () => {
    const { answer, receipt } = open(hello)
    await answer.untilSpoken()
    assert.equal(await readAll(answer), hello.join(''))
    assert.equal(answer.hasFinished, true)
    const { finish, prompt_tokens, completion_tokens, usage_source } = receipt.close()
    assert.deepEqual([finish, prompt_tokens, completion_tokens, usage_source], ['stop', 11, 5, 'reported'])
  })

  test('has spoken with its first word, and not before', async () => {
    const { answer, receipt } = open([
      role,
      ': ping\n\n',
      'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}}\n\n',
      ...said,
    ])
    assert.equal(receipt.record.first_token_after, null)
    await answer.untilSpoken()
    assert.ok(receipt.record.first_token_after !== null)
    const first = await answer.next()
    assert.ok(first!.length >= 3, 'what was held back is given')
  })

  test('(routing 13) that opens a text and fails has said nothing, and can still be left', async () => {
    const opening = messages.frames('Hello World').slice(0, 2)
    for (const end of [[], [messages.errorFrame()], [lost]]) {
      const exchange = scripted([...opening, ...end])
      const answer = new StreamAnswer(exchange, { ...passing, wire: anthropicMessages }, limits, receiptOf())
      assert.match(String(await reasonOf(answer.untilSpoken())), /^(upstream_truncated|overloaded|upstream_error)$/)
    }
  })

  test('[A42] passes comments on, and no lines that are not of its grammar: they may be anybody’s', async () => {
    const { answer } = open([role, said[0]!, '<html>SECRET</html>\n\n', ': ping\n\n', ...said.slice(1)])
    assert.equal(await readAll(answer), [role, said[0], ': ping\n\n', ...said.slice(1)].join(''))
  })

  test('[A38] that ends before its finish is a cut, wherever it ends', async () => {
    for (let kept = 0; kept < untilFinish.length; kept += 1) {
      const { answer } = open(untilFinish.slice(0, kept))
      assert.equal(await reasonOf(readAll(answer)), kept === untilFinish.length ? undefined : 'upstream_truncated', `after ${kept} frames`)
    }
  })

  test('[A38] that lost what comes behind its finish has lost nothing', async () => {
    const usage = hello.at(-2)!
    for (const end of [
      [],
      [lost],
      [usage.slice(0, 20)],
      [usage, 'data: [DO'],
      [usage, 'data: [DO', lost],
      ['data: {"cut'],
      [new Failure('upstream_timeout', 'Silent.')],
    ]) {
      const { answer } = open([...untilFinish, ...end])
      assert.ok((await readAll(answer)).startsWith(untilFinish.join('')), JSON.stringify(end))
      assert.equal(answer.hasFinished, true)
    }
  })

  test('that has said all is over, though its provider never ends the connection', async () => {
    const { answer, exchange } = open(hello)
    const spoken = exchange.next
    let given = 0
    exchange.next = () => (++given > hello.length ? new Promise(() => {}) : spoken())
    assert.equal(await readAll(answer), hello.join(''))
    while (!exchange.aborted()) await new Promise((resolve) => setTimeout(resolve, 20))
  })

  test('whose client left is given up, also behind its finish', async () => {
    const { answer } = open([...untilFinish, new Failure('client_closed', 'Gone.')])
    assert.equal(await reasonOf(readAll(answer)), 'client_closed')
  })

  test('with several choices is finished when each of them is, and not when one is so twice', async () => {
    const choice = (index: number, finish: string | null) =>
      `data: {"id":"c","model":"m","choices":[{"index":${index},"delta":{"content":"x"},"finish_reason":${JSON.stringify(finish)}}]}\n\n`
    const { answer } = open([choice(0, null), choice(1, null), choice(0, 'stop'), choice(0, 'stop')], 2)
    assert.equal(await reasonOf(readAll(answer)), 'upstream_truncated')
    const both = open([choice(0, null), choice(1, null), choice(0, 'stop'), choice(1, 'stop')], 2)
    await readAll(both.answer)
    assert.equal(both.answer.hasFinished, true)
  })

  test('[A37] [A45] that breaks its promise fails, and the provider is left', async () => {
    const broken = [
      ['data: {"broken":\n\n', 'upstream_invalid_response'],
      [`data: ${'x'.repeat(5000)}`, 'upstream_invalid_response'],
      [`data: ${'x'.repeat(5000)}\n\n`, 'upstream_invalid_response'],
    ] as const
    for (const [piece, reason] of broken) {
      for (const before of [[], hello.slice(0, 3)]) {
        const { answer, exchange } = open([...before, piece, ...said])
        assert.equal(await reasonOf(answer.untilSpoken().then(() => readAll(answer))), reason)
        assert.equal(exchange.aborted(), true)
      }
    }
  })

  test('[A41] whose first event is an error fails before anything was said', async () => {
    const { answer, receipt } = open(['data: {"error":{"message":"theirs","type":"server_error","code":"overloaded"}}\n\n'])
    assert.notEqual(await reasonOf(answer.untilSpoken()), undefined)
    assert.equal(receipt.record.first_token_after, null)
  })

  test('that never says a word is given up, and not kept', async () => {
    function* comments() {
      for (;;) yield ': still thinking\n\n'.repeat(50)
    }
    const { answer, exchange } = open(comments())
    assert.equal(await reasonOf(answer.untilSpoken()), 'upstream_invalid_response')
    assert.equal(exchange.aborted(), true)
  })

  test('that ends before its first word fails', async () => {
    for (const pieces of [[], [role], [': ping\n\n'], ['data: [DONE]\n\n']])
      assert.equal(await reasonOf(open(pieces).answer.untilSpoken()), 'upstream_truncated', JSON.stringify(pieces))
  })

  test('without its last blank line is whole', async () => {
    const { answer } = open([hello.join('').trimEnd()])
    await answer.untilSpoken()
    assert.equal((await readAll(answer)).trimEnd(), hello.join('').trimEnd())
    assert.equal(answer.hasFinished, true)
  })
})

describe('a whole answer', () => {
  const read = (text: string) => {
    const receipt = receiptOf()
    return collect(scripted([text]), limits.answer).then((bytes) => ({ answer: readWhole(bytes, passing, receipt), receipt }))
  }

  test('is passed on as it came, and only glanced at where that is enough', async () => {
    const text = JSON.stringify(body('Hello'))
    const { answer, receipt } = await read(text)
    assert.deepEqual([answer.bytes.toString(), answer.response], [text, undefined])
    assert.deepEqual([receipt.record.finish, receipt.record.claimed_model], ['stop', 'gpt-4o-mini-2024-07-18'])
  })

  test('[A54] is read where its usage cannot be believed, so that its words can be counted', async () => {
    const said = { ...body('x'.repeat(400)), usage: { prompt_tokens: 5, completion_tokens: -7, total_tokens: -2 } }
    const { answer, receipt } = await read(JSON.stringify(said))
    assert.equal(answer.response?.choices.length, 1)
    assert.equal(receipt.close().completion_tokens, 100)
  })

  test('[A40] [A42] that is none is a failure', async () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"x"',
      '<html></html>',
      '{',
      '{"error":{"message":"no"}}',
      '{"object":"error","message":"no"}',
      '{"detail":"no"}',
      '{}',
      '{"choices":[]}',
      '{"choices":null}',
    ]) {
      assert.notEqual(await reasonOf(read(text)), undefined, text)
    }
  })

  test('is read to the limit and not beyond it', async () => {
    const exchange = scripted(Array.from({ length: 100 }, () => 'x'.repeat(1000)))
    assert.equal(await reasonOf(collect(exchange, 65_536)), 'upstream_invalid_response')
    assert.equal(exchange.aborted(), true)
    assert.equal((await collect(scripted(['ab', 'c']), 3)).toString(), 'abc')
  })

  test('is told by no word of its own where it is broken', () => {
    assert.throws(
      () => parseAnswer(Buffer.from('{"secret":hunter2}')),
      (error: Failure) => error.reason === 'upstream_invalid_response' && !error.message.includes('hunter2'),
    )
  })
})
