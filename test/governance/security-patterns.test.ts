/** No text makes a pattern of ours take long: every regular expression of the house is tried with inputs made to hurt it, in a thread that can be ended. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { hostileTo, patternsIn, type Pattern } from './patterns.ts'

/** Characters: a linear pattern takes three times as long for three times as many, a quadratic one nine times. */
const length = 3000
const times = 3
const mostGrowth = 5.5
/** What takes less for `length` of them is quick enough to be linear; milliseconds. */
const suspicious = 2
const inAllMs = 60_000

/** These are quadratic, and are asked of nothing longer than stands beside them. */
const bounded: { readonly [pattern: string]: string } = {
  'catalog/compare.ts \\.?0+$': 'a number that we wrote',
  'policy/when.ts 0+$': 'a number that we wrote',
  'cli/api.ts \\/+$': 'the address that whoever types gave',
  'config/addresses.ts \\/+$': 'the operator’s configuration',
  'config/kinds.ts \\B(?=(\\d{3})+$)': 'a number of ours',
  'config/schema.ts ^(\\d{1,3}(\\.\\d{1,3}){3}(:\\d{1,5})?|\\[[\\da-f:]+\\](:\\d{1,5})?|[\\da-f:]*:[\\da-f:]+)$': 'the operator’s configuration',
  'config/secrets.ts your[-_ ]?(own|api|secret|openai|anthropic|key|token|master)|change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|placeholder|insert[-_ ]?(your|key)|example|xxxx|<.*>|\\$\\{|\\.\\.\\.$':
    'a secret of the operator’s configuration',
  'ledger/verify-notes.ts \\n+$': 'a note of the log, which is bounded',
  'policy/detectors/domains.ts ^[a-z\\d.-]*[a-z][a-z\\d-]*$': 'an authority of 512 characters',
  'policy/detectors/hidden.ts =+$': 'a match with two of them at most',
  'policy/detectors/secrets.ts [.!?:]+$': 'a value of 256 characters',
}

const root = join(import.meta.dirname, '../../src')

interface Place extends Pattern {
  readonly file: string
}

const isPattern = ({ source, flags }: Pattern): boolean => {
  try {
    return new RegExp(source, flags) instanceof RegExp
  } catch {
    return false
  }
}

function allPatterns(): readonly Place[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  return files.flatMap((file) => patternsIn(readFileSync(join(root, file), 'utf8')).map((pattern) => ({ file: file.replaceAll('\\', '/'), ...pattern })))
}

function timeOf(shape: RegExp, input: string): number {
  shape.lastIndex = 0
  const from = performance.now()
  shape.exec(input)
  return performance.now() - from
}

/** Other processes share this machine: the quickest of three times counts. */
const bestOf = (shape: RegExp, input: string): number => Math.min(timeOf(shape, input), timeOf(shape, input), timeOf(shape, input))

function isSlow(pattern: Pattern): boolean {
  const shape = new RegExp(pattern.source, pattern.flags)
  const longer = hostileTo(pattern, length * times)
  return hostileTo(pattern, length).some((input) => {
    const long = longer.next().value!
    if (timeOf(shape, input) < suspicious) return false
    const short = bestOf(shape, input)
    return short >= suspicious && bestOf(shape, long) > short * mostGrowth
  })
}

const nameOf = ({ file, source }: Place): string => `${file} ${source}`

/** Of these, which are slow; and with which it is at the moment, so that one that never ends is known. */
type Report = { readonly at: string } | { readonly slow: readonly string[] }

if (!isMainThread) {
  const tell = (report: Report) => parentPort!.postMessage(report)
  const slow: string[] = []
  for (const place of allPatterns().filter(isPattern)) {
    tell({ at: nameOf(place) })
    if (isSlow(place)) slow.push(nameOf(place))
  }
  tell({ slow })
} else {
  test('[C62] every pattern of ours is linear, or is asked of a short text alone', { timeout: inAllMs * 2 }, async () => {
    const worker = new Worker(new URL(import.meta.url), { execArgv: [] })
    let at = 'nothing'
    const slow = await new Promise<readonly string[]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not end with ${at}`)), inAllMs)
      worker.on('error', reject).on('message', (report: Report) => {
        if ('at' in report) at = report.at
        else {
          clearTimeout(timer)
          resolve(report.slow)
        }
      })
    }).finally(() => void worker.terminate())
    assert.deepEqual(
      slow.filter((name) => !(name in bounded)),
      [],
    )
    const known = new Set(allPatterns().map(nameOf))
    assert.deepEqual(
      Object.keys(bounded).filter((name) => !known.has(name)),
      [],
      'these are gone',
    )
  })

  test('the patterns of the house are found', () => {
    const all = allPatterns()
    const good = all.filter(isPattern)
    assert.ok(good.length > 500, `${good.length} were found`)
    assert.ok(
      all.length - good.length < all.length / 50,
      all
        .filter((one) => !isPattern(one))
        .map(nameOf)
        .join('\n'),
    )
    const found = patternsIn(`const a = /x+/g, b = 1 / 2 / 3 // /no/\nconst c = '/no/', d = s.replace(/['"]\\/[/]/u, '') /* /no/ */`)
    assert.deepEqual(found, [
      { source: 'x+', flags: 'g' },
      { source: `['"]\\/[/]`, flags: 'u' },
    ])
  })

  test('one that is not linear is found', () => {
    for (const source of ['\\s*\\n\\s*x', 'a+b', '\\s+$', '(x|.)*?,\\d+,$']) assert.ok(isSlow({ source, flags: '' }), source)
    for (const source of ['^a+b', '[ab]{1,80}c', '(?<!a)a+b']) assert.ok(!isSlow({ source, flags: '' }), source)
  })
}
