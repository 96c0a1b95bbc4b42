/** Starts the real gateway as a process of its own, on a free port and a data directory of its own, for tests that see it as a client does. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../bin/omni.js', import.meta.url))
const readyWithin = 20_000
const stoppedWithin = 15_000
/** The most characters kept of each output; the newest are kept. */
const mostOutput = 4 * 2 ** 20

export interface GatewayOptions {
  /** The text of `omni.yaml`. */
  readonly config?: string
  /** Beside these the process sees only `PATH` and `HOME`: no provider's key of this machine gets in. */
  readonly env?: { readonly [name: string]: string }
  /** Arguments behind `start`. */
  readonly args?: readonly string[]
  /** A directory of an earlier gateway, to start again on what it stored; it is not removed then. */
  readonly dataDir?: string
  /** Flags for Node itself. */
  readonly flags?: readonly string[]
  /** What its configuration makes it speak; HTTP where left out. */
  readonly scheme?: 'http' | 'https'
  /** A file of this process that it writes its log to; nothing of that is in `stdout` then. */
  readonly output?: number
  /** Hears what it writes to its log; nothing of that is in `stdout` then. */
  readonly onOutput?: (piece: string) => void
}

export interface Gateway extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  /** The first client key; empty where client auth is off. */
  readonly key: string
  readonly adminKey: string
  readonly dataDir: string
  /** Where its `omni.yaml` stands, also when there is none yet. */
  readonly configPath: string
  readonly pid: number
  stdout(): string
  stderr(): string
  /** The lines of stdout as JSON, in order. */
  log(): readonly { readonly [field: string]: unknown }[]
  /** Asks it to stop (SIGTERM) and waits; the exit code, null where it had to be killed. */
  stop(): Promise<number | null>
  /** Kills it (SIGKILL), as a power cut would, and waits. */
  kill(): Promise<void>
}

/** Resolves when `/health/readiness` says ready. Rejects with what it wrote to stderr when it ends before, or takes longer than 20 seconds. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  for (let tries = 3; ; tries -= 1) {
    try {
      return await startOnce(options)
    } catch (error) {
      // A port that was free may be that of somebody's connection a moment later.
      if (tries === 1 || !(error as Error).message.includes('The port is taken')) throw error
    }
  }
}

async function startOnce(options: GatewayOptions): Promise<Gateway> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'omni-test-')))
  const configPath = join(dataDir, 'omni.yaml')
  if (options.config !== undefined) await writeFile(configPath, options.config)
  const port = await findFreePort()
  const child = spawnGateway(options, dataDir, port)
  const stdout = options.onOutput ? hear(child.stdout, options.onOutput) : collect(child.stdout)
  const stderr = collect(child.stderr)
  const end = (signal: NodeJS.Signals): Promise<number | null> => endProcess(child, signal)
  const dispose = async (): Promise<void> => {
    await end('SIGTERM')
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
  }
  const url = `${options.scheme ?? 'http'}://127.0.0.1:${port}`
  try {
    await waitUntilReady(url, child)
  } catch (error) {
    await dispose()
    throw new Error(`${(error as Error).message}\n${stderr()}`, { cause: error })
  }
  return {
    url,
    key: await readKey(join(dataDir, 'first.key')),
    adminKey: await readKey(join(dataDir, 'admin.key')),
    dataDir,
    configPath,
    pid: child.pid!,
    stdout,
    stderr,
    log: () => linesOf(stdout()).map((line) => JSON.parse(line) as { [field: string]: unknown }),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: dispose,
  }
}

/** It reads `omni.yaml` of the folder that it is started in. */
function spawnGateway({ env, flags = [], args = [], output }: GatewayOptions, dataDir: string, port: number) {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [...flags, entry, 'start', ...args], {
    cwd: dataDir,
    env: { PATH, HOME, OMNI_PORT: String(port), OMNI_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', output ?? 'pipe', 'pipe'],
  })
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks until `check` holds, and gives what it held for; for what the gateway does a moment after it has answered. */
export async function eventually<T>(check: () => T | Promise<T>, ms = 5000): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms
  for (;;) {
    const found = await check()
    if (found) return found
    if (performance.now() > deadline) throw new Error(`it did not come true within ${ms} ms: ${check}`)
    await setTimeout(20)
  }
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const failed = new AbortController()
  child.once('error', (error) => failed.abort(error)).once('exit', (code) => failed.abort(new Error(`the gateway ended with ${code} before it was ready`)))
  await eventually(() => {
    failed.signal.throwIfAborted()
    return isReady(url)
  }, readyWithin)
}

/** Certificates of tests are signed by nobody, which `fetch` does not take. */
async function isReady(url: string): Promise<boolean> {
  const path = `${url}/health/readiness`
  const signal = AbortSignal.timeout(2000)
  const asked = url.startsWith('https:')
    ? once(get(path, { rejectUnauthorized: false, agent: false, signal }), 'response').then(
        ([answer]) => (answer as IncomingMessage).resume().statusCode === 200,
      )
    : fetch(path, { signal }).then(({ ok }) => ok)
  return asked.catch(() => false)
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const isLate = await Promise.race([exited.then(() => false), setTimeout(stoppedWithin, true, { ref: false })])
  if (isLate) child.kill('SIGKILL')
  await exited
  return child.exitCode
}

function collect(output: NodeJS.ReadableStream | null): () => string {
  let text = ''
  output?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-mostOutput)
  })
  return () => text
}

function hear(output: NodeJS.ReadableStream | null, onPiece: (piece: string) => void): () => string {
  output?.setEncoding('utf8').on('data', onPiece)
  return () => ''
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

async function readKey(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim()
}

/** What one test did to a provider's health is nothing to the next. A gateway that is gone has none. */
export async function heal({ url, adminKey }: Pick<Gateway, 'url' | 'adminKey'>): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  await fetch(`${url}/_omni/providers/health/reset`, { method: 'POST', headers, body: '{}' }).catch(() => {})
}
