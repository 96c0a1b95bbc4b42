/** Where a provider's name leads. Name servers are asked by sockets of our own: `dns.lookup` holds one of the four threads that files and cryptography work on. */

import { ADDRCONFIG, type LookupAddress } from 'node:dns'
import { lookup, Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { monotonic, pause } from '../base/clock.ts'
import { addressesIn, asItStands, completed, readCompletion, readText, systemFiles, type NameFiles } from './hosts.ts'

export interface NamesOptions {
  /** Name servers, as `10.0.0.2` or `[::1]:5353`; the system's, and its ways to complete a name, where there are none. */
  readonly resolvers?: readonly string[]
  readonly files?: NameFiles
  /** Milliseconds until a server that is silent is asked again; it may take twice as long then. */
  readonly patience?: number
  readonly ages?: Ages
  /** Look-ups by the system that may be under way at once: each takes one of the four threads. */
  readonly lookups?: number
}

/** Milliseconds. */
export interface Ages {
  /** However short or long a record says that it holds. */
  readonly least: number
  readonly most: number
  /** How long an answer may stand in for one that the name servers fail to give. */
  readonly stale: number
  /** How long such an answer is waited for, and after how much it is asked for again. */
  readonly wait: number
  readonly again: number
}

const usualAges: Ages = { least: 1000, most: 60_000, stale: 3_600_000, wait: 1000, again: 5000 }

type Addresses = readonly LookupAddress[]

interface Answer {
  readonly addresses: Addresses
  /** Milliseconds that it holds. */
  readonly holds: number
}

/** What is known of one name. */
interface Known {
  /** The last good answer. */
  addresses: Addresses | undefined
  /** Until when that one may stand in for another. */
  staleUntil: number
  /** Why there is none. */
  error: Error | undefined
  /** Until when nobody is asked. */
  until: number
  /** All who want the name wait for one question. */
  asking: Promise<Addresses> | undefined
}

/** Names come from the configuration and, for media, from strangers: the one that came first makes room. */
const mostNames = 1000
const usualLookups = 2
/** For the system's look-up. */
const mostWaiting = 100
/** The families are asked at once; how long the second to answer is waited for, in milliseconds: https://www.rfc-editor.org/rfc/rfc8305#section-3 */
const secondFamily = 50
/** What files and the system's look-up say has no time of its own. */
const untimed = 5000

/** That no such name, or no address for it, is known: an answer and not a fault. */
const absent: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

export class Names {
  readonly #options: NamesOptions
  readonly #files: NameFiles
  readonly #ages: Ages
  /** Bounded by `mostNames`. */
  readonly #known = new Map<string, Known>()
  #resolver: Resolver
  #resolverSince = monotonic()
  #lookups = 0
  /** Bounded by `mostWaiting`. */
  readonly #turns: (() => void)[] = []

  constructor(options: NamesOptions = {}) {
    this.#options = options
    this.#files = options.files ?? systemFiles
    this.#ages = options.ages ?? usualAges
    this.#resolver = this.#open()
  }

  /** For `net.connect`, which does not ask for what is an address already. */
  readonly lookup: LookupFunction = (name, { family, all }, answer) => {
    this.find(name).then(
      (addresses) => {
        const fitting = family === 4 || family === 6 ? addresses.filter((one) => one.family === family) : addresses
        const [first] = fitting
        if (first === undefined) return answer(coded('ENOTFOUND'), [])
        return all ? answer(null, [...fitting]) : answer(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => answer(error, []),
    )
  }

  /** Addresses of both families, IPv4 first: where there is no way to one, the next is tried. Rejects with a `code` of c-ares or of the system. */
  find(name: string): Promise<Addresses> {
    const known = this.#recall(name.toLowerCase())
    const time = monotonic()
    if (time < known.until) return known.error ? Promise.reject(known.error) : Promise.resolve(known.addresses!)
    known.asking ??= this.#learn(name.toLowerCase(), known).finally(() => (known.asking = undefined))
    const { asking, addresses } = known
    if (addresses === undefined || time >= known.staleUntil) return asking
    const late = pause(this.#ages.wait)
    return Promise.race([asking, late.done.then(() => addresses)]).finally(() => late.cancel())
  }

  close(): void {
    this.#resolver.cancel()
  }

  #recall(name: string): Known {
    const found = this.#known.get(name)
    if (found) return found
    if (this.#known.size >= mostNames) this.#known.delete(this.#known.keys().next().value!)
    const known: Known = { addresses: undefined, staleUntil: 0, error: undefined, until: 0, asking: undefined }
    this.#known.set(name, known)
    return known
  }

  async #learn(name: string, known: Known): Promise<Addresses> {
    const { least, most, stale, again } = this.#ages
    try {
      const { addresses, holds } = await this.#ask(name)
      const time = monotonic()
      known.error = undefined
      known.until = time + Math.min(most, Math.max(least, holds))
      known.staleUntil = known.until + stale
      return (known.addresses = addresses)
    } catch (error) {
      const time = monotonic()
      const isAnswer = absent.has(codeOf(error))
      if (known.addresses !== undefined && !isAnswer && time < known.staleUntil) {
        known.until = time + again
        return known.addresses
      }
      known.addresses = undefined
      known.error = error as Error
      known.until = time + least
      throw error
    }
  }

  async #ask(name: string): Promise<Answer> {
    const listed = addressesIn(readText(this.#files.hosts), name)
    if (listed.length > 0) return { addresses: listed, holds: untimed }
    try {
      return await this.#askServers(name)
    } catch (error) {
      const code = codeOf(error)
      if (!absent.has(code)) this.#reopen()
      // Of what no name server knows the system may: names of the local network, or of a directory. Where no server is, it is all there is.
      const mayKnow = this.#isSystem && (absent.has(code) || code === 'ECONNREFUSED')
      if (mayKnow) return await this.#askSystem(name)
      throw code === 'ECONNREFUSED' ? coded('EREFUSED', error) : error
    }
  }

  async #askServers(name: string): Promise<Answer> {
    const completion = this.#isSystem ? readCompletion(readText(this.#files.resolv)) : asItStands
    let failure: unknown
    for (const meant of completed(name, completion)) {
      try {
        return await askBoth(this.#resolver, meant)
      } catch (error) {
        failure = error
        if (!absent.has(codeOf(error))) break
      }
    }
    throw failure
  }

  async #askSystem(name: string): Promise<Answer> {
    if (this.#turns.length >= mostWaiting) throw coded('EAI_AGAIN')
    if (this.#lookups < (this.#options.lookups ?? usualLookups)) this.#lookups += 1
    else await new Promise<void>((resolve) => this.#turns.push(resolve))
    try {
      return { addresses: await lookup(name, { all: true, hints: ADDRCONFIG }), holds: untimed }
    } finally {
      const next = this.#turns.shift()
      if (next) next()
      else this.#lookups -= 1
    }
  }

  get #isSystem(): boolean {
    return (this.#options.resolvers ?? []).length === 0
  }

  #open(): Resolver {
    const resolver = new Resolver({ timeout: this.#options.patience ?? 1000, tries: 2 })
    if (!this.#isSystem) resolver.setServers(this.#options.resolvers!)
    return resolver
  }

  /** A machine that has moved to another network has other name servers; a resolver keeps those that it found when it was made. */
  #reopen(): void {
    if (monotonic() - this.#resolverSince < this.#ages.again) return
    this.#resolverSince = monotonic()
    this.#resolver = this.#open()
  }
}

/** Rejects with the failure that says most: silence more than absence. */
async function askBoth(resolver: Resolver, name: string): Promise<Answer> {
  const found: { address: string; family: number; ttl: number }[][] = [[], []]
  const asked = [resolver.resolve4(name, { ttl: true }), resolver.resolve6(name, { ttl: true })].map(async (records, at) => {
    found[at] = (await records).map(({ address, ttl }) => ({ address, ttl, family: at === 0 ? 4 : 6 }))
  })
  try {
    await Promise.any(asked)
  } catch (error) {
    const { errors } = error as AggregateError
    throw errors.find((one) => !absent.has(codeOf(one))) ?? errors[0]
  }
  const late = pause(secondFamily)
  await Promise.race([Promise.allSettled(asked), late.done])
  late.cancel()
  const records = found.flat()
  return { addresses: records.map(({ address, family }) => ({ address, family })), holds: Math.min(...records.map(({ ttl }) => ttl)) * 1000 }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function coded(code: string, cause?: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error(`The name could not be looked up (${code}).`, { cause }), { code })
}
