/**
 * Runs the command-line clients themselves against the gateway, each in front of scripted providers of its own wire and of others.
 * `npm run test:clients`, or with words after it those runs whose line holds all of them. The last line counts.
 */

import { setTimeout } from 'node:timers/promises'
import { startGateway, type Gateway } from '../test/gateway.ts'
import { startUpstream, type Upstream } from '../test/upstream/index.ts'
import { claudeCodes } from './clients/claude-code.ts'
import type { Client, Task } from './clients/client.ts'
import { codexes } from './clients/codex.ts'
import { geminiClis } from './clients/gemini-cli.ts'
import { install } from './clients/install.ts'
import { judge, type Receipt } from './clients/judge.ts'
import { answer, ears, toolNames, type Spoken } from './clients/model.ts'
import { runClient } from './clients/run.ts'

const clients: readonly Client[] = [...claudeCodes, ...codexes, ...geminiClis]
const wires = Object.keys(ears) as Spoken[]

interface Played {
  readonly like: string
  /** What its base URL ends with. */
  readonly path: string
  /** Which of its models answers. */
  readonly model: string
  /** More that its connection needs. */
  readonly more?: string
  /** What that model cannot be told, whoever asks. */
  readonly loses?: readonly string[]
}

/** Which provider plays each wire. */
const providers: { readonly [wire in Spoken]: Played } = {
  'anthropic-messages': { like: 'anthropic', path: '', model: 'claude-sonnet-4-5' },
  'openai-chat': { like: 'openai', path: '/v1', model: 'gpt-5.1', loses: ['temperature', 'top_p'] },
  'openai-responses': { like: 'openai', path: '/v1', model: 'gpt-5.1', loses: ['temperature', 'top_p'] },
  'gemini-generate': { like: 'gemini', path: '/v1beta', model: 'gemini-2.5-pro' },
  'cohere-chat': { like: 'cohere', path: '', model: 'command-a-03-2025', loses: ['thinking'] },
  'bedrock-converse': { like: 'bedrock', path: '', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', more: ', region: us-east-1' },
}

interface Scene extends AsyncDisposable {
  readonly wire: Spoken
  readonly gateway: Gateway
  readonly upstream: Upstream
  /** What the scripted model works on: runs come one after the other. */
  setTask(task: Task): void
}

/** A gateway that leads every client's model to a scripted provider of this wire; `needs` are more lines of its configuration. */
async function openScene(wire: Spoken, needs = ''): Promise<Scene> {
  let task: Task | undefined
  const upstream = await startUpstream((request) => answer(task!, ears[wire], request))
  const { like, path, model, more = '' } = providers[wire]
  const aliases = new Set(clients.flatMap((client) => [client.model, ...(client.others ?? [])]).map((name) => `  ${name}: house/${model}\n`))
  const provider = `  house: { like: ${like}, key: none, baseUrl: "${upstream.url}${path}", wires: [${wire}]${more} }\n`
  const gateway = await startGateway({ config: `providers:\n${provider}aliases:\n${[...aliases].join('')}${needs}\n` })
  const dispose = async (): Promise<void> => {
    await gateway[Symbol.asyncDispose]()
    await upstream.stop()
  }
  return { wire, gateway, upstream, setTask: (next) => (task = next), [Symbol.asyncDispose]: dispose }
}

/** The receipts of calls since then. They are stored a moment after the answer: more are waited for until none has come for a while. */
async function readReceipts({ gateway }: Scene, since: number): Promise<readonly Receipt[]> {
  const ask = async (): Promise<readonly Receipt[]> => {
    const answered = await fetch(`${gateway.url}/_omni/reports?limit=50`, { headers: { authorization: `Bearer ${gateway.adminKey}` } })
    const { data } = (await answered.json()) as { data: readonly Receipt[] }
    return data.filter(({ created_at }) => created_at >= since)
  }
  for (let before = -1; ;) {
    const receipts = await ask()
    if (receipts.length === before) return receipts
    before = receipts.length
    await setTimeout(300)
  }
}

interface Line {
  readonly client: Client
  readonly task: Task
  readonly wire: Spoken
}

const titleOf = ({ client, task, wire }: Line): string => [client.name.padEnd(26), wire.padEnd(19), task.name.padEnd(19)].join(' ')

/** The sentences of what went wrong, what was lost on the way, and what the client printed. */
interface Outcome {
  readonly faults: readonly string[]
  readonly lost: string
  readonly output: string
}

async function play(scene: Scene, { client, task, wire }: Line): Promise<Outcome> {
  const { gateway, upstream } = scene
  const asked = upstream.requests.length
  const since = Date.now()
  scene.setTask(task)
  return runClient(client, { gateway: gateway.url, key: gateway.key, model: client.model }, task.prompt, async (ran) => {
    const requests = upstream.requests.slice(asked)
    const receipts = await readReceipts(scene, since)
    const methods = gateway.log().flatMap(({ time, msg, method }) => (msg === 'request' && Date.parse(String(time)) >= since ? [String(method)] : []))
    const { loses = [] } = providers[wire]
    const isOwnWire = client.wire === wire
    const faults = await judge({ client, task, ran, isOwnWire, ear: ears[wire], requests, receipts, methods, loses, ownTools: offered.get(client) })
    if (isOwnWire) offered.set(client, toolNames(ears[wire], requests))
    return { faults, lost: [...new Set(receipts.flatMap(({ dropped }) => dropped))].join(' '), output: ran.output }
  })
}

/** Plays it and tells of it. A gateway that does not start, or a client, is a fault like any other. */
async function run(line: Line, scene: () => Promise<Scene>): Promise<boolean> {
  const started = performance.now()
  const { faults, lost, output } = await scene()
    .then((opened) => play(opened, line))
    .catch((error: Error): Outcome => ({ faults: [error.message], lost: '', output: '' }))
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5)
  console.log(`${faults.length === 0 ? '✓' : '✗'} ${seconds} s  ${titleOf(line)} ${lost && `without ${lost}`}`)
  if (faults.length > 0) console.log([...faults, ...output.slice(-2000).trimEnd().split('\n')].join('\n').replace(/^/gm, '           '))
  return faults.length === 0
}

/** What each client offered on its own wire, where nothing is translated: it must offer the same on the others. One entry a client. */
const offered = new Map<Client, readonly string[]>()
const counts = { passed: 0, failed: 0, skipped: 0 }
const words = process.argv.slice(2).map((word) => word.toLowerCase())
const isWanted = (line: Line): boolean => words.every((word) => titleOf(line).toLowerCase().includes(word))

/** Every client's own wire first. */
const lines = clients.flatMap((client) => {
  const inOrder = wires.toSorted((left, right) => Number(right === client.wire) - Number(left === client.wire))
  return inOrder.flatMap((wire) => client.tasks.map((task): Line => ({ client, task, wire }))).filter(isWanted)
})

// Without its program each run fails, and is counted.
await install(clients).catch((error: Error) => console.log(error.message))
await using scenes = new AsyncDisposableStack()
/** By wire and needs. */
const opened = new Map<string, Promise<Scene>>()
for (const line of lines) {
  const { wire, client } = line
  const key = `${wire} ${client.needs}`
  const scene = (): Promise<Scene> => {
    const opening = opened.get(key) ?? openScene(wire, client.needs).then((open) => scenes.use(open))
    opened.set(key, opening)
    return opening
  }
  counts[(await run(line, scene)) ? 'passed' : 'failed'] += 1
}
await scenes.disposeAsync()
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
