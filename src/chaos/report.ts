/** What a campaign found, as rows for people. */

import { countGrades, type Finding } from './run.ts'

const way = ({ streams, hasFallback }: Finding): string => `${streams ? 'stream' : 'whole'}, ${hasFallback ? 'with a fallback' : 'alone'}`

/** A row for each call, under a row of headings. */
export const rowsOf = (findings: readonly Finding[]): readonly (readonly string[])[] => [
  ['SCENARIO', 'ASKED', 'GRADE', 'STATUS', 'CALLS', 'TOOK', 'THE GATEWAY'],
  ...findings.map((finding) => {
    const { scenario, grade, status, calls, took, says } = finding
    return [scenario, way(finding), grade, String(status ?? '-'), String(calls), `${took} ms`, says]
  }),
]

/** As `120 pass, 2 partial, 0 safe, 0 fail`. */
export const sumUp = (findings: readonly Finding[]): string =>
  Object.entries(countGrades(findings))
    .map(([grade, count]) => `${count} ${grade}`)
    .join(', ')
