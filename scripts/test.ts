/**
 * Runs the tests: all of them, or with words after it (`npm test -- wires laws`) those whose path holds one of the words.
 * Prints a line for each file, each failure and each skipped test with its reason, and the counts as the very last line.
 * `--at-once 3` runs three files at a time: two where it is not said, since the smallest machines that build this have two cores.
 */

import { globSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { run } from 'node:test'
import type { EventData } from 'node:test'
import { inspect, parseArgs } from 'node:util'

const root = dirname(import.meta.dirname)
const { values, positionals: words } = parseArgs({ options: { 'at-once': { type: 'string', default: '2' } }, allowPositionals: true })
const files = globSync('{src,test}/**/*.test.ts', { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))

/** Each file's process ends itself where it hangs: the runner would wait for it. */
const limits = { concurrency: Number(values['at-once']), execArgv: ['--import', new URL('test/end-hanging.ts', import.meta.url).href] }

/** Each file is a process, and most load the same code: kept without its types and compiled, it takes a fifth less of all their time, and half of it the next time. */
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'omni')

const counts = { passed: 0, failed: 0, skipped: 0 }
const skipped: string[] = []

/** What each file has printed, to be shown if it fails: the last 8 KB of each, until the file is done. */
const printed = new Map<string, string>()

const pathOf = (file: string | undefined): string => (file === undefined ? '' : relative(root, file))
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const indented = (text: string, by: string): string => text.trimEnd().replace(/^/gm, by)

function keep({ file, message }: EventData.TestStdout | EventData.TestStderr): void {
  const path = pathOf(file)
  printed.set(path, ((printed.get(path) ?? '') + message).slice(-8192))
}

function showPrinted(path: string): void {
  const text = printed.get(path) ?? ''
  printed.delete(path)
  if (text.trim() !== '') console.log(indented(text, '    | '))
}

function onPass({ name, file, skip, details }: EventData.TestPass): void {
  if (skip !== undefined) skipped.push(`${pathOf(file)}: ${name}: ${skip === true ? 'no reason given' : skip}`)
  if (skip !== undefined) counts.skipped += 1
  else if (details.type !== 'suite') counts.passed += 1
}

/** Node.js wraps what a test threw. Of a suite whose tests failed it says only that they did. */
function onFail({ name, file, line, details }: EventData.TestFail): void {
  const { cause, failureType } = details.error as Error & { readonly failureType?: string }
  if (failureType === 'subtestsFailed') return
  counts.failed += 1
  const path = pathOf(file)
  const thrown = inspect(cause ?? details.error, { depth: 4, breakLength: 140 })
    .split('\n')
    .filter((text) => !/^\s+at .*\bnode:internal\//.test(text))
  console.log(`\n✗ ${path}:${line ?? 1}: ${name}\n${indented(thrown.join('\n'), '    ')}`)
  if (name === path) showPrinted(path)
}

function onSummary({ file, success, duration_ms: ms, ...summary }: EventData.TestSummary): void {
  if (file === undefined) return finish(ms)
  console.log(`${success ? '✓' : '✗'} ${seconds(ms).padStart(7)}  ${pathOf(file)} (${summary.counts.tests})`)
  if (success) printed.delete(pathOf(file))
  else showPrinted(pathOf(file))
}

/** The last line is read by machines. No test at all is a failure: something looked in the wrong place. */
function finish(ms: number): void {
  // Of a file that was ended no summary came, and where one of its tests had failed no word either.
  for (const path of printed.keys()) {
    console.log(`✗ ${path} was not told of to its end`)
    showPrinted(path)
  }
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
  for (const line of skipped) console.log(`- skipped ${line}`)
  console.log(`\n${files.length} files, ${seconds(ms)}`)
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
}

run({ files, cwd: root, ...limits })
  .on('test:pass', onPass)
  .on('test:fail', onFail)
  .on('test:stdout', keep)
  .on('test:stderr', keep)
  .on('test:summary', onSummary)
