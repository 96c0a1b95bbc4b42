/** Runs one of our scripts in TypeScript, under a Node.js that can: `node scripts/run.js scripts/test.ts …`. */

import { resolve } from 'path'
import { fileURLToPath, pathToFileURL } from 'url'
import { launch } from '../bin/launch.js'

launch(fileURLToPath(import.meta.url), () => {
  process.argv.splice(1, 1)
  return import(pathToFileURL(resolve(process.argv[1])).href)
})
