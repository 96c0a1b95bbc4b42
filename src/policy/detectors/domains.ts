/** Finds where texts lead to: addresses with a scheme, and names of hosts without one; and which of them an operator does not want. */

import type { Detector, DetectorTerms } from '../detector.ts'
import { gather, type Found, type Search } from './gather.ts'

type DomainTerms = Extract<DetectorTerms, { readonly kind: 'domains' }>
type IsDenied = (host: string, isSure: boolean) => boolean

export function domainsDetector(terms: DomainTerms): Detector {
  const isDenied = judge(terms)
  const hasLists = terms.allow !== undefined || terms.deny !== undefined
  const search: Search = (text, found) => {
    findAddresses(text, isDenied, found)
    // Without lists nothing is denied, and only hosts that say what they are count as addresses.
    if (hasLists || text.includes(website)) findHosts(text, isDenied, found)
  }
  return { terms, look: (passages) => gather(terms, passages, search) }
}

/** A denial counts more than a permission. What is only a guess at a host is not refused for standing on no list, unless its end is one of hosts alone. */
function judge({ allow, deny }: DomainTerms): IsDenied {
  const denied = new HostList(deny ?? [])
  const allowed = allow && new HostList(allow)
  return (host, isSure) => denied.has(host) || (allowed !== undefined && isSure && !allowed.has(host))
}

/** Hosts, each with all below it. */
class HostList {
  readonly #hosts: ReadonlySet<string>
  /** The most parts that one of them has: no more of a host's need be compared. */
  readonly #parts: number

  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts.map(plainHost))
    this.#parts = [...this.#hosts].reduce((most, host) => Math.max(most, host.split('.').length), 0)
  }

  has(host: string): boolean {
    let at = host.length
    for (let parts = 0; parts < this.#parts && at > 0; parts++) {
      at = host.lastIndexOf('.', at - 1)
      if (this.#hosts.has(host.slice(at + 1))) return true
    }
    return false
  }
}

const plain = /^[a-z\d.-]*[a-z][a-z\d-]*$/

/** As browsers ask for it: other alphabets and widths in their ASCII form, numbers as addresses. */
export function plainHost(written: string): string {
  const host = written.toLowerCase().replace(/^\*?\.|\.$/g, '')
  if (host.length > longestHost) return host
  if (plain.test(host)) return host
  return URL.parse(`http://${host}`)?.hostname ?? host
}

const scheme = '://'
const website = 'www.'
/** The longest that a name and a password before it may be, too. */
const mostAuthority = 512

/** From each `://` to the end of the authority: the host is what follows the last `@`. */
function findAddresses(text: string, isDenied: IsDenied, found: Found): void {
  for (let at = text.indexOf(scheme); at !== -1; at = text.indexOf(scheme, at + 1)) {
    let start = at + scheme.length
    let end = start
    for (; end < text.length && end - start <= mostAuthority; end++) {
      const code = text.charCodeAt(end)
      if (endsAuthority(code)) break
      if (code === 0x40) start = end + 1
    }
    const host = plainHost(text.slice(start, end).replace(/:\d{0,5}$/, ''))
    if (host !== '') found(isDenied(host, true) ? 'denied' : 'url', start, end, 0.95)
  }
}

/** White space, `/ ? # \`, quotes and brackets; `[` and `]` are of addresses. */
const endsAuthority = (code: number): boolean =>
  code <= 0x20 ||
  code === 0x2f ||
  code === 0x3f ||
  code === 0x23 ||
  code === 0x5c ||
  code === 0x22 ||
  code === 0x27 ||
  (code & ~2) === 0x3c ||
  code === 0x29 ||
  code === 0x60

const isHostPart = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 46 || code > 0x7f

/** Ends of hosts that no file and no method has. */
// oxfmt-ignore
const hostEnds: ReadonlySet<string> = new Set([
  'com', 'net', 'org', 'edu', 'gov', 'mil', 'int', 'info', 'biz', 'xyz', 'online', 'site', 'shop', 'store', 'club', 'io', 'ai', 'co', 'tv', 'eu', 'de', 'fr', 'uk', 'nl',
  'ru', 'cn', 'jp', 'kr', 'br', 'au', 'ca', 'it', 'es', 'ch', 'se', 'no', 'fi', 'dk', 'cz', 'at', 'be', 'ir', 'tk', 'onion', 'icu', 'top', 'cloud', 'tech', 'link', 'click',
])

const longestHost = 255
const ascii = /^[\w.-]+$/

/** From each dot with something on both sides: each stretch is looked at once. */
function findHosts(text: string, isDenied: IsDenied, found: Found): void {
  /** Where the last stretch ended. */
  let last = 0
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) {
    if (!isHostPart(text.charCodeAt(at + 1)) || text.charCodeAt(at + 1) === 46) continue
    let start = at
    while (start > last && isHostPart(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (end < text.length && isHostPart(text.charCodeAt(end))) end += 1
    last = end
    const isOfAddress = text.startsWith(scheme, start - scheme.length) || text[start - 1] === '@'
    if (start < at && end - start <= longestHost && !isOfAddress) tellHost(text, start, end, isDenied, found)
    at = end - 1
  }
}

// oxlint-disable-next-line max-params
function tellHost(text: string, start: number, end: number, isDenied: IsDenied, found: Found): void {
  const written = text.slice(start, end)
  // Numbers with dots are versions more often than addresses.
  const host = ascii.test(written) ? written.toLowerCase() : plainHost(written)
  const isSure = hostEnds.has(host.slice(host.lastIndexOf('.') + 1))
  if (isDenied(host, isSure)) found('denied', start, end, isSure ? 0.8 : 0.6)
  else if (isSure && written.startsWith(website)) found('url', start, end, 0.8)
}
