/** Clients without number: who come and go, who wait and say nothing, and more of them than the machine has room for. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../gateway.ts'
import { chunk, endless, hang, openai, openStream, raw, startUpstream, stream, type Answer, type Received } from '../upstream/index.ts'
import { head } from './raw.ts'
import { descriptorsOf, growthDuring, holdAlive, noProc } from './rules.ts'
import { chatPath, hello, openScene, type Scene } from './scene.ts'

const MiB = 2 ** 20
const frames = openai.frames('one two three four five')
const idle: Answer = [openStream(), ...frames.slice(0, 3).map((frame) => raw(chunk(frame))), hang()]
const answers: { readonly [model: string]: Answer } = {
  idle,
  quick: openai.stream('fine'),
  slow: stream(frames, { every: 15 }),
  never: [hang()],
  flood: endless(openai.frames('x'.repeat(4000))[1]!),
}
const play = (request: Received): Answer => answers[String(request.json().model)] ?? []
const [upstream, fresh] = await Promise.all([startUpstream(play), startUpstream(play)])
const scene = await openScene({
  cast: { up: { like: 'openai', url: upstream.url }, fresh: { like: 'openai', url: fresh.url } },
  settings: { deadlines: { idle: '60s', progress: '1h' }, limits: { keepAlive: '500ms', hold: '500ms' }, server: { writeIdle: '3s' }, log: { level: 'warn' } },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop(), fresh.stop()]))

/** A streamed call on a connection of its own. */
const call = (scene: Scene, model: string): Socket =>
  ask(
    connect(scene.port, '127.0.0.1').on('error', () => {}),
    scene,
    `up/${model}`,
  )

/** The same on a connection that there is. */
function ask(socket: Socket, { port, key }: Scene, model: string): Socket {
  const body = JSON.stringify({ model, messages: hello, stream: true })
  socket.write(
    head(
      `POST ${chatPath} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ) + body,
  )
  return socket
}

/** Resolves when the answer holds it; rejects where the connection ends before. */
function hears(socket: Socket, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1')
      if (what.test(text)) resolve(text)
    })
    socket.once('close', () => reject(new Error(`it ended with ${text.slice(-300)}`)))
  })
}

const isQuiet = async (): Promise<boolean> => (await statusOf()).calls === 0
const statusOf = async () => (await scene.ask({ method: 'GET', path: '/_omni/status', key: scene.adminKey })).json()

/** Calls that were closed, by their outcome. */
async function closed(outcome: string): Promise<number> {
  const { text } = await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })
  return [...text.matchAll(/^omni_requests_total\{([^}]*)\} (\d+)/gm)]
    .filter(([, labels]) => labels!.includes(`outcome="${outcome}"`))
    .reduce((sum, [, , count]) => sum + Number(count), 0)
}

const settled = () => eventually(isQuiet, 20_000)

describe('clients that come and go', { skip: noProc }, () => {
  test('[B26] [I6] (routing 20) three thousand times, in the middle of a stream or before it, leave no socket behind and one receipt each', async () => {
    const before = { descriptors: descriptorsOf(scene.pid), closed: await closed('client_closed') }
    const midway = async () => {
      const socket = call(scene, 'idle')
      await hears(socket, /"content":" two"/)
      socket.destroy()
    }
    const early = async (ms: number) => {
      const socket = call(scene, 'never')
      await pause(ms)
      socket.destroy()
    }
    for (let batch = 0; batch < 30; batch += 1) {
      const work = (at: number) => (at % 3 === 0 ? early(at % 40) : midway())
      await Promise.all(Array.from({ length: 100 }, (_, at) => work(at)))
    }
    await settled()
    await eventually(() => upstream.openConnections() === 0, 10_000)
    await eventually(() => descriptorsOf(scene.pid) <= before.descriptors + 4, 10_000)
    const count = (await closed('client_closed')) - before.closed
    assert.ok(count >= 1980 && count <= 3000, `${count} receipts`)
    assert.equal(await closed('completed'), 0)
    assert.ok(upstream.requests.length <= 3000, 'nobody was asked twice')
  })

  test('[B27] are let go by the provider within a second, all of them at once', async () => {
    const from = upstream.requests.length
    const sockets = Array.from({ length: 300 }, (_, at) => call(scene, at % 2 === 0 ? 'idle' : 'never'))
    await upstream.request(from + 299)
    await pause(200)
    for (const socket of sockets) socket.destroy()
    const left = performance.now()
    assert.ok((await Promise.all(upstream.requests.slice(from).map(({ ended: how }) => how))).every((how) => how === 'left'))
    assert.ok(performance.now() - left < 1300, `it took ${Math.round(performance.now() - left)} ms`)
    await settled()
  })
})

describe('clients that wait', { skip: noProc || tooFewDescriptors(4096) }, () => {
  test('[B29] 1,500 of them, with a stream each that says nothing, cost less than 96 KiB of memory each, are kept company, and others are served', async () => {
    const from = upstream.requests.length
    const sockets: Socket[] = []
    const comments = { heard: 0 }
    const growth = await growthDuring(scene.pid, async () => {
      for (let batch = 0; batch < 15; batch += 1) {
        const more = Array.from({ length: 100 }, () => call(scene, 'idle'))
        sockets.push(...more)
        await Promise.all(more.map((socket) => hears(socket, /"content":" two"/)))
      }
      assert.equal((await statusOf()).calls, 1500)
      await Promise.all(sockets.map((socket) => hears(socket, /: keep-alive/).then(() => (comments.heard += 1))))
      const asked = performance.now()
      await hears(call(scene, 'quick'), /\[DONE\]/)
      assert.ok(performance.now() - asked < 2000)
    })
    assert.equal(comments.heard, 1500)
    assert.ok(growth / 1500 < 96 * 1024, `${Math.round(growth / 1500 / 1024)} KiB for each`)
    for (const socket of sockets) socket.destroy()
    await settled()
    assert.ok((await Promise.all(upstream.requests.slice(from, from + 1500).map(({ ended: how }) => how))).every((how) => how === 'left'))
  })
})

describe('a client that does not read', { skip: noProc }, () => {
  test('[B28] (routing 19) ten of them hold a bounded part of endless answers, are cut when they stay so, and streams beside them flow as before', async () => {
    const alone = middle(await durations())
    const flood = async (): Promise<void> => {
      const from = upstream.requests.length
      const deaf = Array.from({ length: 10 }, () => call(scene, 'flood').pause())
      await upstream.request(from + 9)
      const floods = upstream.requests.slice(from, from + 10)
      // First the sockets in between are filled.
      await eventually(async () => {
        const before = floods.map((request) => request.sent())
        await pause(300)
        return floods.every((request, at) => request.sent() === before[at])
      }, 2500)
      const sent = floods.map((request) => request.sent())
      const beside = middle(await durations())
      // That is all that the provider can say: it is paused, not buffered.
      floods.forEach((request, at) => assert.ok(request.sent() - sent[at]! < 256 * 1024))
      assert.ok(beside < alone * 2 + 100, `${beside} ms beside them, ${alone} alone`)
      assert.deepEqual(
        await Promise.all(floods.map(({ ended }) => ended)),
        Array.from({ length: 10 }, () => 'left'),
      )
      for (const socket of deaf) socket.destroy()
    }
    // The first time, the heap grows to the size that such traffic needs at all.
    await flood()
    const growth = await growthDuring(scene.pid, flood)
    // A quarter of a MiB of each waits by its setting. They could have said gigabytes.
    assert.ok(growth < 48 * MiB, `memory grew by ${Math.round(growth / MiB)} MiB`)
    await settled()
  })
})

/** How long each of twenty short streams takes, in milliseconds. */
async function durations(): Promise<readonly number[]> {
  return Promise.all(
    Array.from({ length: 20 }, async () => {
      const from = performance.now()
      await hears(call(scene, 'slow'), /\[DONE\]/)
      return performance.now() - from
    }),
  )
}

const middle = (numbers: readonly number[]): number => Math.round([...numbers].sort((left, right) => left - right)[numbers.length >> 1]!)

describe('more clients than the machine has room for', { skip: noProc || noLimits() }, () => {
  test('[B29] are not served, those before them are, and others again when these have gone', async () => {
    const held = Array.from({ length: 5 }, () => call(scene, 'idle'))
    await Promise.all(held.map((socket) => hears(socket, /"content":" two"/)))
    const before = descriptorsOf(scene.pid)
    limitDescriptors(roomFor(scene.pid, 20))
    const crowd = Array.from({ length: 200 }, () => connect(scene.port, '127.0.0.1').on('error', () => {}))
    await pause(500)
    assert.ok(descriptorsOf(scene.pid) <= before + 20)
    await Promise.all(held.map((socket) => hears(socket, /: keep-alive/)))
    for (const socket of crowd) socket.destroy()
    const answer = await eventually(() => hears(call(scene, 'quick'), /\[DONE\]/).catch(() => undefined), 5000)
    assert.match(answer, /fine/)
    for (const socket of held) socket.destroy()
    await settled()
  })

  test('[B29] whose providers cannot be connected hear that we are at fault, and no provider is blamed', async () => {
    // Its connection is there before, and no number is left for whom it asks, whatever else the gateway closes meanwhile.
    const socket = connect(scene.port, '127.0.0.1').on('error', () => {})
    socket.write(head('GET /healthz HTTP/1.1', `Host: 127.0.0.1:${scene.port}`))
    await hears(socket, /"ok"/)
    limitDescriptors(0)
    const asked = ask(socket, scene, 'fresh/quick')
    const told = await hears(asked, /"code":"\w+"/).finally(() => limitDescriptors(20_000))
    assert.match(told, /^HTTP\/1\.1 503 /)
    const [, id = ''] = /x-omega-decision-id: (\w+)/i.exec(told) ?? []
    assert.equal((await scene.receiptOf({ headers: { 'x-omega-decision-id': id } })).error_origin, 'gateway')
    assert.equal((await scene.say('fresh/quick')).status, 200)
    socket.destroy()
  })
})

/** The limit below which so many descriptors are free. What is limited is their number: those that are closed leave holes among the others. */
function roomFor(pid: number, count: number): number {
  const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
  let limit = 0
  for (let free = 0; free < count; limit += 1) if (!taken.has(limit)) free += 1
  return limit
}

/** Sets the soft limit of the gateway's descriptors. */
function limitDescriptors(soft: number): void {
  execFileSync('prlimit', ['--pid', String(scene.pid), `--nofile=${soft}:`])
}

function tooFewDescriptors(wanted: number): string | false {
  const [, most = '0'] = /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return Number(most) < wanted && `a process may have only ${most} descriptors here`
}

function noLimits(): string | false {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    return 'the limit of a running process is set by prlimit, which is not here'
  }
}

test('[I5] after all of this the same process serves', () => holdAlive(scene))
