/** `omni start`: runs the gateway until it is told to stop. */

import { join } from 'node:path'
import { mendedVersion } from '../../../bin/runtime.js'
import { fileOf } from '../../config/load.ts'
import { watchConfig } from '../../config/watch.ts'
import { start as startServer, type Running } from '../../server/start.ts'
import { createSecret, readSecret } from '../../storage/files.ts'
import { StorageError } from '../../storage/errors.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { readConfiguration } from '../configuration.ts'
import { version } from '../version.ts'

export const start: Command = {
  usage: 'start',
  help: 'run the gateway',
  options: { '--port <port>': 'listen on this port', '--host <host>': 'listen on this address', '--allow-plaintext': 'listen beyond loopback without TLS' },
  run: async ({ options }) => {
    const overrides = overridesOf(options)
    const { settings, warnings } = readConfiguration(overrides)
    const running = await startServer({ settings, readSettings: () => readConfiguration(overrides).settings, version, out: process.stdout }).catch(complain)
    tellStart(running, warnings)
    const watch = watchConfig(fileOf({ env: process.env }), () => void running.plane.reload().catch(() => {}))
    await untilStopped(running)
    watch.close()
    return 0
  },
}

function overridesOf(options: Arguments['options']) {
  const { '--port': port, '--host': host, '--allow-plaintext': allowPlaintext } = options
  return { ...(port !== undefined && { 'server.port': String(port) }), ...(host !== undefined && { 'server.host': String(host) }), ...(allowPlaintext === true && { 'server.allowPlaintext': 'true' }) }
}

function complain(error: unknown): never {
  if (error instanceof StorageError) throw new Complaint(error.message, { cause: error })
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') throw new Complaint('The port is taken: another gateway may be running. Choose one with --port, or OMNI_PORT.', { cause: error })
  if (code === 'EACCES') throw new Complaint('This port may not be listened on by this user: choose one above 1023.', { cause: error })
  throw error
}

/** The banner goes to stderr: stdout is the log's. */
function tellStart({ port, plane, firstKey }: Running, warnings: readonly string[]): void {
  const { settings, snapshot } = plane
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const url = `${settings.tls ? 'https' : 'http'}://${host}:${port}`
  const keyFile = join(settings.dataDir, 'first.key')
  const lines = [`Omni Gateway ${version} on ${url}`, '', `  providers   ${providersOf(plane)}`, `  data        ${settings.dataDir}`]
  if (firstKey !== undefined && process.stderr.isTTY) lines.push(`  first key   ${firstKey}   (shown this once)`)
  else if (firstKey !== undefined) {
    if (readSecret(keyFile) === undefined) createSecret(keyFile, `${firstKey}\n`)
    lines.push(`  first key   in ${keyFile}`)
  }
  if (snapshot.anonymous) lines.push('  clients     need no key: client auth is off')
  const key = firstKey !== undefined && process.stderr.isTTY ? firstKey : snapshot.anonymous ? 'none' : firstKey === undefined ? 'YOUR_KEY' : `$(cat ${keyFile})`
  lines.push('', 'Try it, without any provider:', '', `  curl ${url}/v1/chat/completions \\`, `    -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`, `    -d '{"model":"omni-runtime/smoke","messages":[{"role":"user","content":"hello"}]}'`, '')
  const mended = mendedVersion(process.version)
  if (mended !== undefined) lines.push(`Warning: Node.js ${process.version} has known security holes; move to ${mended} or newer.`)
  for (const warning of warnings) lines.push(`Warning: ${warning}`)
  process.stderr.write(`${lines.join('\n')}\n`)
}

function providersOf(plane: Running['plane']): string {
  const names = plane.settings.providers.map(({ name, fromVariable }) => (fromVariable === undefined ? name : `${name} (${fromVariable})`))
  const stored = [...new Set([...plane.snapshot.routing.connections.values()].map(({ name }) => name))].filter((name) => !plane.settings.providers.some((one) => one.name === name))
  return [...names, ...stored].join(', ')
}

/** The first signal drains, the second ends at once; SIGHUP reads the configuration anew. */
function untilStopped(running: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false
    const stop = () => {
      if (isStopping) process.exit(1)
      isStopping = true
      running.stop().then(resolve, reject)
    }
    process.on('SIGTERM', stop).on('SIGINT', stop)
    process.on('SIGHUP', () => void running.plane.reload().catch(() => {}))
  })
}
