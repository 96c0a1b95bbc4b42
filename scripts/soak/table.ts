/** The soak as it is read: a line a minute, and what holds at the end. */

import { outcomes } from './clients.ts'
import type { Row, Verdict } from './verdict.ts'

const MiB = 2 ** 20
const size = (bytes: number | null): string => (bytes === null ? '-' : (bytes / MiB).toFixed(0))
const wrongOf = ({ counts: { broken, late, lied, leaked } }: Row): number => broken + late + lied + leaked

const columns: readonly (readonly [heading: string, width: number, cell: (row: Row) => string | number])[] = [
  ['min', 7, ({ hours }) => (hours * 60).toFixed(1)],
  ['calls', 8, ({ counts }) => outcomes.reduce((sum, outcome) => sum + counts[outcome], 0)],
  ['whole', 8, ({ counts }) => counts.whole],
  ['told', 6, ({ counts }) => counts.told],
  ['refused', 8, ({ counts }) => counts.refused],
  ['left', 7, ({ counts }) => counts.left],
  ['401', 6, ({ counts }) => counts.unauthorized],
  ['wrong', 6, wrongOf],
  ['accepted', 9, ({ accepted }) => accepted],
  ['stored', 8, ({ stored }) => stored],
  ['RSS', 5, ({ resident }) => size(resident)],
  ['heap', 5, ({ heap }) => size(heap)],
  ['kept', 5, ({ heapKept }) => size(heapKept)],
  ['fds', 5, ({ descriptors }) => descriptors],
  ['sockets', 8, ({ sockets }) => sockets],
  ['timers', 7, ({ timers }) => timers],
  ['loop p99', 9, ({ loopDelay }) => loopDelay.toFixed(1)],
]

const lineOf = (cells: readonly (string | number)[]): string => cells.map((cell, at) => String(cell).padStart(columns[at]![1])).join('')

export const heading = lineOf(columns.map(([name]) => name))
export const writeRow = (row: Row): string => lineOf(columns.map(([, , cell]) => cell(row)))
export const writeVerdict = ({ holds, says, measured }: Verdict): string => `${holds ? '✓' : '✗'} ${says}: ${measured}`
