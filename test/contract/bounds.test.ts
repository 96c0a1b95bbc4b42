/** How much is tried for one call: its attempts, their time, and where they go. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hang, openai, type Received } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const names = ['one', 'two', 'three', 'four'] as const
const scene = await openScene({
  providers: ({
    chat,
  }) => `${names.map((name) => `  ${name}: { like: openai, key: secret-of-${name}-9f86d081884c7d65, baseUrl: "${chat}/${name}" }`).join('\n')}
  pair: { like: openai, baseUrl: "${chat}/pair", accounts: { red: { key: key-of-red-9f86d081884c7d65 }, blue: { key: key-of-blue-9f86d081884c7d65 } } }`,
  config: () => `
retry: { longestPause: 2s, budgetFloor: 1000 }
health: { failures: 2, window: 1ms, ejection: 30s }
chains:
  all: { targets: [one/m, two/m, three/m, four/m] }
  capped: { targets: [one/m, two/m, three/m, four/m], attempts: 2, retries: 0 }
  hurried: { targets: [one/m, two/m], totalTime: 700ms, retries: 0 }
  inner: { targets: [one/m, two/m] }
  outer: { targets: [one/m, inner], retries: 0 }`,
})

const ask = async (model: string, fields: object = {}) => {
  const began = performance.now()
  const answer = await scene.post('/v1/chat/completions', { model, ...question, ...fields })
  return { status: answer.status, text: await answer.text(), took: performance.now() - began }
}
const askedOf = () => scene.chat.asked().map(({ path }) => path.split('/')[1])
const failing = openai.error(500, 'server_error')
const isOf = (request: Received, name: string) => request.path.startsWith(`/${name}/`)

test('a chain’s own number of attempts holds, also where it has more targets', async () => {
  scene.chat.play(failing)
  assert.equal((await ask('capped')).status, 502)
  assert.deepEqual(askedOf(), ['one', 'two'])
})

for (const stream of [false, true]) {
  test(`a chain’s time ends the attempt that is under way, ${stream ? 'streamed' : 'whole'}`, async () => {
    scene.chat.play([hang()])
    const { status, took } = await ask('hurried', { stream })
    assert.equal(status, 504)
    assert.ok(took >= 650 && took < 1500, `${Math.round(took)} ms`)
  })
}

test('and whoever had only what others left of it is not blamed', async () => {
  const slowly = async (request: Received) => {
    if (!isOf(request, 'one')) return [hang()]
    await new Promise((resolve) => setTimeout(resolve, 500))
    return failing
  }
  scene.chat.play(slowly)
  for (let at = 0; at < 2; at += 1) assert.equal((await ask('hurried')).status, 504)
  scene.chat.play((request) => (isOf(request, 'two') ? openai.reply('fine') : [hang()]))
  assert.equal((await ask('two/m')).status, 200)
})

test('a target is asked again where none of the others can be asked', async () => {
  scene.chat.play((request) => (isOf(request, 'four') ? openai.reply('fine') : openai.error(401, 'authentication_error')))
  assert.equal((await ask('all')).status, 200)
  scene.chat.play(failing, openai.reply('fine'))
  assert.equal((await ask('all', { num_retries: 1 })).status, 200)
  assert.deepEqual(askedOf(), ['four', 'four'])
})

test('and where the call stays with it, however many others there are', async () => {
  scene.chat.play(failing, openai.reply('fine'))
  assert.equal((await ask('all', { disable_fallbacks: true, num_retries: 3 })).status, 200)
  assert.deepEqual(askedOf(), ['one', 'one'])
})

test('a limit that passes soon is waited for where the call stays there, though there is another account', async () => {
  scene.chat.play(openai.error(429, 'requests', null, { 'retry-after-ms': '100' }), openai.reply('fine'))
  assert.equal((await ask('pair/m', { disable_fallbacks: true })).status, 200)
  assert.deepEqual(new Set(scene.chat.asked().map((request) => request.header('authorization'))).size, 1)
})

test('a target that stands in two lists of a chain is asked once', async () => {
  scene.chat.play(failing)
  assert.equal((await ask('outer')).status, 502)
  assert.deepEqual(askedOf(), ['one', 'two'])
})
