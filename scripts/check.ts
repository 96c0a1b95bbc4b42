/** `npm run check`: all that guards the house, in under a minute, the same before a push and in CI. A line for each step; the output of those that fail. */

import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'

interface Step {
  readonly name: string
  /** A command of node_modules, or `node`, and its arguments. */
  readonly command: readonly [string, ...string[]]
}

const root = dirname(import.meta.dirname)
const code = ['bin', 'runtime', 'src', 'scripts', 'test', 'bench']

/** The longest first, so that two lanes end at about the same time. Many units wait for a clock: a third at a time takes what they leave of two cores. */
const steps: readonly Step[] = [
  { name: 'house, laws, units', command: ['node', 'scripts/test.ts', '--at-once', '3', 'src/', 'test/architecture', 'test/laws'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', ...code] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'format', command: ['oxfmt', '--check', ...code] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'] },
]

interface Outcome {
  readonly step: Step
  readonly passed: boolean
  readonly output: string
}

/** The Node.js that runs this runs every step, also where an older one comes first in PATH. */
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), NO_COLOR: '1' }

async function runStep(step: Step): Promise<Outcome> {
  const [name, ...options] = step.command
  const program = name === 'node' ? process.execPath : join(root, 'node_modules', '.bin', name)
  const started = performance.now()
  const child = spawn(program, options, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' && name !== 'node' })
  const closed = new Promise<boolean>((resolve, reject) => child.on('error', reject).on('close', (exit) => resolve(exit === 0)))
  const [passed, output, errors] = await Promise.all([closed, buffer(child.stdout), buffer(child.stderr)])
  console.log(`${passed ? '✓' : '✗'} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${step.name}`)
  return { step, passed, output: `${output.toString()}${errors.toString()}` }
}

/** Two lanes, for two cores: each takes the next step when it is done with one. */
async function runAll(): Promise<readonly Outcome[]> {
  const waiting = steps.values()
  const outcomes: Outcome[] = []
  const lane = async (): Promise<void> => {
    for (const step of waiting) outcomes.push(await runStep(step))
  }
  await Promise.all([lane(), lane()])
  return outcomes
}

const failed = (await runAll()).filter(({ passed }) => !passed)
for (const { step, output } of failed) console.log(`\n── ${step.name}: ${step.command.join(' ')}\n${output.trimEnd()}`)
if (failed.length > 0) console.log(`\n${failed.length} of ${steps.length} steps failed: ${failed.map(({ step }) => step.name).join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0
