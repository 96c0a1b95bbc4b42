/** Which files the gateway runs from, as a digest: two gateways that say the same version and another build are not the same program. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** SHA-256 in hex over the name and content of each program and table below the folder, in the order of their names; tests are not of the program. */
export function digestBuild(folder: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:js|json|ts)$/.test(name) && !/\.test\.|\.d\.ts$/.test(name))
  for (const name of files.toSorted()) {
    const content = readFileSync(join(folder, name))
    hash.update(`${name.split(sep).join('/')} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}
