/** `omni start`: runs the gateway until it is told to stop. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mendedVersion } from '../../../bin/runtime.js'
import { fileOf } from '../../config/load.ts'
import type { Settings } from '../../config/settings.ts'
import { watchConfig } from '../../config/watch.ts'
import { keepFirstKey } from '../../server/data.ts'
import { openOutput } from '../../server/output.ts'
import { start as startServer, StartRefused, type Running } from '../../server/start.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { readConfiguration } from '../configuration.ts'
import { forgetPlace, tellPlace } from '../running.ts'
import { version } from '../version.ts'

export const start: Command = {
  usage: 'start',
  help: 'run the gateway',
  options: { '--port <port>': 'listen on this port', '--host <host>': 'listen on this address', '--allow-plaintext': 'listen beyond loopback without TLS' },
  run: async ({ options }) => {
    const overrides = overridesOf(options)
    const { settings, warnings, file } = readConfiguration(overrides)
    const running = await startServer({ settings, readSettings: () => readAgain(overrides, file), version, out: openOutput() }).catch(complain)
    tellStart(running, warnings)
    const { dataDir, host, tls } = settings
    tellPlace(dataDir, { host, port: running.port, ...(tls && { certificate: readFileSync(tls.cert, 'utf8') }) })
    const watch = watchConfig(fileOf({ env: process.env }), () => void running.plane.reload().catch(() => {}))
    await untilStopped(running)
    watch.close()
    forgetPlace(dataDir)
    leaveUnread(process.stdout)
    return 0
  },
}

function overridesOf(options: Arguments['options']) {
  const { '--port': port, '--host': host, '--allow-plaintext': allowPlaintext } = options
  return {
    ...(port !== undefined && { 'server.port': String(port) }),
    ...(host !== undefined && { 'server.host': String(host) }),
    ...(allowPlaintext === true && { 'server.allowPlaintext': 'true' }),
  }
}

/** A file that is gone is no wish to go on without what it said. */
function readAgain(overrides: ReturnType<typeof overridesOf>, before: string | undefined): Settings {
  const { settings, file } = readConfiguration(overrides)
  if (before !== undefined && file === undefined) throw new Complaint(`${before} is gone.`)
  return settings
}

function complain(error: unknown): never {
  throw error instanceof StartRefused ? new Complaint(error.message, { cause: error }) : error
}

/** The banner goes to stderr: stdout is the log's. */
function tellStart(running: Running, warnings: readonly string[]): void {
  const { port, plane } = running
  const { settings } = plane
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const url = `${settings.tls ? 'https' : 'http'}://${host}:${port}`
  const lines = [`Omni Gateway ${version} on ${url}`, '', `  providers   ${providersOf(plane)}`, `  data        ${settings.dataDir}`]
  const key = tellKey(lines, running)
  lines.push(
    '',
    'Try it, without any provider:',
    '',
    `  curl ${url}/v1/chat/completions \\`,
    `    -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `    -d '{"model":"omni-runtime/smoke","messages":[{"role":"user","content":"hello"}]}'`,
    '',
  )
  const mended = mendedVersion(process.version)
  if (mended !== undefined)
    lines.push(`Warning: Node.js ${process.version} has known security holes: install Node.js ${mended} or newer, which then runs the gateway.`)
  for (const warning of warnings) lines.push(`Warning: ${warning}`)
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Tells where the key is, and gives what stands for it in the request to copy. */
function tellKey(lines: string[], { plane, firstKey }: Running): string {
  if (plane.snapshot.anonymous) {
    lines.push('  clients     need no key: client auth is off')
    return 'none'
  }
  const kept = join(plane.settings.dataDir, 'first.key')
  if (firstKey === undefined) {
    if (existsSync(kept)) return `$(cat ${kept})`
    lines.push('  keys        are made with `omni keys create NAME`')
    return 'YOUR_KEY'
  }
  if (process.stderr.isTTY && !existsSync(kept)) {
    lines.push(`  first key   ${firstKey}   (shown this once)`)
    return firstKey
  }
  const file = keepFirstKey(plane.settings.dataDir, firstKey)
  lines.push(`  first key   in ${file}`)
  return `$(cat ${file})`
}

function providersOf(plane: Running['plane']): string {
  const names = plane.settings.providers.map(({ name, fromVariable }) => (fromVariable === undefined ? name : `${name} (${fromVariable})`))
  const stored = [...new Set([...plane.snapshot.routing.connections.values()].map(({ name }) => name))].filter(
    (name) => !plane.settings.providers.some((one) => one.name === name),
  )
  return [...names, ...stored].join(', ')
}

/** Whoever reads the log may have stopped to: the last lines wait a second for it, and not for ever. */
function leaveUnread(output: NodeJS.WriteStream): void {
  setTimeout(() => output.writableLength > 0 && process.exit(), 1000).unref()
}

/** Milliseconds that an end in a hurry may take in all. */
const hurried = 4000

/** The first signal drains, the second waits for no call any more but keeps what was recorded, the third ends at once; SIGHUP reads the configuration anew. */
function untilStopped(running: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0
    const stop = () => {
      signals += 1
      if (signals > 2) process.exit(1)
      if (signals === 2) setTimeout(() => process.exit(1), hurried).unref()
      running.stop().then(resolve, reject)
    }
    process.on('SIGTERM', stop).on('SIGINT', stop)
    process.on('SIGHUP', () => void running.plane.reload().catch(() => {}))
  })
}
