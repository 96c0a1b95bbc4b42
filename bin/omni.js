#!/usr/bin/env node
/** The command `omni`: runs the sources where they are (a clone of the repository), and the compiled code where they are not. */

import { existsSync } from 'fs'
import { join } from 'path'
import { fileURLToPath, pathToFileURL } from 'url'
import { launch, root } from './launch.js'

const sources = join(root, 'src', 'cli', 'main.ts')
const compiled = join(root, 'dist', 'cli', 'main.js')

launch(fileURLToPath(import.meta.url), () => {
  const main = pathToFileURL(existsSync(sources) ? sources : compiled).href
  return import(main).then((cli) => cli.main(process.argv.slice(2)))
})
