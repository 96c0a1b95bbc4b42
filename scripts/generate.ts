/** `npm run generate` writes every file that is made from code; `npm run generate -- --check` fails where one is stale. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pages as chaos } from './generate/chaos.ts'
import { pages as configuration } from './generate/configuration.ts'
import { pages as errors } from './generate/errors.ts'
import { pages as policies } from './generate/policies.ts'
import { pages as prices } from './generate/prices.ts'
import { pages as providers } from './generate/providers.ts'
import { pages as signals } from './generate/signals.ts'
import { pages as wires } from './generate/wires.ts'

const root = dirname(import.meta.dirname)
const pages = [...prices, ...configuration, ...providers, ...errors, ...signals, ...wires, ...policies, ...chaos]
const stale = pages
  .map(({ path, make }) => ({ path, text: make() }))
  .filter(({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text)

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is stale: run \`npm run generate\`.`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const { path, text } of stale) {
    writeFileSync(join(root, path), text)
    console.log(`wrote ${path}`)
  }
}
