/** Compiles `src/` to `dist/` for the published package: JavaScript and the data it reads, no tests, no source maps. */

import { spawnSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
rmSync(join(root, 'dist'), { recursive: true, force: true })

const compiler = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1

// Data that is read and not imported: the compiler does not know of it.
const data = globSync('**/*.*', { cwd: join(root, 'src'), exclude: ['**/*.ts'] })
for (const path of data) cpSync(join(root, 'src', path), join(root, 'dist', path))
