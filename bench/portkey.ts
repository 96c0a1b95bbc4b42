/** The published gateway we compare with, installed once into the cache; never a dependency of ours. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const version = '1.15.2'

/** The path of its entry file. Throws where there is no package registry. */
export function installPortkey(cache: string): string {
  const folder = join(cache, `portkey-${version}`)
  const entry = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(entry)) {
    mkdirSync(folder, { recursive: true })
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `@portkey-ai/gateway@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  return entry
}
