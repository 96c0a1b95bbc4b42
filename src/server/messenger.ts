/** Brings operators what they are to be told of: each receiver gets every notice, however long it was away, and whichever process wrote it. */

import { now, pause } from '../base/clock.ts'
import { toFailure } from '../canonical/failure.ts'
import { notice as body, type NoticeBody, type TestedReceiver } from '../contract/alerts.ts'
import type { Errand, Notice, Notices } from '../storage/notices.ts'
import type { Log } from '../telemetry/log.ts'
import { isOfMessage } from '../upstream/deliver.ts'
import { Reach } from './reach.ts'

export interface Receiver {
  readonly name: string
  /** Throws `Failure` with a sentence about the receiver. */
  readonly send: (told: Told) => Promise<void>
}

export interface Told extends NoticeBody {
  readonly id: string
  readonly tenant: string | null
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface MessengerOptions {
  readonly notices: Pick<Notices, 'due' | 'claim' | 'settle' | 'sweep'>
  readonly receivers: readonly Receiver[]
  readonly log: Log
  /** Milliseconds between two looks for what other processes wrote. */
  readonly lookEvery?: number
  /** The pause after the first failure of a notice; it doubles with each. */
  readonly firstPause?: number
}

const longestPause = 600_000
/** How long a process has for an errand, until another one takes it on: longer than any receiver is waited for. */
const lease = 60_000
/** What could not be told in a day is told too late. */
const patience = 86_400_000
/** Refusals of one and the same message. */
const mostRefusals = 5
/** Days are enough for whoever looks at the list. */
const keptFor = 31 * patience
const sweepEvery = 3_600_000
const mostAtOnce = 20

export class Messenger {
  readonly #options: MessengerOptions
  /** Bounded by the receivers. */
  readonly #receivers: ReadonlyMap<string, { readonly send: Receiver['send']; readonly reach: Reach }>
  #running: Promise<void> | undefined
  #rest: { readonly done: Promise<void>; cancel(): void } | undefined
  #isClosing = false
  #sweptAt = 0

  constructor(options: MessengerOptions) {
    this.#options = options
    this.#receivers = new Map(options.receivers.map(({ name, send }) => [name, { send, reach: new Reach(name, options.log, 'alerts') }]))
  }

  /** Who is told. */
  get names(): readonly string[] {
    return [...this.#receivers.keys()]
  }

  get status(): readonly { readonly name: string; readonly failures: number; readonly fault: string | null }[] {
    return [...this.#receivers.values()].map(({ reach }) => reach.status)
  }

  start(): void {
    if (this.#receivers.size > 0) this.#running ??= this.#run()
  }

  /** Something was written here: nobody waits for the next look. */
  wake(): void {
    this.#rest?.cancel()
  }

  /** Tells every receiver at once, and writes nothing down. */
  test(told: Told): Promise<readonly TestedReceiver[]> {
    return Promise.all(
      [...this.#receivers].map(async ([name, { send }]) => {
        try {
          await send(told)
          return { name, problem: null }
        } catch (error) {
          return { name, problem: toFailure(error).message }
        }
      }),
    )
  }

  /** What is not told by then is told after the next start. */
  async close(ms: number): Promise<void> {
    this.#isClosing = true
    this.wake()
    const late = pause(ms)
    await Promise.race([this.#running, late.done])
    late.cancel()
  }

  async #run(): Promise<void> {
    const { lookEvery = 2000 } = this.#options
    while (!this.#isClosing) {
      const isMore = await this.#turn()
      if (isMore || this.#isClosing) continue
      this.#rest = pause(lookEvery)
      await this.#rest.done
      this.#rest = undefined
    }
  }

  /** Whether there may be more at once. A database that is away is asked again with the next look; who reads the log has heard of it. */
  async #turn(): Promise<boolean> {
    const { notices } = this.#options
    try {
      await this.#sweep()
      const errands = await notices.due(this.names, now(), mostAtOnce)
      await Promise.all(errands.map((errand) => this.#tell(errand)))
      return errands.length === mostAtOnce
    } catch {
      return false
    }
  }

  async #tell(errand: Errand): Promise<void> {
    const { notices } = this.#options
    const { notice, receiver } = errand
    const { send, reach } = this.#receivers.get(receiver)!
    if (!(await notices.claim(errand, now() + lease))) return
    try {
      await send(toldOf(notice))
    } catch (error) {
      return this.#postpone(errand, error)
    }
    reach.succeed()
    await notices.settle({ notice, receiver }, { toldAt: now() })
  }

  async #postpone({ notice, receiver, tries }: Errand, error: unknown): Promise<void> {
    const { notices, log, firstPause = 1000 } = this.#options
    const failure = this.#receivers.get(receiver)!.reach.fail(error)
    const isLost = now() - notice.at > patience || (isOfMessage(failure) && tries + 1 >= mostRefusals)
    if (isLost) log.tell('error', 'an alert could not be delivered', { receiver, alert: notice.id, tries: tries + 1, why: failure.message })
    const nextAt = now() + Math.min(longestPause, firstPause * 2 ** Math.min(tries, 20))
    await notices.settle({ notice, receiver }, isLost ? { isGivenUp: true } : { nextAt })
  }

  async #sweep(): Promise<void> {
    if (now() - this.#sweptAt < sweepEvery) return
    this.#sweptAt = now()
    await this.#options.notices.sweep(now() - keptFor)
  }
}

function toldOf({ id, tenant, at, body: text }: Notice): Told {
  return { id, tenant, at, ...body.parse(JSON.parse(text)) }
}
