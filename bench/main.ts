/** The bench: how much of a processor a call costs, and how long it takes, beside a bare proxy and another gateway. `npm run bench -- --help` */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFreePort } from '../test/gateway.ts'
import { choiceTable, judgeChoices, measureChoices, type ChoiceCost } from './choosing.ts'
import { frameTable, measureFrames } from './frames.ts'
import { lanes, limits } from './lanes.ts'
import { runLane, type Bench, type Effort, type Sample } from './measure.ts'
import { findNginx, nginxCommand } from './nginx.ts'
import { script, start, until, type Process } from './process.ts'
import { judgeReading, measureReading, readingTable } from './reading.ts'
import { judge, summarizeRows, type Verdict } from './report.ts'
import { judgeWays, measureWays, wayTable, type WayCost } from './resolving.ts'
import { delayOfCounting, holdIdleStreams, timeFirstAnswer, type IdleStreams } from './rest.ts'
import { judgeRules, measureRules, ruleTable } from './rules.ts'
import type { Repeated } from './statistics.ts'
import type { Place } from './subjects.ts'
import { rowTable, verdictTable } from './table.ts'

const help = `npm run bench -- [options]
  --quick         two short repetitions at two concurrencies: under two minutes, and rougher
  --lanes a,b     only these: ${lanes.map(({ name }) => name).join(', ')}, rest, frames, choosing, rules, reading
  --subjects a,b  only these of each lane: direct, bare, plain, governed, portkey
  --json file     where to write the numbers (default bench/results/latest.json)`

const thorough: Effort = { repetitions: 5, milliseconds: 2000, warmUpMilliseconds: 1500, mostConcurrencies: 3 }
const quick: Effort = { repetitions: 2, milliseconds: 500, warmUpMilliseconds: 600, mostConcurrencies: 2 }
const here = fileURLToPath(new URL('.', import.meta.url))
const megabyte = 2 ** 20
/** Load from before, in processes, above which the run says that it is disturbed. */
const mostBusy = 0.7

interface Rest {
  readonly streams: readonly IdleStreams[]
  readonly firstAnswer: Repeated
  /** Milliseconds. */
  readonly countDelay: number
}

interface Choosing {
  readonly choices: readonly ChoiceCost[]
  readonly ways: readonly WayCost[]
}

const options = {
  quick: { type: 'boolean' },
  lanes: { type: 'string' },
  subjects: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const

function checkMachine(): void {
  if (process.platform !== 'linux' || availableParallelism() < 2)
    throw new Error('The bench needs Linux and two cores: it reads /proc and pins programs to cores.')
  const [busy] = loadavg()
  if (busy! > mostBusy) console.error(`The machine is not at rest (load ${busy!.toFixed(1)}): the numbers will be rougher than they need be.`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options })
  if (values.help) return console.log(help)
  checkMachine()
  const names = values.lanes?.split(',') ?? [...lanes.map(({ name }) => name), 'rest', 'frames', 'choosing', 'rules', 'reading']
  const chosen = lanes
    .filter(({ name }) => names.includes(name))
    .map((lane) => ({ ...lane, subjects: lane.subjects.filter((name) => values.subjects?.split(',').includes(name) ?? true) }))
  const output = values.json ?? join(here, 'results/latest.json')
  await withBench(values.quick ? quick : thorough, async (bench, upstream) => {
    const samples: Sample[] = []
    for (const lane of chosen) samples.push(...(await runLane(lane, bench)))
    const rest = names.includes('rest') ? await measureRest(bench) : undefined
    const frames = names.includes('frames') ? measureFrames() : undefined
    const choosing = names.includes('choosing') ? await measureChoosing(bench) : undefined
    const rules = names.includes('rules') ? measureRules() : undefined
    const reading = names.includes('reading') ? await measureReading(bench.place.cache, bench.say) : undefined
    const rows = summarizeRows(samples)
    const verdicts = [
      ...judge(samples),
      ...(rest ? judgeRest(rest) : []),
      ...(choosing ? judgeChoosing(choosing) : []),
      ...(rules ? judgeRules(rules) : []),
      ...(reading ? judgeReading(reading) : []),
    ]
    const tables = [
      rowTable(rows),
      verdictTable(verdicts),
      frames && frameTable(frames),
      choosing && choiceTable(choosing.choices),
      choosing && wayTable(choosing.ways),
      rules && ruleTable(rules),
      reading && readingTable(reading),
    ]
    console.log(`\n${tables.filter((one) => one !== undefined && one !== '').join('\n\n')}`)
    write(output, { machine: describeMachine(upstream), effort: bench.effort, verdicts, rows, rest, frames, choosing, rules, reading, samples })
  })
}

function write(file: string, results: object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
}

/** Starts upstreams and load on one core, leaves the other to the program under measure, and ends and removes all of it. */
async function withBench(effort: Effort, use: (bench: Bench, upstream: string) => Promise<void>): Promise<void> {
  const place: Place = { cache: join(here, '../.cache'), scratch: mkdtempSync(join(tmpdir(), 'omni-bench-')), subjectCore: 0, loadCore: 1 }
  spawnSync('taskset', ['-p', '-c', String(place.loadCore), String(process.pid)])
  const started: Process[] = []
  const begin = async (program: ReturnType<typeof script>): Promise<Process> => {
    const child = await start({ core: place.loadCore, ...program })
    started.push(child)
    return child
  }
  try {
    const [whole, streamed] = [await findFreePort(), await findFreePort()]
    const nginx = findNginx(place.cache)
    await begin(script('upstream.ts', String(streamed)))
    if (nginx) await begin(nginxCommand(nginx, whole, place.scratch))
    const upstreams = { whole: nginx ? whole : streamed, streamed }
    for (const port of new Set([upstreams.whole, streamed]))
      await until(() => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).then(({ ok }) => ok), 5000)
    const load = await begin(script('load.ts'))
    await use({ place, effort, load, upstreams, say: (line) => console.error(line) }, nginx ? 'nginx' : 'raw sockets')
  } finally {
    for (const child of started) await child.stop()
    rmSync(place.scratch, { recursive: true, force: true })
  }
}

async function measureRest(bench: Bench): Promise<Rest> {
  const firstAnswer = await timeFirstAnswer(bench)
  const countDelay = await delayOfCounting(bench)
  return { firstAnswer, countDelay, streams: [await holdIdleStreams('bare', bench), await holdIdleStreams('governed', bench)] }
}

async function measureChoosing({ say }: Bench): Promise<Choosing> {
  say('choosing among targets')
  const choices = await measureChoices()
  say('from key to target')
  return { choices, ways: await measureWays() }
}

const judgeChoosing = ({ choices, ways }: Choosing): Verdict[] => [...judgeChoices(choices), ...judgeWays(ways)]

function judgeRest({ streams, firstAnswer, countDelay }: Rest): Verdict[] {
  const own = streams.find(({ subject }) => subject === 'governed')!
  const judged = (about: string, measured: number, most: number): Verdict => ({ about, measured, target: `≤ ${most}`, isMet: measured <= most })
  return [
    judged(`${own.streams} idle streams, MB`, own.streamsBytes / megabyte, limits.idleStreamsMegabytes),
    judged('at rest, MB', own.idleBytes / megabyte, limits.idleMegabytes),
    judged('loop delay p99 while a million tokens are counted, ms', countDelay, limits.countLoopDelay),
    judged('start to first answer, ms', firstAnswer.median, limits.firstAnswerMilliseconds),
  ]
}

/** No names, addresses or paths of the machine. */
function describeMachine(wholeAnswersFrom: string): { readonly [fact: string]: string | number } {
  const cores = cpus()
  return {
    cores: cores.length,
    processor: cores[0]?.model ?? 'unknown',
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    wholeAnswersFrom,
  }
}

await main()
