/** The lanes of the bench: what is asked of whom, and the targets that the answers are held against. */

export type SubjectName = 'direct' | 'bare' | 'plain' | 'governed' | 'portkey'

export interface Question {
  readonly isStreamed?: boolean
  /** Asked on Chat Completions, answered by a provider that speaks Messages. */
  readonly isTranslated?: boolean
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
}

export const lanes: readonly Lane[] = [
  { name: 'plain', about: 'a small answer, passed on', subjects: ['direct', 'bare', 'plain', 'portkey'], concurrency: [1, 32, 128], question: {} },
  { name: 'governed', about: 'the same with key, receipt and log', subjects: ['direct', 'bare', 'governed'], concurrency: [1, 32, 128], question: {} },
  {
    name: 'translate',
    about: 'a small answer from Messages to Chat Completions',
    subjects: ['bare', 'plain'],
    concurrency: [1, 32, 128],
    question: { isTranslated: true },
  },
  {
    name: 'stream',
    about: 'streams of 50 frames, passed on',
    subjects: ['direct', 'bare', 'plain', 'governed'],
    concurrency: [1, 64],
    question: { isStreamed: true },
  },
  {
    name: 'stream-translate',
    about: 'streams of 50 frames from Messages',
    subjects: ['bare', 'plain'],
    concurrency: [1, 64],
    question: { isStreamed: true, isTranslated: true },
  },
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
}

export const targets: readonly Target[] = [
  { lane: 'plain', concurrency: 32, subject: 'plain', against: 'bare', measure: 'answersPerCpuSecond', atLeast: 0.85 },
  { lane: 'governed', concurrency: 32, subject: 'governed', against: 'bare', measure: 'answersPerCpuSecond', atLeast: 0.7 },
  { lane: 'plain', concurrency: 32, subject: 'plain', against: 'portkey', measure: 'answersPerCpuSecond', atLeast: 10 },
  { lane: 'plain', concurrency: 1, subject: 'plain', against: 'bare', measure: 'addedLatency', atMost: 1.3 },
  { lane: 'governed', concurrency: 1, subject: 'governed', against: 'bare', measure: 'addedLatency', atMost: 1.3 },
  { lane: 'stream', concurrency: 1, subject: 'plain', against: 'direct', measure: 'addedFirstWord', atMost: 1 },
  { lane: 'stream', concurrency: 1, subject: 'governed', against: 'direct', measure: 'addedFirstWord', atMost: 1 },
]

/** The most of the waits of ours that may fall between 35 and 45 ms. */
export const mostPlateau = 0.01

/** Limits on what ours takes at rest. */
export const limits = { idleStreams: 5000, idleStreamsMegabytes: 500, idleMegabytes: 120, firstAnswerMilliseconds: 1000 } as const
