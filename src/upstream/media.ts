/** Fetches what a client named by URL, for providers that take bytes alone. The URL is a stranger's: it may lead to public https and nowhere else. */

import type { LookupAddress, LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { Agent, request, type Dispatcher } from 'undici'
import { Failure, toFailure } from '../canonical/failure.ts'
import { Names } from './names.ts'

export interface MediaLimits {
  /** Bytes of all that one call names. */
  readonly bytes: number
  /** Milliseconds that one of them may take in all. */
  readonly time: number
  /** Names in the operator's own network that may be asked all the same, by http too. */
  readonly hosts: ReadonlySet<string>
  /** Name servers; the system's where there are none. */
  readonly resolvers?: readonly string[]
}

export interface Medium {
  /** In lower case, without parameters. */
  readonly mime: string
  readonly bytes: Buffer
}

/** Nobody's public address: https://www.iana.org/assignments/iana-ipv4-special-registry, and the one for IPv6. */
const special = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Of every machine in Azure, though it looks public: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  special.addSubnet(net, bits, 'ipv6')

/** Whether an address is of a network of one's own, or of none. An IPv4 address in IPv6's clothes is what it wears. */
export function isSpecial(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  return special.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

const mostHops = 3

/** Holds the connections that it fetches by. */
export class MediaFetcher {
  /** Bytes that one call may fetch in all. */
  readonly room: number
  readonly #limits: MediaLimits
  /** Not the providers': strangers choose these. */
  readonly #names: Names
  readonly #agent: Agent

  constructor(limits: MediaLimits) {
    this.room = limits.bytes
    this.#limits = limits
    this.#names = new Names({ resolvers: limits.resolvers ?? [], lookups: 1 })
    this.#agent = new Agent({ connect: { lookup: guardedLookup(limits.hosts, this.#names), timeout: limits.time }, connections: 16, keepAliveTimeout: 1000 })
  }

  /** `room` is how many bytes are left. Throws `Failure` (`invalid_value`), since it is the caller's URL; its text holds nothing of the URL. */
  async bring(address: string, room: number, signal: AbortSignal): Promise<Medium> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(this.#limits.time)])
    try {
      return await this.#follow(this.#check(address), room, until)
    } catch (error) {
      if (signal.aborted) throw new Failure('client_closed', 'The client hung up.')
      const failure = toFailure(error)
      throw failure.reason === 'internal_error' ? unfetched('could not be reached') : failure
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
    this.#names.close()
  }

  async #follow(first: URL, room: number, signal: AbortSignal): Promise<Medium> {
    let url = first
    for (let hop = 0; hop <= mostHops; hop += 1) {
      const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'omni-gateway' }
      const answer = await request(url, { dispatcher: this.#agent, headers, signal })
      if (answer.statusCode === 200) return { mime: mimeOf(answer), bytes: await collect(answer.body, room) }
      const { location } = answer.headers
      // Left unread, and destroyed, it says that it was.
      answer.body.on('error', () => {}).destroy()
      if (answer.statusCode < 300 || answer.statusCode > 399 || typeof location !== 'string') throw unfetched('is not there')
      url = this.#check(URL.parse(location, url)?.href ?? '')
    }
    throw unfetched('leads through too many others')
  }

  #check(address: string): URL {
    const url = URL.parse(address)
    if (url === null) throw unfetched('is not a URL')
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
    if (url.username !== '' || url.password !== '') throw unfetched('holds a user or a password')
    if (this.#limits.hosts.has(host) && /^https?:$/.test(url.protocol)) return url
    if (url.protocol !== 'https:') throw unfetched('does not begin with https://')
    if (isIP(host) !== 0 && isSpecial(host)) throw notPublic()
    return url
  }
}

type Answered = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** Every address of a name is looked at, and the connection is made to what was looked at: a name that changes its mind in between changes nothing. */
function guardedLookup(hosts: ReadonlySet<string>, names: Names) {
  return (name: string, options: LookupOptions, answer: Answered): void => {
    names.lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error || !Array.isArray(addresses)) return answer(error, [])
      if (addresses.length === 0 || (!hosts.has(name.toLowerCase()) && addresses.some(({ address }) => isSpecial(address)))) return answer(notPublic(), [])
      return options.all ? answer(null, addresses) : answer(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
}

function mimeOf({ headers }: Dispatcher.ResponseData): string {
  return String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase()
}

async function collect(body: AsyncIterable<Buffer>, room: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > room) throw unfetched('leads to more than may be fetched')
    pieces.push(piece)
  }
  return Buffer.concat(pieces, length)
}

function unfetched(why: string): Failure {
  return new Failure('invalid_value', `The model’s provider takes media as bytes alone, and a URL of the request ${why}: send the bytes instead.`)
}

const notPublic = (): Failure => unfetched('leads into a private network')
