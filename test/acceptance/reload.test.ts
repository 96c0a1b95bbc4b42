/** A configuration that changes under a running gateway: taken whole or not at all, and what is wrong with it can be seen. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '../gateway.ts'
import { chunk, openai, openStream, raw, lastChunk, startUpstream, wait } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { configOf, openScene, wordsOf } from './scene.ts'

const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))
const upstream = await startUpstream((request) =>
  request.json().stream
    ? [openStream(), ...openai.frames('one two three').flatMap((frame) => [raw(chunk(frame)), wait(150)]), raw(lastChunk)]
    : openai.speak('fine')(request),
)
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
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
