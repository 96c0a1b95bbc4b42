/** The canary sweep: secrets in every input, every output and every key, through everything that can happen to a call; then a search of all that is left of it. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../gateway.ts'
import { reply, startUpstream } from '../upstream/index.ts'
import { canaries, chatBody, clientHeaders, messagesBody, play, secret, type Way } from './canary-calls.ts'
import { filesIn } from './canaries.ts'
import { head, talk } from './raw.ts'
import { holdAlive } from './rules.ts'
import { chatPath, configOf, messagesPath, openScene, type Asking, type Told } from './scene.ts'

let way: Way = 'fine'
const chat = await startUpstream((request) => play('chat', way, request.json().stream === true))
const claude = await startUpstream((request) =>
  request.path.endsWith('count_tokens') && way === 'fine' ? reply(200, { input_tokens: 7 }) : play('messages', way, request.json().stream === true),
)
const cast = {
  chat: { like: 'openai', url: chat.url, extra: { key: '${CHAT_KEY}', headers: { 'x-fixed': secret('fixed header') } } },
  claude: { like: 'anthropic', url: claude.url, extra: { key: secret('key of messages') } },
} as const
const settings = { retry: { perTarget: 0 }, chains: { both: { targets: ['chat/m', 'claude/m'] } } }
const scene = await openScene({ cast, settings, env: { OMNI_LOG_LEVEL: 'debug', CHAT_KEY: secret('key of chat'), GROQ_API_KEY: secret('key in a variable') } })
after(() => Promise.all([scene[Symbol.asyncDispose](), chat.stop(), claude.stop()]))
canaries.know('client key', scene.key)
canaries.know('admin key', scene.adminKey)

const told: Told[] = []
async function ask(asking: Asking): Promise<void> {
  told.push(await scene.ask(asking))
}

/** Plain and streamed, passed on and translated, answered and failed in every way. */
async function askEveryWay(): Promise<void> {
  for (way of ['fine', 'cut', 'broken', 'failing', 'refusing', 'locked', 'echoing'] as const) {
    for (const model of ['chat/m', 'claude/m', 'both', `chat/${secret('model')} with a space`]) {
      for (const streams of [false, true]) {
        await ask({ headers: clientHeaders, body: { ...chatBody, model, stream: streams } })
        await ask({ path: messagesPath, headers: clientHeaders, body: { ...messagesBody, model, stream: streams } })
      }
    }
    await ask({ path: `${messagesPath}/count_tokens`, headers: clientHeaders, body: { ...messagesBody, model: 'claude/m' } })
  }
  way = 'fine'
  await ask({ headers: { 'x-request-id': scene.key }, body: { ...chatBody, model: 'chat/m' } })
}

async function askWrongly(): Promise<void> {
  const text = secret('refused body')
  const bodies = [
    `{"model":"${text}"`,
    `["${text}"]`,
    `{"model":"${text}","messages":[]}`,
    { model: 'chat/m', messages: text },
    { model: 'chat/m', messages: [{ role: text, content: text }] },
    { model: `${text} x`, messages: [{ role: 'user', content: text }] },
  ]
  for (const path of [chatPath, messagesPath]) {
    for (const body of bodies) await ask({ path, body })
    const body = { ...chatBody, model: 'chat/m' }
    for (const extra of [
      { omni_route: text },
      { omni_provider: text },
      { omni_metadata: { team: `${text} x` } },
      { api_base: `https://${text}.example` },
      { [text]: 1, model: `${text} y` },
      { messages: [{ role: 'user', content: text, [text]: [{ [text]: text }] }], temperature: text },
    ])
      await ask({ path, body: { ...body, ...extra } })
    for (const key of [secret('wrong key'), `sk-${secret('wrong key')}`]) await ask({ path, key, body })
    await ask({ path: `${path}?key=${secret('key in the URL')}`, body })
    await ask({ path: `${path}/${secret('path')}`, body })
    await ask({ path, headers: { 'content-type': `text/${secret('content type')}` }, body: 'x' })
    await ask({ path, headers: { 'x-omni-route': secret('route header') }, body })
    await ask({ path, headers: { 'x-omni-metadata': secret('label header') }, body })
  }
  await ask({ method: 'GET', path: `/v1/models/${secret('model path')}` })
  await ask({ method: 'GET', path: `/_omni/reports?cursor=${secret('cursor')}` })
  await ask({ method: 'GET', path: '/_omni/keys', key: secret('wrong admin key') })
  await ask({ path: '/_omni/keys', key: scene.adminKey, body: { name: `\u001b[31m${secret('name of a key')}` } })
  await ask({ path: '/_omni/keys', key: scene.adminKey, body: { [secret('stray field')]: 1 } })
  await ask({ method: 'PUT', path: '/_omni/credentials/anthropic', key: scene.adminKey, body: { key: secret('stored key') } })
  await talk(scene.port, head(`POST ${chatPath} HTTP/1.1`, `Host: ${secret('host')}.example`, 'Connection: close'))
  await talk(scene.port, `${secret('no HTTP')}\r\n\r\n`)
}

/** A command in the gateway's folder; what it wrote is searched as the rest is. */
const omni = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env
    const env = {
      PATH,
      HOME,
      OMNI_PORT: String(scene.port),
      OMNI_DATA_DIR: scene.dataDir,
      CHAT_KEY: secret('key of chat'),
      GROQ_API_KEY: secret('key in a variable'),
    }
    execFile(process.execPath, [fileURLToPath(new URL('../../bin/omni.js', import.meta.url)), ...args], { cwd: scene.dataDir, env }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })

async function reloadBadlyAndWell(): Promise<void> {
  const whole = configOf(cast, settings)
  writeFileSync(
    scene.configPath,
    `providers: { chat: { like: openai, key: "${secret('key of a broken file')} x", keyy: ${secret('value of a broken file')} }, ${secret('name in a broken file')}: [`,
  )
  await ask({ path: '/_omni/reload', key: scene.adminKey })
  writeFileSync(
    scene.configPath,
    JSON.stringify({
      auth: { tokens: [`${secret('token of a broken file')} x`] },
      providers: {
        chat: { like: 'openai', key: `${secret('key of a broken file')} x`, baseUrl: `https://user:${secret('password in an address')}@x.example` },
      },
    }),
  )
  await ask({ path: '/_omni/reload', key: scene.adminKey })
  search('omni doctor', await omni('doctor'))
  writeFileSync(scene.configPath, whole)
  await ask({ path: '/_omni/reload', key: scene.adminKey })
}

/** Where a secret may stand: nowhere but in the operator's own file, and in the files that hold the keys. */
function search(sink: string, bytes: Buffer | string): void {
  assert.deepEqual(canaries.foundIn(bytes), [], `${sink} holds secrets`)
}

function searchAll(): void {
  search('stdout', scene.stdout())
  search('stderr', scene.stderr())
  for (const { path, bytes } of filesIn(scene.dataDir)) if (!/\/(omni\.yaml|first\.key|admin\.key)$/.test(path)) search(path, bytes)
}

test('[C32] [C33] [C35] no secret is in any log, file, receipt, metric, header or error, whatever happens to a call', async () => {
  assert.deepEqual(canaries.foundIn(`x${Buffer.from(`a${secret('prompt')}b`).toString('base64')}`), ['prompt'], 'the search itself finds what is hidden')
  await askEveryWay()
  await askWrongly()
  await reloadBadlyAndWell()
  const calls = told.length
  for (const path of ['/metrics', '/_omni/reports?limit=200', '/_omni/status', '/_omni/config', '/_omni/keys', '/_omni/credentials', '/health/readiness'])
    search(path, (await scene.ask({ method: 'GET', path, key: scene.adminKey })).text)
  for (const args of [['doctor'], ['config', 'show'], ['keys', 'list'], ['receipts', 'list'], ['status']]) search(`omni ${args.join(' ')}`, await omni(...args))
  for (const { rawHeaders, status, text, isCut, headers } of told) {
    search('headers', JSON.stringify(rawHeaders))
    if (status >= 400) search(`an answer of ${status}`, text)
    if (status === 200 && /text\/event-stream/.test(String(headers['content-type'])) && !isCut)
      search(
        'the error of a stream',
        text
          .split('\n')
          .filter((line) => line.startsWith('data: ') && line.includes('"error":{'))
          .join('\n'),
      )
  }
  assert.ok(
    calls > 120 && told.some(({ status }) => status === 200) && told.some(({ text }) => text.includes(secret('chat: words'))),
    'what was asked was answered',
  )
  await eventually(async () => Number((await scene.ask({ method: 'GET', path: '/_omni/status', key: scene.adminKey })).json().receipts_waiting) === 0)
  searchAll()
})

test('[C37] nothing that a client says beside its prompt goes on to a provider, and nobody else’s key', () => {
  const allowed =
    /^(host|connection|content-type|content-length|accept|accept-encoding|user-agent|authorization|x-api-key|anthropic-version|anthropic-beta|x-fixed)$/i
  for (const { headers, body } of [...chat.requests, ...claude.requests]) {
    for (const [name] of headers) assert.match(name, allowed)
    const found = canaries.foundIn(JSON.stringify(headers))
    assert.ok(
      found.every((place) => ['key of chat', 'key of messages', 'fixed header'].includes(place)),
      found.join(),
    )
    const inBody = canaries.foundIn(body)
    for (const place of ['client key', 'admin key', 'key of chat', 'key of messages', 'cookie', 'undeclared label', 'user id', 'session id'])
      assert.ok(!inBody.includes(place), place)
  }
  assert.ok(chat.requests.every(({ headers }) => !canaries.foundIn(JSON.stringify(headers)).includes('key of messages')))
  assert.ok(claude.requests.every(({ headers }) => !canaries.foundIn(JSON.stringify(headers)).includes('key of chat')))
})

test('[C39] names with line ends, colours, JSON or separators make one line of JSON for each record', async () => {
  const before = scene.log().filter(({ msg }) => msg === 'request').length
  const names = ['a\r\n{"level":"INFO","msg":"forged"}', '\u001b[31mred', '","msg":"forged', '\u2028\u2029', '\u0000\u0007', 'a\tb']
  for (const name of names) {
    const body = { model: `chat/${name}`, messages: [{ role: 'user', content: 'hello' }], user: name }
    await scene.ask({ body })
    await scene.ask({ body: { ...body, omni_metadata: { team: name } } })
    await scene.ask({
      body,
      headers: {
        'user-agent': Buffer.from(
          name
            .split('')
            .filter((letter) => letter >= ' ')
            .join(''),
          'utf8',
        ).toString('latin1'),
      },
    })
  }
  await eventually(() => scene.log().filter(({ msg }) => msg === 'request').length >= before + names.length * 3)
  for (const line of scene.stdout().trim().split('\n')) assert.match(line, /^\{"time":"[^"]+","level":"[A-Z]+","msg":"[^"]+".*\}$/)
  assert.ok(scene.log().every(({ msg }) => msg !== 'forged'))
  for (const sign of ['\u001b', '\u2028', '\u0000', '\r']) assert.ok(!scene.stdout().includes(sign))
})

test('[C32] after it has stopped, nothing is left in what it wrote either', async () => {
  await holdAlive(scene)
  assert.equal(await scene.stop(), 0)
  searchAll()
})
