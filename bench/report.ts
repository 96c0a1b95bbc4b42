/** What the samples say: one row for each subject and concurrency, and each target with its verdict. */

import { mostPlateau, targets, type SubjectName, type Target } from './lanes.ts'
import type { Sample } from './measure.ts'
import { repeated, type Repeated } from './statistics.ts'

export interface Row {
  readonly lane: string
  readonly concurrency: number
  readonly subject: SubjectName
  readonly variant: string
  readonly answersPerSecond: Repeated
  /** Milliseconds. */
  readonly p50: Repeated
  readonly p99: Repeated
  readonly firstWord: Repeated
  readonly plateau: number
  readonly cost?: {
    readonly answersPerCpuSecond: Repeated
    readonly microseconds: Repeated
    readonly residentMegabytes: Repeated
    readonly loopDelayP99: Repeated
  }
}

export interface Verdict {
  readonly about: string
  readonly measured: number
  /** The smallest and largest of the repetitions, paired within each. */
  readonly range?: Repeated
  readonly target: string
  readonly isMet: boolean
}

const megabyte = 2 ** 20

export function summarizeRows(samples: readonly Sample[]): Row[] {
  const groups = Map.groupBy(samples, ({ lane, concurrency, subject, variant }) => `${lane} ${concurrency} ${subject} ${variant}`)
  return [...groups.values()].map((group) => {
    const { lane, concurrency, subject, variant, cost } = group[0]!
    const over = (read: (sample: Sample) => number): Repeated => repeated(group.map(read))
    return {
      lane,
      concurrency,
      subject,
      variant,
      answersPerSecond: over(({ answers, seconds }) => answers / seconds),
      p50: over(({ latency }) => latency.p50),
      p99: over(({ latency }) => latency.p99),
      firstWord: over(({ firstWord }) => firstWord.p50),
      plateau: Math.max(...group.map(({ plateau }) => plateau)),
      ...(cost && {
        cost: {
          answersPerCpuSecond: over(perCpuSecond),
          microseconds: over((sample) => 1e6 / perCpuSecond(sample)),
          residentMegabytes: over((sample) => sample.cost!.residentBytes / megabyte),
          loopDelayP99: over((sample) => sample.cost!.loopDelay.p99),
        },
      }),
    }
  })
}

const perCpuSecond = ({ answers, cost }: Sample): number => answers / cost!.cpuSeconds

/** Those whose lane was run. */
export function judge(samples: readonly Sample[]): Verdict[] {
  return [...targets.flatMap((target) => judgeTarget(target, samples)), ...judgePlateaus(samples)]
}

const measures: { readonly [name in Target['measure']]: (own: Sample, other: Sample, direct: Sample | undefined) => number } = {
  answersPerCpuSecond: (own, other) => perCpuSecond(own) / perCpuSecond(other),
  addedLatency: (own, other, direct) => (own.latency.p50 - direct!.latency.p50) / (other.latency.p50 - direct!.latency.p50),
  addedFirstWord: (own, other) => own.firstWord.p50 - other.firstWord.p50,
}

const words: { readonly [name in Target['measure']]: (target: Target) => string } = {
  answersPerCpuSecond: ({ against }) => `answers per CPU-second, of ${against}'s`,
  addedLatency: ({ against }) => `added p50, of ${against}'s`,
  addedFirstWord: () => 'added time to the first word, ms',
}

function judgeTarget(target: Target, samples: readonly Sample[]): Verdict[] {
  const [ownVariant, otherVariant] = target.variants ?? ['', '']
  const of = (subject: SubjectName, variant = ''): Sample[] =>
    samples.filter(
      (sample) => sample.lane === target.lane && sample.concurrency === target.concurrency && sample.subject === subject && sample.variant === variant,
    )
  const [own, other, direct] = [of(target.subject, ownVariant), of(target.against, otherVariant), of('direct')]
  if (own.length === 0 || other.length === 0 || (target.measure === 'addedLatency' && direct.length === 0)) return []
  const range = repeated(own.map((sample, at) => measures[target.measure](sample, other[at]!, direct[at])))
  const { atLeast = -Infinity, atMost = Infinity } = target
  return [
    {
      about: target.variants
        ? `${target.lane} from ${ownVariant}: streams per CPU-second, of those passed on`
        : `${target.lane}, ${target.concurrency} at once, ${target.subject}: ${words[target.measure](target)}`,
      measured: range.median,
      range,
      target: target.atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`,
      isMet: range.median >= atLeast && range.median <= atMost,
    },
  ]
}

/** At one at a time: with many, waits of 40 ms may be honest queueing. */
function judgePlateaus(samples: readonly Sample[]): Verdict[] {
  const own = samples.filter(({ subject, concurrency }) => (subject === 'plain' || subject === 'governed') && concurrency === 1)
  const groups = Map.groupBy(own, ({ lane, subject }) => `${lane}, ${subject}: share of waits of 35 to 45 ms`)
  return [...groups].map(([about, group]) => {
    const measured = repeated(group.map(({ plateau }) => plateau)).median
    return { about, measured, target: `≤ ${mostPlateau}`, isMet: measured <= mostPlateau }
  })
}
