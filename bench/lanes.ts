/** The lanes of the bench: what is asked of whom, and the targets that the answers are held against. */

import type { WireName } from '../src/canonical/chat.ts'
import { surfaceNames, wireNames } from './wires.ts'

export type SubjectName = 'direct' | 'bare' | 'plain' | 'governed' | 'everything' | 'least' | 'portkey'

export interface Question {
  readonly isStreamed?: boolean
  /** The API that the client asks on; Chat Completions where left out. */
  readonly surface?: (typeof surfaceNames)[number]
  /** What the provider speaks; the same as the client where left out. */
  readonly wire?: WireName
  /** The stream says its first word and then nothing. */
  readonly isIdle?: boolean
  /** About how much the question weighs; small where left out. */
  readonly bytes?: number
}

export interface Lane {
  readonly name: string
  readonly about: string
  /** They take turns within each repetition. */
  readonly subjects: readonly SubjectName[]
  readonly concurrency: readonly number[]
  readonly question: Question
  /** They take turns too, each in the place of `question`. */
  readonly variants?: readonly Question[]
}

/** How a variant is called: the lane's only question has no name. */
export const variantName = ({ wire }: Question): string => wire ?? ''

export const lanes: readonly Lane[] = [
  { name: 'plain', about: 'a small answer, passed on', subjects: ['direct', 'bare', 'plain', 'portkey'], concurrency: [1, 32, 128], question: {} },
  { name: 'governed', about: 'the same with key, receipt and log', subjects: ['direct', 'bare', 'governed'], concurrency: [1, 32, 128], question: {} },
  {
    name: 'everything',
    about: 'a question of 1 KB with three limits, three budgets, 20 rules of which five are looked at, and two detectors',
    subjects: ['direct', 'bare', 'least', 'governed', 'everything'],
    concurrency: [1, 32],
    question: { bytes: 2 ** 10 },
  },
  {
    name: 'translate',
    about: 'a small answer from Messages to Chat Completions',
    subjects: ['bare', 'plain'],
    concurrency: [1, 32, 128],
    question: { wire: 'anthropic-messages' },
  },
  {
    name: 'stream',
    about: 'streams of 50 frames, passed on',
    subjects: ['direct', 'bare', 'plain', 'governed'],
    concurrency: [1, 64],
    question: { isStreamed: true },
  },
  ...surfaceNames.map((surface): Lane => ({
    name: `stream ${surface}`,
    about: 'streams of 50 frames to a client of this API, from providers of every wire',
    subjects: ['plain'],
    concurrency: [64],
    question: { isStreamed: true, surface, wire: surface },
    variants: wireNames.map((wire) => ({ isStreamed: true, surface, wire })),
  })),
  { name: 'large', about: 'a question of 1 MB, passed on', subjects: ['direct', 'bare', 'plain'], concurrency: [1, 32], question: { bytes: 2 ** 20 } },
]

/** What one subject did at one concurrency, over all repetitions. */
export interface Target {
  readonly lane: string
  readonly concurrency: number
  readonly subject: SubjectName
  readonly against: SubjectName
  /** `answersPerCpuSecond`: its ratio to the other's. `addedLatency`: the ratio of what both add to `direct`. `addedFirstWord`: milliseconds more than `direct`. */
  readonly measure: 'answersPerCpuSecond' | 'addedLatency' | 'addedFirstWord'
  readonly atLeast?: number
  readonly atMost?: number
  /** The variants that are held against each other, where the lane has some: the subject's and the other's. */
  readonly variants?: readonly [own: string, other: string]
}

export const targets: readonly Target[] = [
  { lane: 'plain', concurrency: 32, subject: 'plain', against: 'bare', measure: 'answersPerCpuSecond', atLeast: 0.85 },
  { lane: 'governed', concurrency: 32, subject: 'governed', against: 'bare', measure: 'answersPerCpuSecond', atLeast: 0.7 },
  { lane: 'everything', concurrency: 32, subject: 'everything', against: 'bare', measure: 'answersPerCpuSecond', atLeast: 0.55 },
  { lane: 'plain', concurrency: 32, subject: 'plain', against: 'portkey', measure: 'answersPerCpuSecond', atLeast: 10 },
  { lane: 'plain', concurrency: 1, subject: 'plain', against: 'bare', measure: 'addedLatency', atMost: 1.3 },
  { lane: 'governed', concurrency: 1, subject: 'governed', against: 'bare', measure: 'addedLatency', atMost: 1.3 },
  { lane: 'stream', concurrency: 1, subject: 'plain', against: 'direct', measure: 'addedFirstWord', atMost: 1 },
  { lane: 'stream', concurrency: 1, subject: 'governed', against: 'direct', measure: 'addedFirstWord', atMost: 1 },
  ...surfaceNames.flatMap((surface) =>
    wireNames
      .filter((wire) => wire !== surface)
      .map((wire): Target => ({
        lane: `stream ${surface}`,
        concurrency: 64,
        subject: 'plain',
        against: 'plain',
        measure: 'answersPerCpuSecond',
        atLeast: 0.5,
        variants: [wire, surface],
      })),
  ),
]

/** The most of the waits of ours that may fall between 35 and 45 ms. */
export const mostPlateau = 0.01

/** Limits on what ours takes at rest. */
export const limits = {
  idleStreams: 5000,
  idleStreamsMegabytes: 500,
  idleMegabytes: 120,
  firstAnswerMilliseconds: 1000,
  countedTokens: 1_000_000,
  countLoopDelay: 50,
} as const
