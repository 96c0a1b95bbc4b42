/** Time that goes wrong: a clock that is set while streams flow, and a process that is blocked for seconds. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { eventually } from '../gateway.ts'
import { chunk, hang, openai, openStream, raw, startUpstream, stream, wait, type Answer } from '../upstream/index.ts'
import type { Disturbance } from './disturb.ts'
import { holdAlive } from './rules.ts'
import { messagesPath, openScene, quick, type Told } from './scene.ts'

const hour = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'omni-disturbance-'))
after(() => rmSync(folder, { recursive: true }))
const told = join(folder, 'disturbance.json')
const preload = pathToFileURL(fileURLToPath(new URL('disturb.ts', import.meta.url))).href
const disturbed = { flags: ['--import', preload], env: { DISTURBANCE: told } }

const words = Array.from({ length: 12 }, (_, at) => ` w${at}`)
const slow = (every: number): Answer => stream(openai.frames(words), { every })
const silent: Answer = [
  openStream(),
  ...openai
    .frames(words)
    .slice(0, 3)
    .map((frame) => raw(chunk(frame))),
  hang(),
]
const late: Answer = [wait(700), ...slow(5)]
const limited = openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after': '30' })
const upstream = await startUpstream((request) => ({ slow: slow(120), silent, late, limited })[String(request.json().model)] ?? openai.speak('fine')(request))
const deadlines = { ...quick, firstByteStreamed: '1s', firstByteWhole: '1s', firstWord: '1s', idle: '1s', progress: '1h' }
const scene = await openScene({
  ...disturbed,
  cast: { up: { like: 'openai', url: upstream.url } },
  settings: { deadlines, retry: { perTarget: 0 }, limits: { hold: '300ms', keepAlive: '200ms' }, server: { writeIdle: '1s', bodyIdle: '1s' } },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))

function disturb(how: Disturbance): void {
  writeFileSync(told, JSON.stringify(how))
  process.kill(scene.pid, 'SIGUSR2')
}

const ask = (model: string, path?: string): Promise<Told> => scene.say(`up/${model}`, { stream: true }, path === undefined ? {} : { path })

function holdWhole({ text, status }: Told): void {
  assert.equal(status, 200)
  assert.match(text, /w11[^]*(\[DONE\]|message_stop)/)
}

describe('[B22] a clock that is set in the middle of a stream', () => {
  const spans = ['duration', 'overhead', 'provider_duration', 'retry_pauses', 'parsed_after', 'sent_after', 'first_byte_after', 'first_token_after'] as const
  const steps = [
    ['back by an hour', -hour],
    ['forward by a day', 24 * hour],
    ['to where it was', 0],
  ] as const
  const ids: string[] = []

  for (const [says, shift] of steps) {
    test(`${says} changes no duration and no deadline, and is told on the receipt`, async () => {
      const streams = [ask('slow'), ask('slow', messagesPath)]
      await pause(500)
      disturb({ shift })
      for (const stream of await Promise.all(streams)) {
        holdWhole(stream)
        const receipt = await scene.receiptOf(stream)
        for (const span of spans) assert.ok(Number(receipt[span]) >= 0, `${span} is ${String(receipt[span])}`)
        const took = Number(receipt.duration) / 1e6
        assert.ok(took > 1200 && took < stream.took + 500, `${took} ms`)
        assert.ok((receipt.notices as string[]).includes('clock_set'), String(receipt.notices))
        ids.push(String(receipt.id))
      }
      const calm = await scene.receiptOf(await ask('fine'))
      assert.ok(!(calm.notices as string[]).includes('clock_set'))
      ids.push(String(calm.id))
    })
  }

  test('leaves receipts in the order of their calls', () => {
    const turns = [0, 1, 2].map((turn) => ids.slice(turn * 3, turn * 3 + 3).sort())
    assert.equal(ids.length, 9)
    for (let turn = 1; turn < turns.length; turn += 1) assert.ok(turns[turn]![0]! > turns[turn - 1]![2]!)
  })
})

describe('[B22] a clock that is set while a provider told us to stay away', () => {
  test('makes that neither longer nor shorter', async () => {
    const limited = upstream.requests.length
    const first = await scene.say('up/limited')
    assert.deepEqual([first.status, first.headers['retry-after']], [429, '30'])
    for (const shift of [-hour, 24 * hour, 0]) {
      disturb({ shift })
      // What is left alone is written, and looked for, every second.
      await pause(1300)
      const told = await scene.say('up/limited')
      const seconds = Number(told.headers['retry-after'])
      assert.equal(told.status, 429)
      assert.ok(seconds > 15 && seconds <= 30, `${seconds} seconds`)
    }
    assert.equal(upstream.requests.length - limited, 1, 'it is asked by none')
  })
})

describe('[B37] a process that is blocked for three seconds, where a second of silence is too much', () => {
  test('takes none of it for its providers’: every stream comes to its end, begun or not', async () => {
    const streams = [...Array.from({ length: 20 }, (_, at) => ask('slow', at % 2 === 0 ? undefined : messagesPath)), ask('late')]
    await pause(400)
    disturb({ block: 3000 })
    for (const stream of await Promise.all(streams)) {
      holdWhole(stream)
      const { error, outcome, attempts } = await scene.receiptOf(stream)
      assert.deepEqual([error, outcome, (attempts as { reason: string }[]).map(({ reason }) => reason)], [null, 'completed', ['answered']])
    }
  })

  test('says so once in the log, with how long', async () => {
    const blocks = () => scene.log().filter(({ msg }) => msg === 'event loop was blocked')
    await eventually(() => blocks().length > 0)
    const long = blocks().filter(({ ms }) => Number(ms) > 2000)
    assert.equal(long.length, 1)
    assert.ok(Number(long[0]!.ms) < 6000)
  })

  test('and still cuts a provider that is silent in earnest', async () => {
    const answer = ask('silent')
    await pause(300)
    disturb({ block: 1500 })
    const { text, took } = await answer
    assert.match(text, /"code":"upstream_timeout"/)
    assert.ok(took > 2400 && took < 6000, `it took ${Math.round(took)} ms`)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
