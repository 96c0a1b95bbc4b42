/**
 * The soak: hours of traffic, faults and changes before a real gateway, and what must hold after them.
 * `npm run soak -- --minutes 30`; docs/soak.md says how to read it.
 */

import { parseArgs } from 'node:util'
import { soak } from './soak/run.ts'
import { heading, writeRow, writeVerdict } from './soak/table.ts'
import { growthOf, writeGrowth } from './soak/verdict.ts'

const options = {
  minutes: { type: 'string', default: '30' },
  lanes: { type: 'string', default: '50' },
  rate: { type: 'string', default: '120' },
  seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
} as const

if (process.platform !== 'linux') throw new Error('The soak needs Linux: it reads /proc.')
const { minutes, lanes, rate, seed } = parseArgs({ options }).values
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

console.log(`${minutes} minutes, ${rate} calls a second, ${lanes} at once, seed ${seed}, process ${process.pid}\n${heading}`)
const { rows, changes, verdicts } = await soak({
  minutes: Number(minutes),
  lanes: Number(lanes),
  rate: Number(rate),
  seed: Number(seed),
  every: 60_000,
  signal: stop.signal,
  onRow: (row) => console.log(writeRow(row)),
})
const done = Object.entries(changes).map(([name, count]) => `${count} × ${name}`)
console.log(`\n${done.join(', ')}; heap after full collections: ${writeGrowth(growthOf(rows, ({ heapKept }) => heapKept))}`)
console.log(verdicts.map(writeVerdict).join('\n'))
process.exitCode = verdicts.every(({ holds }) => holds) ? 0 : 1
