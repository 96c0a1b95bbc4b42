/** The client programs themselves, from the registry, at the versions that are pinned, in a cache that outlives the checkout. */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Client } from './client.ts'

/** Some hundred megabytes: kept, since they change with a pinned version alone. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'omni-clients')

const folderOf = (client: Client): string => join(cache, 'node_modules', client.package)

/** What Node runs to be this client. */
export const entryOf = (client: Client): string => join(folderOf(client), client.entry)

function isInstalled(client: Client): boolean {
  const manifest = join(folderOf(client), 'package.json')
  return existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version === client.version
}

/** Installs what is missing and runs none of the packages' own scripts. Throws with npm's words where it fails. */
export async function install(clients: readonly Client[]): Promise<void> {
  if (clients.every(isInstalled)) return
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n')
  const specs = new Set(clients.map((client) => `${client.package}@${client.version}`))
  console.log(`installing ${[...specs].join(', ')} into ${cache}`)
  const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...specs]
  const child = spawn('npm', options, { cwd: cache, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })
  const exit = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (exit !== 0 || !clients.every(isInstalled)) throw new Error('npm did not install the clients')
}
