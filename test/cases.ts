/** Where each acceptance case of the wires is shown: by a test whose title has its number, or not here, with the reason. */

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const mostCases = 215

const root = fileURLToPath(new URL('..', import.meta.url))

/** `case 5`, `cases 5, 7`, `cases 9–12`, and `[5] [7]` before a title: the numbers. */
export function numbersIn(text: string): number[] {
  const said = [...text.matchAll(/\bcases? (\d+(?:(?:, | and |–|-)\d+)*)/g)].flatMap(([, list]) => list!.split(/, | and /).flatMap(spread))
  const before = [...text.matchAll(/(?<=['"`])(?:\[\w+\] )+/g)].flatMap(([marks]) => [...marks.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number)))
  return [...said, ...before]
}

function spread(part: string): number[] {
  const [from = NaN, to = from] = part.split(/–|-/).map(Number)
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

/** By number: the test files whose titles or tables name it. Bounded by the list. */
export function shownCases(): ReadonlyMap<number, readonly string[]> {
  const shown = new Map<number, string[]>()
  for (const path of globSync('{src,test}/**/*.test.ts', { cwd: root }).sort()) {
    const file = path.replaceAll('\\', '/')
    // Its titles are samples of how numbers are written.
    if (file === 'test/cases.test.ts') continue
    for (const number of new Set(numbersIn(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))))
      shown.set(number, [...(shown.get(number) ?? []), file])
  }
  return shown
}

/** Cases about parts of the product that come with later work. */
export const later: ReadonlyMap<number, string> = new Map([
  [145, 'a signature stays with its text and never with a user’s; that a client edited a signed text cannot be known yet'],
  ...[197, 198, 199, 200, 201, 203].map((number): [number, string] => [number, 'limits and budgets come with governance']),
  [204, 'limits and budgets come with governance; 402 and 429 have their types in the table of reasons'],
  ...[206, 212, 213].map((number): [number, string] => [number, 'there is no response cache']),
])
