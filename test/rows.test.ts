/** Every row of the faults' group B, every row of group C that is governance's and every case of routing is shown by a test that names it, or is said to belong elsewhere. */

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const texts = globSync('{src,test}/**/*.{test,cases}.ts', { cwd: root })
  .filter((path) => !path.endsWith('rows.test.ts'))
  .map((path) => readFileSync(`${root}${path}`, 'utf8'))

/** Rows that no test is named after, and where they belong. */
const otherFaults: ReadonlyMap<number, string> = new Map([
  [13, 'all keys are in memory: known ones are served while the database is away, others are refused with 401; users are looked up there: row C09'],
  [16, 'storage: `test/storage`'],
  [39, 'no answer is kept to be given twice: a call that comes again is another call, and charged as one'],
  [40, 'upgrades: `test/storage/upgrades.cases.ts`'],
])

/** Those of group C that governance answers for. */
const ofGovernance = [1, ...range(9, 17), ...range(19, 23), ...range(47, 59), ...range(62, 64)]

const otherCases: ReadonlyMap<number, string> = new Map([
  [22, 'there is no response cache'],
  [24, 'the bench: its stream lanes take five turns each and tell their spread'],
  [27, 'bodies and their limits: rows A08, A10, A11, A21, A30 and A44 of bad input'],
  [28, 'strange JSON: rows A07, A08, A14, A16 and A19 of bad input'],
  ...[46, 47].map((number): [number, string] => [number, 'configurations that are broken, half-written or gone: row B32']),
  [50, 'a database that is away, locked or full: rows B14, B15 and B17'],
  [54, 'upgrades: `test/storage/upgrades.cases.ts`'],
  [55, 'providers’ secrets come with the configuration, which is read anew: row B33'],
  [56, 'what proxies would say decides nothing: rows C06 and C07'],
  [58, 'spellings of paths: rows A25 and C08'],
  [60, 'other hosts and origins: rows C20 and C21; there is no MCP endpoint'],
  [61, 'there is no MCP gateway'],
  [65, 'secrets in anything that is written: rows C32, C33 and C35'],
  [66, 'keys of WebSockets: `test/contract/websocket.test.ts`; no provider’s realtime API is passed on'],
  [67, 'headers of providers and smuggled calls: rows A27 and A53'],
  [69, 'there is no OAuth'],
  [70, 'no file of credentials is written anew while it is used'],
])

function shown(pattern: RegExp): ReadonlySet<number> {
  const numbers = texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, list]) => list!.split(/, /).flatMap(spread)))
  return new Set(numbers)
}

/** `5`, or `17–19`. */
function spread(part: string): number[] {
  const [from = NaN, to = from] = part.split(/[–-]/).map(Number)
  return range(from, to)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

const missing = (numbers: readonly number[], found: ReadonlySet<number>, others: ReadonlyMap<number, string>): readonly number[] =>
  numbers.filter((number) => found.has(number) === others.has(number))

test('every row of group B stands in a test, or among those of other work, and never in both', () => {
  assert.deepEqual(missing(range(1, 42), shown(/\[B(\d\d)\]/g), otherFaults), [])
})

test('every row of group C that is governance’s stands in a test', () => {
  assert.deepEqual(missing(ofGovernance, shown(/\[C(\d\d)\]/g), new Map()), [])
})

test('every case of routing, streams, limits, policies and review stands in a test, or among those of other work, and never in both', () => {
  assert.deepEqual(missing(range(1, 76), shown(/routing (\d+(?:(?:, |–|-)\d+)*)/g), otherCases), [])
})
