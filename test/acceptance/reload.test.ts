/** A configuration that changes under a running gateway: taken whole or not at all, and what is wrong with it can be seen. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '../gateway.ts'
import { chunk, openai, openStream, raw, lastChunk, startUpstream, wait, type Answer } from '../upstream/index.ts'
import { descriptorsOf, holdAlive, noProc } from './rules.ts'
import { configOf, openScene, wordsOf } from './scene.ts'

const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))
const slow: Answer = [openStream(), ...openai.frames('one two three').flatMap((frame) => [raw(chunk(frame)), wait(150)]), raw(lastChunk)]
const upstream = await startUpstream((request) => (request.json().stream ? slow : openai.speak('fine')(request)))
const cast = { up: { like: 'openai', url: upstream.url } } as const
const whole = configOf(cast)
const scene = await openScene({ cast })
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))

const readiness = async () => (await scene.ask({ method: 'GET', path: '/health/readiness', key: null })).json()
const becomes = (config: 'current' | 'stale') => eventually(async () => (await readiness()).config === config)
const reload = () => scene.ask({ path: '/_omni/reload', key: scene.adminKey })
const errors = () => scene.log().filter(({ level }) => level === 'ERROR').length

/** What `omni doctor` says, in the gateway's own folder. */
const doctor = (): Promise<string> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, OMNI_PORT: String(scene.port), OMNI_DATA_DIR: scene.dataDir }
    execFile(process.execPath, [entry, 'doctor'], { cwd: scene.dataDir, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })

describe('a new configuration', () => {
  const broken: { readonly [says: string]: string } = {
    'is empty': '',
    'is blank': ' \n\n',
    'is no YAML': 'providers: { up: [',
    'is half written': whole.slice(0, whole.length >> 1),
    'has an unknown field': JSON.stringify({ ...(JSON.parse(whole) as object), providerss: {} }),
    'has a value of another kind': JSON.stringify({ ...(JSON.parse(whole) as object), retry: { attempts: 'many' } }),
    'has one good change and one bad': JSON.stringify({ providers: {}, limits: { body: '1KiB' }, retry: { attempts: 99 } }),
    'reads a variable that is not set': whole.replace('upstream-key-of-up-4f9a1c', '${NOT_SET_ANYWHERE}'),
    'is too large': `${whole}\n${'# '.padEnd(1024, 'x')}\n`.padEnd(1024 * 1024 + 1, '\n'),
    'is not text': '\u0000\u0001',
    'is a list': '[1, 2]',
    'has a circle of anchors': 'a: &a [*a, *a]',
  }
  for (const [says, text] of Object.entries(broken)) {
    test(`[B32] that ${says} changes nothing, and is told of in log and health`, async () => {
      const before = errors()
      writeFileSync(scene.configPath, text)
      await becomes('stale')
      await eventually(() => errors() > before)
      assert.equal((await scene.say('up/m')).status, 200, 'the old one goes on, whole')
      assert.equal((await readiness()).status, 'ready')
      const told = await reload()
      assert.equal(told.status, 400, told.text)
      assert.doesNotMatch(told.text + scene.stdout(), /upstream-key-of/)
      writeFileSync(scene.configPath, whole)
      await becomes('current')
    })
  }

  test('[B32] that is gone does not take the providers away, also when it is asked for', async () => {
    renameSync(scene.configPath, `${scene.configPath}.away`)
    await pause(300)
    assert.equal((await readiness()).config, 'current')
    assert.equal((await reload()).status, 400)
    assert.equal((await scene.say('up/m')).status, 200)
    writeFileSync(scene.configPath, whole)
    assert.equal((await reload()).status, 200)
    await becomes('current')
  })

  test('[B32] that is broken is named by `omni doctor`, with its line', async () => {
    writeFileSync(scene.configPath, `${whole}\nproviders: {`)
    await becomes('stale')
    assert.match(await doctor(), /!! .*older configuration|!! .*omni\.yaml/)
    writeFileSync(scene.configPath, whole)
    await becomes('current')
    assert.doesNotMatch(await doctor(), /older configuration/)
  })

  test('[B32] [B33] that is good is taken by the next call, and a stream keeps the one that it began with', async () => {
    const stream = scene.say('up/m', { stream: true })
    await pause(300)
    writeFileSync(`${scene.configPath}.new`, configOf({ down: { like: 'openai', url: upstream.url } }))
    renameSync(`${scene.configPath}.new`, scene.configPath)
    await eventually(async () => (await scene.say('down/m')).status === 200)
    assert.equal((await scene.say('up/m')).status, 404)
    assert.equal(wordsOf((await stream).text), 'one two three')
  })

  test('[B33] without a provider lets its streams end, and then closes its connections', async () => {
    await using old = await startUpstream((request) => (request.json().stream ? slow : openai.reply('fine')))
    const both = { up: cast.up, old: { like: 'openai', url: old.url } } as const
    await using one = await openScene({ cast: both, settings: { upstream: { keepAlive: '300ms' } } })
    assert.equal((await one.say('old/m')).status, 200)
    const streams = Array.from({ length: 5 }, () => one.say('old/m', { stream: true }))
    await old.request(5)
    writeFileSync(one.configPath, whole)
    assert.equal((await one.ask({ path: '/_omni/reload', key: one.adminKey })).status, 200)
    assert.equal((await one.say('old/m')).status, 404)
    for (const told of await Promise.all(streams)) assert.equal(wordsOf(told.text), 'one two three')
    await eventually(() => old.openConnections() === 0)
    assert.equal(old.requests.length, 6, 'nobody asked it any more')
  })
})

describe('a hundred new configurations a second', () => {
  const seconds = 3

  test('(routing 48) cost no call, and each call sees one of them whole', { skip: noProc }, async () => {
    await using provider = await startUpstream((request) => openai.reply(`${String(request.json().model)} ${request.header('x-version')}`))
    const version = (name: string) => {
      const up = { like: 'openai', url: provider.url, extra: { headers: { 'x-version': name } } } as const
      return { cast: { up }, settings: { aliases: { name: `up/${name}` } } }
    }
    const texts = ['one', 'two'].map(version).map((one) => configOf(one.cast, one.settings))
    await using busy = await openScene(version('one'))
    const before = descriptorsOf(busy.pid)
    const until = performance.now() + seconds * 1000
    const said = new Set<string>()
    let calls = 0
    const lane = async () => {
      while (performance.now() < until) {
        const told = await busy.say('name')
        assert.equal(told.status, 200, told.text)
        said.add(/"(one|two) (one|two)"/.exec(told.text)![0])
        calls += 1
      }
    }
    const reloads: Promise<number>[] = []
    const timer = setInterval(() => {
      writeFileSync(`${busy.configPath}.new`, texts[reloads.length % 2]!)
      renameSync(`${busy.configPath}.new`, busy.configPath)
      reloads.push(busy.ask({ path: '/_omni/reload', key: busy.adminKey }).then(({ status }) => status))
    }, 10)
    await Promise.all([lane(), lane(), lane(), lane()])
    clearInterval(timer)
    const statuses = new Set(await Promise.all(reloads))
    assert.deepEqual([...statuses], [200])
    assert.ok(reloads.length >= seconds * 50, `${reloads.length} reloads`)
    assert.deepEqual([...said].toSorted(), ['"one one"', '"two two"'], `of ${calls} calls`)
    await eventually(() => descriptorsOf(busy.pid) <= before + 12)
    await holdAlive(busy)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
