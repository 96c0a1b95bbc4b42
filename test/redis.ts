/** A real Redis for tests, the machine's own or the distribution's unpacked into the cache: on a free port of 127.0.0.1, keeping nothing. */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createClient } from '@redis/client'
import { findFreePort } from './gateway.ts'

const run = promisify(execFile)

/** The server, what it is linked with, and the libraries that the distribution has beside it. */
const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1']
const cache = join(dirname(import.meta.dirname), '.cache', 'redis-server')
const startMs = 10_000

export interface TestRedis {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Says one command on a connection of its own. */
  say(...words: readonly string[]): Promise<unknown>
  /** It answers nobody and keeps its connections, until it goes on. */
  freeze(): void
  thaw(): void
  /** Ends it as a power cut would; what it had is gone. */
  kill(): Promise<void>
  /** On the same port again, with nothing in it. */
  start(...options: readonly string[]): Promise<void>
  stop(): Promise<void>
}

interface Program {
  readonly path: string
  readonly libraries: string
}

/** The server, or a sentence that says why there is none here. */
export async function startRedis(...options: readonly string[]): Promise<TestRedis | string> {
  try {
    const program = await findProgram()
    const folder = await mkdtemp(join(tmpdir(), 'omni-redis-'))
    const server = new Server(program, folder, await findFreePort())
    await server.start(...options)
    return server
  } catch (error) {
    return `Redis is not tested: there is no server here (${error instanceof Error ? error.message.split('\n')[0] : 'no reason given'}).`
  }
}

async function findProgram(): Promise<Program> {
  const installed = await run('redis-server', ['--version']).then(
    () => true,
    () => false,
  )
  if (installed) return { path: 'redis-server', libraries: '' }
  const found = await readdir(cache).catch(() => [])
  if (found.length === 0) await unpack()
  const [libraries] = await readdir(join(cache, 'usr', 'lib')).then((names) => names.filter((name) => name.includes('-linux-')))
  return { path: join(cache, 'usr', 'bin', 'redis-server'), libraries: join(cache, 'usr', 'lib', libraries ?? '') }
}

/** Two test files may do so at once: the folder of the first that is done is taken. */
async function unpack(): Promise<void> {
  await mkdir(dirname(cache), { recursive: true })
  const folder = await mkdtemp(`${cache}-`)
  try {
    const download = () => run('apt-get', ['download', ...packages], { cwd: folder })
    await download().catch(() => run('apt-get', ['update']).then(download))
    const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb'))
    for (const archive of archives) await run('dpkg', ['-x', archive, 'root'], { cwd: folder })
    await rename(join(folder, 'root'), cache).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

class Server implements TestRedis {
  readonly #program: Program
  readonly #folder: string
  readonly port: number
  #process: ChildProcess | undefined
  #password = ''

  constructor(program: Program, folder: string, port: number) {
    this.#program = program
    this.#folder = folder
    this.port = port
    // Whatever ends the tests ends the server too.
    process.once('exit', () => this.#process?.kill('SIGKILL'))
  }

  get url(): string {
    return `redis://${this.#password && `:${this.#password}@`}127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#process!.pid!
  }

  async start(...options: readonly string[]): Promise<void> {
    this.#password = options[options.indexOf('--requirepass') + 1] ?? ''
    if (!options.includes('--requirepass')) this.#password = ''
    const { path, libraries } = this.#program
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder]
    const { PATH = '' } = process.env
    const env = { PATH, ...(libraries && { LD_LIBRARY_PATH: libraries }) }
    const child = (this.#process = spawn(path, [...settings, '--enable-debug-command', 'local', ...options], { stdio: 'ignore', env }))
    const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`redis-server ended with ${String(code)}`)))
    failed.catch(() => {})
    await Promise.race([failed, this.#answering()])
  }

  async #answering(): Promise<void> {
    const end = performance.now() + startMs
    for (;;) {
      try {
        await this.say('PING')
        return
      } catch (error) {
        if (performance.now() > end) throw error
        await pause(20)
      }
    }
  }

  async say(...words: readonly string[]): Promise<unknown> {
    const client = createClient({ url: this.url, RESP: 2, maintNotifications: 'disabled', socket: { reconnectStrategy: false } })
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.sendCommand([...words])
    } finally {
      client.destroy()
    }
  }

  freeze(): void {
    this.#process!.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process!.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
