/** What it costs to choose whom to ask: every strategy on lists of every size, with the health of real places and no call behind it. `node bench/choosing.ts` prints the table. */

import { pathToFileURL } from 'node:url'
import { monotonic } from '../src/base/clock.ts'
import { openai } from '../src/providers/openai.ts'
import { Course, type Traveller } from '../src/routing/course.ts'
import { Health } from '../src/routing/health.ts'
import { Group, Leaf } from '../src/routing/leaf.ts'
import { strategies, type StrategyName } from '../src/routing/strategies/index.ts'
import type { Connection } from '../src/routing/target.ts'
import { dice } from '../test/choosing.ts'
import type { Verdict } from './report.ts'
import { spreadOfMedians, type Spread } from './statistics.ts'
import { table } from './table.ts'

/** One strategy on one list. Microseconds. */
export interface ChoiceCost {
  readonly strategy: StrategyName
  readonly list: string
  readonly microseconds: Spread
}

interface List {
  readonly name: string
  readonly targets: number
  /** The share of the targets that may be asked. */
  readonly sound: number
}

const lists: readonly List[] = [
  { name: '10', targets: 10, sound: 1 },
  { name: '100', targets: 100, sound: 1 },
  { name: '1,000', targets: 1000, sound: 1 },
  { name: '1,000, half out', targets: 1000, sound: 0.5 },
  { name: '1,000, all but ten out', targets: 1000, sound: 0.01 },
]
/** Microseconds at the slowest hundredth, on lists of a thousand. */
const most = 20
const repetitions = 7
const samples = 500
/** A sample looks at so many targets, so that short lists are not measured by the clock's own cost. */
const perSample = 1000
const hour = 3_600_000

/** Every strategy on every list takes its turn, repetition after repetition; the first two warm up. */
export async function measureChoices(): Promise<ChoiceCost[]> {
  const names = Object.keys(strategies) as StrategyName[]
  const subjects = lists.flatMap((list) => names.map((strategy) => ({ list, strategy, root: groupOf(list, strategy), turns: [] as number[][] })))
  for (let turn = -2; turn < repetitions; turn += 1) {
    for (const { list, root, turns } of subjects) {
      const times = timeChoices(root, Math.ceil(perSample / list.targets))
      if (turn >= 0) turns.push(times)
    }
  }
  return subjects.map(({ list, strategy, turns }) => ({ strategy, list: list.name, microseconds: spreadOfMedians(turns) }))
}

/** Microseconds a choice, the same choices every time. Each belongs to a session of its own. */
function timeChoices(root: Group, choices: number): number[] {
  const session = dice(1)
  const random = dice(2)
  root.turn = 0
  const traveller: Traveller = {
    who: 'bench',
    needs: () => ({ bits: 0, input: 1000, output: 500 }),
    affinity: () => Math.floor(session() * 2 ** 32),
    onGone: () => {},
  }
  const times: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    const began = performance.now()
    for (let choice = 0; choice < choices; choice += 1) {
      const course = Object.assign(new Course({ root, reason: 'chain' }, traveller), { random })
      if (course.offer(performance.now()) === undefined) throw new Error('nobody was chosen')
    }
    times.push(((performance.now() - began) * 1000) / choices)
  }
  return times
}

/** Targets at accounts of ten providers, each with calls behind it and calls under way. */
function groupOf({ targets, sound }: List, strategy: StrategyName): Group {
  const health = new Health({ failures: 5, window: 1000, ejection: hour, longestEjection: hour, panic: true, queueSize: 10 })
  const random = dice(targets)
  // Those that are out stand among the others, as in life.
  const sounds = shuffle(
    Array.from({ length: targets }, (_, at) => at / targets < sound),
    random,
  )
  const leaves = sounds.map((isSound, at) => {
    const target = { connection: connectionOf(at), model: ['gpt-4o', 'gpt-4o-mini', 'unheard-of'][at % 3]! }
    const leaf = new Leaf(target, { weight: 1 + (at % 5), lacks: 0 }, health)
    live(leaf, random, isSound)
    return leaf
  })
  return new Group(leaves, strategy)
}

function connectionOf(at: number): Connection {
  const deadlines = { connect: 1, firstByteStreamed: 1, firstByteWhole: 1, firstWord: 1, idle: 1, progress: 1, total: 1 }
  const name = `provider-${at % 10}`
  const host = `${name}.example`
  return {
    name,
    account: `account-${at}`,
    provider: openai,
    origin: `https://${host}`,
    host,
    basePath: '',
    models: [],
    deadlines,
    isCustom: false,
    concurrency: 8000,
  }
}

function live({ own }: Leaf, random: () => number, isSound: boolean): void {
  const time = monotonic()
  for (let call = Math.floor(random() * 5); call >= 0; call -= 1) own.succeed(time, own.begin(time), 100 + random() * 1000)
  if (!isSound) own.eject(time, own.begin(time), { reason: 'overloaded', isBroken: false, told: hour })
}

const shuffle = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((one) => ({ one, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ one }) => one)

export function judgeChoices(costs: readonly ChoiceCost[]): Verdict[] {
  const long = costs.filter(({ list }) => list.startsWith('1,000'))
  const slowest = long.toSorted((one, other) => other.microseconds.p99 - one.microseconds.p99)[0]!
  const { strategy, list, microseconds } = slowest
  const measured = microseconds.p99
  return [{ about: `slowest choice (${strategy}, ${list}), p99, µs`, measured, target: `≤ ${most}`, isMet: measured <= most }]
}

export function choiceTable(costs: readonly ChoiceCost[]): string {
  const cell = (strategy: string, list: string): string => {
    const { p50, p99 } = costs.find((cost) => cost.strategy === strategy && cost.list === list)!.microseconds
    return `${p50.toFixed(1)} / ${p99.toFixed(1)}`
  }
  return table(
    ['µs a choice, p50 / p99', ...lists.map(({ name }) => name)],
    Object.keys(strategies).map((strategy) => [strategy, ...lists.map(({ name }) => cell(strategy, name))]),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(choiceTable(await measureChoices()))
