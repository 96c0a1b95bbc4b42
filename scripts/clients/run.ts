/** Runs a client program once, in a home and a working directory of its own, with nothing of this machine's environment and no way out but loopback. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Client, Place } from './client.ts'
import { entryOf } from './install.ts'

/** Clients that loop, or wait for somebody at a terminal, end here. */
const mostTime = 90_000
/** The most that is kept of what it prints; the newest is kept. */
const mostOutput = 256 * 1024

export interface Ran {
  /** null where it had to be killed. */
  readonly exit: number | null
  readonly output: string
  readonly seconds: number
  /** Its working directory. */
  readonly work: string
}

/** Nobody listens on the discard port: who asks for an outside host is refused at once. */
const nowhere = 'http://127.0.0.1:9'
const noWayOut = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' }

/** Runs the client, lets `look` see what it did, and removes its directories. */
export async function runClient<Seen>(client: Client, place: Omit<Place, 'home'>, prompt: string, look: (ran: Ran) => Promise<Seen>): Promise<Seen> {
  const root = await mkdtemp(join(tmpdir(), 'omni-client-'))
  const [home, work] = [join(root, 'home'), join(root, 'work')]
  try {
    await Promise.all([mkdir(home), mkdir(work)])
    const there = { ...place, home }
    for (const [path, text] of Object.entries(client.settings(there))) {
      await mkdir(dirname(join(home, path)), { recursive: true })
      await writeFile(join(home, path), text)
    }
    const env = { PATH: process.env.PATH ?? '', HOME: home, TERM: 'dumb', NO_COLOR: '1', ...noWayOut, ...client.environment(there) }
    return await look({ work, ...(await runProcess([entryOf(client), ...client.arguments(there, prompt)], env, work)) })
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function runProcess(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Omit<Ran, 'work'>> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output = (output + piece).slice(-mostOutput)
    })
  }
  const late = setTimeout(() => endGroup(child), mostTime)
  const exit = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  clearTimeout(late)
  endGroup(child)
  return { exit, output, seconds: (performance.now() - started) / 1000 }
}

/** What the client started belongs to its process group, where there are such, and goes with it. */
function endGroup(child: ChildProcess): void {
  child.kill('SIGKILL')
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended by itself.
  }
}
