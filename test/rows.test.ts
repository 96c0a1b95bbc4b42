/** Every row of the faults' group B and every case 1 to 30 of routing is shown by a test that names it, or is said to belong elsewhere. */

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const texts = globSync('{src,test}/**/*.test.ts', { cwd: root })
  .filter((path) => !path.endsWith('rows.test.ts'))
  .map((path) => readFileSync(`${root}${path}`, 'utf8'))

/** Rows that are not about upstreams, clients, drain and reload, and where they belong. */
const otherRows: ReadonlyMap<number, string> = new Map([
  [13, 'the keys’ store: governance'],
  [16, 'storage: `test/storage`'],
  ...[18, 20, 23, 39].map((row): [number, string] => [row, 'limits and budgets: governance']),
  [40, 'upgrades: `test/storage/upgrades.cases.ts`'],
  [41, 'keys: revoked ones are refused at once by their own process, and by others within their three-second look; replicas come with governance'],
])

const otherCases: ReadonlyMap<number, string> = new Map([
  [22, 'there is no response cache'],
  [23, 'there are no guardrails yet'],
  [24, 'the bench: its stream lanes take five turns each and tell their spread'],
  [27, 'bodies and their limits: rows A08, A10, A11, A21, A30 and A44 of bad input'],
  [28, 'strange JSON: rows A07, A08, A14, A16 and A19 of bad input'],
])

function shown(pattern: RegExp): ReadonlySet<number> {
  const numbers = texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, list]) => list!.split(/, /).flatMap(spread)))
  return new Set(numbers)
}

/** `5`, or `17–19`. */
function spread(part: string): number[] {
  const [from = NaN, to = from] = part.split(/[–-]/).map(Number)
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

function missing(most: number, found: ReadonlySet<number>, others: ReadonlyMap<number, string>): readonly number[] {
  return Array.from({ length: most }, (_, at) => at + 1).filter((number) => found.has(number) === others.has(number))
}

test('every row of group B stands in a test, or among those of other work, and never in both', () => {
  assert.deepEqual(missing(42, shown(/\[B(\d\d)\]/g), otherRows), [])
})

test('every case of routing, streams and overload stands in a test, or among those of other work, and never in both', () => {
  assert.deepEqual(missing(30, shown(/routing (\d+(?:(?:, |–|-)\d+)*)/g), otherCases), [])
})
