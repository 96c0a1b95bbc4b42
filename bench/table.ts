/** The tables that the bench prints, in Markdown, so that they can be pasted into the docs as they are. */

import type { Row, Verdict } from './report.ts'
import type { Repeated } from './statistics.ts'

const round = (value: number, digits: number): string => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
const spread = ({ median, min, max }: Repeated, digits: number): string => `${round(median, digits)} (${round(min, digits)}–${round(max, digits)})`

const columns: readonly { readonly title: string; readonly cell: (row: Row) => string }[] = [
  { title: 'lane', cell: ({ lane }) => lane },
  { title: 'at once', cell: ({ concurrency }) => String(concurrency) },
  { title: 'subject', cell: ({ subject, variant }) => (variant === '' ? subject : `${subject}, from ${variant}`) },
  { title: 'answers/s', cell: (row) => round(row.answersPerSecond.median, 0) },
  { title: 'answers/CPU-s (min–max)', cell: ({ cost }) => (cost ? spread(cost.answersPerCpuSecond, 0) : '') },
  { title: 'CPU µs', cell: ({ cost }) => (cost ? round(cost.microseconds.median, 0) : '') },
  { title: 'p50 ms', cell: ({ p50 }) => round(p50.median, 2) },
  { title: 'p99 ms', cell: ({ p99 }) => round(p99.median, 2) },
  { title: 'first word ms', cell: ({ firstWord }) => round(firstWord.median, 2) },
  { title: 'RSS MB', cell: ({ cost }) => (cost ? round(cost.residentMegabytes.median, 0) : '') },
  { title: 'loop p99 ms', cell: ({ cost }) => (cost ? round(cost.loopDelayP99.median, 1) : '') },
]

export function rowTable(rows: readonly Row[]): string {
  return table(
    columns.map(({ title }) => title),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  )
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const line = ({ about, measured, range, target, isMet }: Verdict): string[] => [
    about,
    range ? spread(range, 2) : round(measured, 3),
    target,
    isMet ? 'met' : 'not met',
  ]
  return table(['what', 'measured', 'target', ''], verdicts.map(line))
}

/** Empty where there is nothing to say. */
export function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  if (lines.length === 0) return ''
  const widths = titles.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]!.length)))
  const write = (cells: readonly string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`
  return [write(titles), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(write)].join('\n')
}
