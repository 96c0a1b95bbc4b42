/** The canary sweep of receipts: with digests of content kept, on every surface, through faults, aborts and a kill, nothing that was said is anywhere. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { hang, openai, reply, startUpstream, type Upstream } from '../upstream/index.ts'
import { canaries, chatBody, clientHeaders, play, secret, type Way } from './canary-calls.ts'
import { filesIn } from './canaries.ts'
import { answerTo, everySurface } from './canary-surfaces.ts'
import { askAt, configOf, type Asking, type Told } from './scene.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-canary-'))
let way: Way | 'hanging' = 'fine'
const chat = await startUpstream((request) => (way === 'hanging' ? [...openai.stream(secret('half a word')).slice(0, 2), hang()] : answerTo(request, way)))
const claude = await startUpstream((request) =>
  request.path.endsWith('count_tokens') && way === 'fine'
    ? reply(200, { input_tokens: 7 })
    : play('messages', way === 'hanging' ? 'fine' : way, request.json().stream === true),
)
const sinks = await startUpstream(reply(200, {}))
after(async () => {
  await Promise.all([chat, claude, sinks].map((upstream) => upstream.stop()))
  rmSync(root, { recursive: true, force: true })
})

const configFor = (content: string): string =>
  configOf(
    {
      chat: { like: 'openai', url: chat.url, extra: { key: secret('key of chat') } },
      claude: { like: 'anthropic', url: claude.url, extra: { key: secret('key of messages') } },
    },
    {
      retry: { perTarget: 0 },
      chains: { both: { targets: ['chat/m', 'claude/m'] } },
      receipts: {
        content,
        exports: [{ webhook: `${sinks.url}/events`, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, { otlp: `${sinks.url}/v1/traces` }],
        anchors: [{ url: `${sinks.url}/anchor` }],
      },
    },
  )

function search(sink: string, bytes: Buffer | string): void {
  assert.deepEqual(canaries.foundIn(bytes), [], `${sink} holds secrets`)
}

/** All that a gateway left on the disk and said, but for the operator's own file and the files that hold keys. */
function searchAll(gateway: Gateway, temp: string): void {
  search('stdout', gateway.stdout())
  search('stderr', gateway.stderr())
  for (const folder of [gateway.dataDir, temp])
    for (const { path, bytes } of filesIn(folder)) if (!/\/(omni\.yaml|first\.key|admin\.key)$/.test(path) && !path.includes('/epochs/')) search(path, bytes)
  for (const { body, path } of sinks.requests) search(`what was sent to ${path}`, body)
}

/** A command in the gateway's folder. */
const omni = (gateway: Gateway, ...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, OMNI_PORT: new URL(gateway.url).port, OMNI_DATA_DIR: gateway.dataDir }
    const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))
    execFile(process.execPath, [entry, ...args], { cwd: gateway.dataDir, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })

/** Every surface, answered and failed in every way. */
async function askAll(ask: (asking: Asking) => Promise<Told>): Promise<readonly Told[]> {
  const told: Told[] = []
  for (way of ['fine', 'cut', 'broken', 'failing', 'refusing', 'echoing'] as const)
    for (const { headers = {}, ...asking } of everySurface()) told.push(await ask({ ...asking, headers: { ...clientHeaders, ...(headers as object) } }))
  return told
}

/** Clients that leave, before the first word and behind it. */
async function leave(ask: (asking: Asking) => Promise<Told>): Promise<void> {
  way = 'hanging'
  for (const ms of [30, 150])
    await ask({ headers: clientHeaders, body: { ...chatBody, model: 'chat/m', stream: true }, signal: AbortSignal.timeout(ms) }).catch(() => {})
  way = 'fine'
}

const commands = [
  ['receipts', 'list'],
  ['receipts', 'list', '--json'],
  ['receipts', 'export'],
  ['receipts', 'export', '--format', 'csv'],
  ['receipts', 'export', '--format', 'ocsf'],
  ['receipts', 'epochs'],
  ['receipts', 'holds'],
  ['receipts', 'verify'],
  ['status'],
] as const

for (const content of ['link', 'prove'] as const)
  describe(`with \`receipts.content: ${content}\``, () => {
    const temp = mkdtempSync(join(root, 'temp-'))
    const dataDir = mkdtempSync(join(root, 'data-'))
    const start = () => startGateway({ config: configFor(content), dataDir, env: { OMNI_LOG_LEVEL: 'debug', TMPDIR: temp } })

    test('[C32] [C75] no word of any call is in the log, its intents, checkpoints and exports, the index, metrics, temporary files or stdout', async () => {
      await using gateway = await start()
      canaries.know(`client key (${content})`, gateway.key)
      canaries.know(`admin key (${content})`, gateway.adminKey)
      const port = Number(new URL(gateway.url).port)
      const ask = (asking: Asking) => askAt(port, { key: gateway.key, ...asking })
      const asOperator = (asking: Asking) => ask({ key: gateway.adminKey, ...asking })
      const told = await askAll(ask)
      await leave(ask)
      const answered = told.filter(({ status }) => status === 200).length
      assert.ok(answered >= 16, `only ${answered} calls were answered`)
      for (const epoch of readdirSync(join(dataDir, 'epochs', 'default')))
        canaries.know(`key of ${epoch} (${content})`, readFileSync(join(dataDir, 'epochs', 'default', epoch), 'utf8').trim())
      for (const [at, opening] of told.flatMap(({ headers }) => headers['x-receipt-opening'] ?? []).entries()) canaries.know(`opening ${at}`, String(opening))
      assert.equal(
        canaries.places.some((place) => place.startsWith('opening')),
        content === 'prove',
      )
      const erased = await asOperator({ path: '/_omni/erasures', body: { user: secret('user id'), dry_run: true } })
      assert.ok(Number(erased.json().found) > 50, 'the user was found by nothing but a pseudonym')
      search('the answer of an erasure', erased.text)
      for (const path of ['/metrics', '/_omni/reports?limit=200', '/_omni/status']) search(path, (await asOperator({ method: 'GET', path })).text)
      for (const args of commands) {
        const said = await omni(gateway, ...args)
        search(`omni ${args.join(' ')}`, said)
        if (args[1] === 'list' || args[1] === 'export') assert.ok((said.match(/dec_[\da-f]{32}/g) ?? []).length >= 20, `omni ${args.join(' ')} tells receipts`)
      }
      const proof = await asOperator({ method: 'GET', path: `/_omni/reports/${String(told[0]!.headers['x-omega-decision-id'])}/proof` })
      // Where no checkpoint counts it yet, that is said.
      assert.ok(proof.text.length > 50)
      search('a receipt with its proof', proof.text)
      await eventually(() => hasHeard(sinks, '/events') && hasHeard(sinks, '/v1/traces') && hasHeard(sinks, '/anchor'), 15_000)
      searchAll(gateway, temp)
      way = 'hanging'
      const cut = Array.from({ length: 5 }, () => ask({ headers: clientHeaders, body: { ...chatBody, model: 'chat/m', stream: true } }).catch(() => {}))
      await eventually(() => chat.requests.length > 0 && chat.openConnections() >= 5)
      await gateway.kill()
      await Promise.all(cut)
      searchAll(gateway, temp)
      way = 'fine'
    })

    test('[B19] [C32] nor after a kill, in what the next start makes of it; and the log verifies', async () => {
      const gateway = await start()
      try {
        const reports = await askAt(Number(new URL(gateway.url).port), {
          method: 'GET',
          path: '/_omni/reports?limit=200&completeness=interrupted',
          key: gateway.adminKey,
        })
        search('receipts of what was cut off', reports.text)
        const cut = (reports.json().data as { completeness: string }[]).filter(({ completeness }) => completeness === 'interrupted')
        assert.ok(cut.length >= 5, 'calls that were cut off have receipts')
        const erased = await askAt(Number(new URL(gateway.url).port), { path: '/_omni/erasures', key: gateway.adminKey, body: { user: secret('user id') } })
        assert.ok(Number(erased.json().found) > 50)
        assert.equal(erased.json().waiting, 0)
      } finally {
        assert.equal(await gateway.stop(), 0)
      }
      searchAll(gateway, temp)
      const verdicts = await verifyLogs(join(dataDir, 'receipts'))
      for (const { wrong, erased } of verdicts) assert.deepEqual([wrong, erased > 50], [undefined, true])
    })
  })

const hasHeard = ({ requests }: Upstream, path: string): boolean => requests.some((request) => request.path === path)
