/** Commands as a person at a shell would run them, for the tests of the two commands and of the package. */

import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isTooOld } from '../bin/runtime.js'

const executable = process.platform === 'win32' ? 'node.exe' : 'node'

/** PATH as the machine has it: without what npm, or whoever runs the tests, put in front for our own packages. */
const machinePath = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))

/** A Node.js of the machine's own that is too old for the gateway, if it has one. */
export const oldNode = machinePath
  .map((folder) => join(folder, executable))
  .filter((path) => existsSync(path))
  .find((path) => isTooOld(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout))

/** Why a test under an old Node.js cannot run here; false where it can. */
export const noOldNode = oldNode === undefined && 'this machine has no Node.js of its own that is too old, so there is nothing to go on from'

/** What npm, the test runner and our own launcher tell their children, and what would connect a provider. */
const inherited =
  /^(npm_(?!config_(registry|cache|userconfig|cafile|proxy|https_proxy)$)|INIT_CWD$|NODE_(OPTIONS|TEST_CONTEXT|COMPILE_CACHE)$|OMNI_|.*_API_KEY$)/

/** The environment of a shell that nobody has used yet, with `node` as its first Node.js. */
export function shellWith(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !inherited.test(name))
  return { ...Object.fromEntries(kept), PATH: [dirname(node), ...machinePath].join(delimiter) }
}

export interface Shell {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs a line of shell to its end, for three minutes at most, and returns what it wrote to stdout. Throws with all it wrote if it fails. */
export function sh(line: string, { cwd, env }: Shell): string {
  const { status, stdout, stderr } = spawnSync(line, { cwd, env, shell: true, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 180_000 })
  if (status !== 0) throw new Error(`\`${line}\` ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** Why nothing can be installed here; false where it can. */
export function noRegistry(shell: Shell): string | false {
  const { status } = spawnSync('npm view zod version --fetch-retries=0 --fetch-timeout=10000', { ...shell, shell: true })
  return status !== 0 && 'no package registry can be reached from here'
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A start takes under two seconds, npm's own half a second included, where nothing else runs; tests share their machine. */
export const soonMs = 6000

/** A gateway started by a line of shell. */
export interface Started {
  readonly url: string
  readonly child: ChildProcess
  /** Milliseconds from the start of the command to the first answer. */
  readonly startedInMs: number
  /** Asks it to stop, and returns the exit code of the command, or the signal that ended it. */
  stop(): Promise<number | string | null>
}

/** Starts `command` with a port of its own and waits, at most 15 s, until `/healthz` answers. */
export async function startGateway(command: readonly [string, ...string[]], shell: Shell): Promise<Started> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const [program, ...options] = command
  const child = spawn(program, options, { ...shell, env: { ...shell.env, OMNI_PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (written = (written + text).slice(-8192)))
  const ended = new Promise<number | string | null>((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)))
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() - began > 15_000) {
      child.kill('SIGKILL')
      throw new Error(`\`${command.join(' ')}\` did not answer:\n${written}`)
    }
    await pause(20)
  }
  const stop = (): Promise<number | string | null> => (child.kill('SIGTERM'), ended)
  return { url, child, startedInMs: performance.now() - began, stop }
}

/** Whether a gateway is there. */
export async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  )
}

/** Asks the built-in model on Chat Completions, and returns the answer's text. Throws on any status but 200. */
export async function askSmoke(url: string, key: string): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'omni-runtime/smoke', messages: [{ role: 'user', content: 'Say hello.' }] }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`)
  const answer = JSON.parse(text) as { readonly choices: readonly { readonly message: { readonly content: string } }[] }
  return answer.choices[0]!.message.content
}
