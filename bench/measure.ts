/** Runs the lanes: subjects in turns, repetition after repetition, so that what disturbs one disturbs all. */

import { setTimeout } from 'node:timers/promises'
import { variantName, type Lane, type SubjectName } from './lanes.ts'
import type { Job, Order, Seen } from './load.ts'
import type { LoopDelay } from './probe.ts'
import type { Process } from './process.ts'
import { startSubject, type Place, type Subject } from './subjects.ts'

/** One subject, asked for a while at one concurrency. */
export interface Sample extends Seen {
  readonly lane: string
  readonly concurrency: number
  readonly subject: SubjectName
  /** Empty where the lane has one question. */
  readonly variant: string
  readonly repetition: number
  /** Absent for `direct`: its processor time is the upstream's. */
  readonly cost?: { readonly cpuSeconds: number; readonly residentBytes: number; readonly loopDelay: LoopDelay }
}

export interface Effort {
  readonly repetitions: number
  readonly milliseconds: number
  readonly warmUpMilliseconds: number
  readonly mostConcurrencies: number
}

/** The upstreams of a run, by port: whole answers may come from a faster server than streams. */
export interface Upstreams {
  readonly whole: number
  readonly streamed: number
}

export interface Bench {
  readonly place: Place
  readonly effort: Effort
  readonly load: Process
  readonly upstreams: Upstreams
  say(line: string): void
}

/** Work that ends after the last answer, as a receipt's way to the disk, belongs to the answers: the clock of the processor stops this much later. */
const settlingMilliseconds = 250

export async function order<T>(load: Process, given: Order): Promise<T> {
  const { result, failed } = await load.ask<{ result?: T; failed?: string }>(given)
  if (failed !== undefined) throw new Error(failed)
  return result as T
}

export async function runLane(lane: Lane, bench: Bench): Promise<Sample[]> {
  const { effort, load, place } = bench
  const port = lane.question.isStreamed ? bench.upstreams.streamed : bench.upstreams.whole
  const subjects: Subject[] = []
  const samples: Sample[] = []
  const variants = lane.variants ?? [lane.question]
  try {
    for (const name of lane.subjects) {
      const subject = await startSubject(name, port, place)
      subjects.push(subject)
      // Whole answers first: streams are long, and a few hundred of them leave the code of a call cold.
      for (const question of [{}, ...variants]) await order(load, { do: 'run', job: subject.job(question, 32, effort.warmUpMilliseconds) })
    }
    for (const concurrency of lane.concurrency.slice(0, effort.mostConcurrencies)) {
      bench.say(`${lane.name}, ${concurrency} at once`)
      for (let repetition = 0; repetition < effort.repetitions; repetition += 1) {
        for (const { subject, question } of subjects.flatMap((one) => variants.map((asked) => ({ subject: one, question: asked })))) {
          const seen = await measure(load, subject, subject.job(question, concurrency, effort.milliseconds))
          const variant = lane.variants ? variantName(question) : ''
          samples.push({ lane: lane.name, concurrency, subject: subject.name, variant, repetition, ...seen })
        }
      }
    }
  } finally {
    for (const subject of subjects) await subject.process?.stop()
  }
  return samples
}

async function measure(load: Process, { process }: Subject, job: Job): Promise<Seen & Pick<Sample, 'cost'>> {
  if (!process) return order<Seen>(load, { do: 'run', job })
  await process.ask<LoopDelay>('loop-delay')
  const before = process.cpuSeconds()
  const seen = await order<Seen>(load, { do: 'run', job })
  const residentBytes = process.residentBytes()
  await setTimeout(settlingMilliseconds)
  return { ...seen, cost: { cpuSeconds: process.cpuSeconds() - before, residentBytes, loopDelay: await process.ask<LoopDelay>('loop-delay') } }
}
