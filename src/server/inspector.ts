/** Lets detectors look at texts: at short ones in place, at long ones in a thread, so that nobody else waits for them. */

import { Worker } from 'node:worker_threads'
import type { Detected, Detector, DetectorTerms, OutsideTerms, Passage, Said, Undetected } from '../policy/detector.ts'
import { detectorOf, inspect } from '../policy/detectors/index.ts'
import type { InspectionAsked, InspectionReply } from './inspector-messages.ts'

export interface InspectorOptions {
  /** Asks a service elsewhere. Never rejects. */
  readonly askOutside: (terms: OutsideTerms, passages: readonly Passage[]) => Promise<Detected | Undetected>
  /** Milliseconds that a thread may take for one question, and for each million characters of it. */
  readonly time?: number
}

/** Characters from which on texts go to the thread: about five milliseconds' work. */
const longText = 64 * 1024
/** Questions that may wait for the thread, and their characters. */
const mostWaiting = 100
const mostCharacters = 64 * 1024 * 1024
/** Detectors that a thread is told of; then it ends, and another begins. */
const mostDetectors = 1000
const usualTime = 2000

interface Question {
  readonly passages: readonly Passage[]
  readonly terms: readonly Detector['terms'][]
  readonly characters: number
  readonly resolve: (found: Said | Undetected) => void
}

/** What a list of terms asks for. */
interface Asked {
  readonly own: readonly Detector['terms'][]
  /** Those that are ready to look; undefined where one cannot be made. */
  readonly ready: readonly Detector[] | undefined
  readonly outside: readonly OutsideTerms[]
}

export class Inspector {
  readonly #askOutside: InspectorOptions['askOutside']
  readonly #time: number
  /** Bounded by `mostWaiting` and `mostCharacters`; the first of them is with the thread. */
  readonly #waiting: Question[] = []
  #characters = 0
  #thread: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  /** What the thread calls the detectors: at most `mostDetectors` are told to one. */
  #numbers = new WeakMap<Detector['terms'], number>()
  #told = 0
  /** Rules ask by the same list for every call: one entry for each, as long as they live. */
  readonly #asked = new WeakMap<readonly DetectorTerms[], Asked>()

  constructor({ askOutside, time = usualTime }: InspectorOptions) {
    this.#askOutside = askOutside
    this.#time = time
  }

  /** What each of them says, by its name: at once where the texts are short and nobody else is asked. Never rejects. */
  inspect(passages: readonly Passage[], asked: readonly DetectorTerms[]): Said | Promise<Said> {
    let terms = this.#asked.get(asked)
    if (terms === undefined) this.#asked.set(asked, (terms = readAsked(asked)))
    let characters = 0
    for (const { text } of passages) characters += text.length
    const found = characters < longText ? inspectHere(passages, terms) : this.#inspectThere(passages, terms.own, characters)
    return terms.outside.length === 0 ? found : this.#askBeside(found, passages, terms.outside)
  }

  async #askBeside(found: Said | Promise<Said>, passages: readonly Passage[], outside: readonly OutsideTerms[]): Promise<Said> {
    const said = await Promise.all(outside.map(async (terms) => [terms.name, await this.#askOutside(terms, passages)] as const))
    return { ...(await found), ...Object.fromEntries(said) }
  }

  /** Who still waits hears that it failed. */
  async close(): Promise<void> {
    await this.#end('failed', this.#waiting.length)
  }

  async #inspectThere(passages: readonly Passage[], terms: readonly Detector['terms'][], characters: number): Promise<Said> {
    if (terms.length === 0) return {}
    if (this.#waiting.length >= mostWaiting || this.#characters + characters > mostCharacters) return allFailed(terms, { fault: 'failed' })
    const { promise, resolve } = Promise.withResolvers<Said | Undetected>()
    // Places stay here: the thread needs whose a text is, and the text.
    this.#waiting.push({ passages: passages.map(({ from, text }) => ({ from, text })), terms, characters, resolve })
    this.#characters += characters
    if (this.#waiting.length === 1) this.#ask()
    const found = await promise
    return isFault(found) ? allFailed(terms, found) : found
  }

  /** The first that waits. One at a time, so that one that takes too long takes no other with it. */
  #ask(): void {
    const [question] = this.#waiting
    if (question === undefined) return
    const { passages, terms, characters } = question
    if (this.#told + terms.length > mostDetectors) void this.#drop()
    const thread = (this.#thread ??= this.#start())
    thread.ref()
    thread.postMessage({ passages, detectors: terms.map((one) => this.#numbered(one)) } satisfies InspectionAsked)
    this.#timer = setTimeout(() => void this.#end('timeout', 1), this.#time * (1 + characters / 1e6)).unref()
  }

  #numbered(terms: Detector['terms']): InspectionAsked['detectors'][number] {
    const number = this.#numbers.get(terms)
    if (number !== undefined) return { number }
    this.#told += 1
    this.#numbers.set(terms, this.#told)
    return { number: this.#told, terms }
  }

  #start(): Worker {
    const url = new URL(import.meta.url.endsWith('.ts') ? './inspector-thread.ts' : './inspector-thread.js', import.meta.url)
    const thread = new Worker(url, { name: 'inspector', env: {}, execArgv: [] })
    const fail = () => {
      if (this.#thread === thread) void this.#end('failed', 1)
    }
    thread.on('message', ({ inspected }: InspectionReply) => this.#settle(inspected ?? { fault: 'failed' }))
    thread.on('error', fail)
    thread.on('exit', fail)
    return thread
  }

  #settle(found: Said | Undetected): void {
    clearTimeout(this.#timer)
    const question = this.#waiting.shift()
    if (question === undefined) return
    this.#characters -= question.characters
    question.resolve(found)
    // While nobody waits, it does not keep the process alive.
    this.#thread?.unref()
    this.#ask()
  }

  /** Ends the thread; the first so many that wait have it to blame, and the others get another one. */
  async #end(fault: Undetected['fault'], blamed: number): Promise<void> {
    clearTimeout(this.#timer)
    const ended = this.#drop()
    for (const { characters, resolve } of this.#waiting.splice(0, blamed)) {
      this.#characters -= characters
      resolve({ fault })
    }
    this.#ask()
    await ended
  }

  async #drop(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    this.#numbers = new WeakMap()
    this.#told = 0
    thread?.removeAllListeners('message')
    await thread?.terminate()
  }
}

function readAsked(asked: readonly DetectorTerms[]): Asked {
  const own = asked.filter((terms) => terms.kind !== 'outside')
  const outside = asked.filter((terms) => terms.kind === 'outside')
  try {
    return { own, ready: own.map(detectorOf), outside }
  } catch {
    return { own, ready: undefined, outside }
  }
}

function inspectHere(passages: readonly Passage[], { own, ready }: Asked): Said {
  try {
    if (ready !== undefined) return inspect(passages, ready)
  } catch {
    // What went wrong may quote the texts.
  }
  return allFailed(own, { fault: 'failed' })
}

const isFault = (found: Said | Undetected): found is Undetected => typeof found.fault === 'string'
const allFailed = (terms: readonly Detector['terms'][], undetected: Undetected): Said => Object.fromEntries(terms.map(({ name }) => [name, undetected]))
