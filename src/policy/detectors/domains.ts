/** Finds where texts lead to: addresses with a scheme, and names of hosts without one; and which of them an operator does not want. */

import type { Detector, DetectorTerms } from '../detector.ts'
import { gather, type Found, type Search } from './gather.ts'

type DomainTerms = Extract<DetectorTerms, { readonly kind: 'domains' }>
type IsDenied = (host: string, isSure: boolean) => boolean

export function domainsDetector(terms: DomainTerms): Detector {
  const isDenied = judge(terms)
  const search: Search = (text, found) => {
    findAddresses(text, isDenied, found)
    findHosts(text, isDenied, found)
  }
  return { terms, look: (passages) => gather(terms, passages, search) }
}

/** A denial counts more than a permission. What is only a guess at a host is not refused for standing on no list, unless its end is one of hosts alone. */
function judge({ allow, deny }: DomainTerms): IsDenied {
  const denied = new Set(deny?.map(plainHost))
  const allowed = allow === undefined ? undefined : new Set(allow.map(plainHost))
  return (host, isSure) => isWithin(host, denied) || (allowed !== undefined && isSure && !isWithin(host, allowed))
}

/** Whether it, or a domain that it is below, is on the list. A host has 127 parts at most. */
function isWithin(host: string, list: ReadonlySet<string>): boolean {
  if (list.size === 0) return false
  for (let at = 0; ;) {
    if (list.has(host.slice(at))) return true
    at = host.indexOf('.', at) + 1
    if (at === 0) return false
  }
}

const plain = /^[a-z\d.-]*[a-z][a-z\d-]*$/

/** As browsers ask for it: other alphabets and widths in their ASCII form, numbers as addresses. */
export function plainHost(written: string): string {
  const host = written.toLowerCase().replace(/^\*?\.|\.$/g, '')
  if (plain.test(host)) return host
  return URL.parse(`http://${host}`)?.hostname ?? host
}

const scheme = '://'
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

/** From each dot with something on both sides: each stretch is looked at once. */
function findHosts(text: string, isDenied: IsDenied, found: Found): void {
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) {
    if (!isHostPart(text.charCodeAt(at + 1)) || text.charCodeAt(at + 1) === 46) continue
    let start = at
    while (start > 0 && at - start < longestHost && isHostPart(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (end < text.length && end - start <= longestHost && isHostPart(text.charCodeAt(end))) end += 1
    const isOfAddress = text.startsWith(scheme, start - scheme.length) || text[start - 1] === '@'
    if (start < at && !isOfAddress) tellHost(text, start, end, isDenied, found)
    at = end - 1
  }
}

// oxlint-disable-next-line max-params
function tellHost(text: string, start: number, end: number, isDenied: IsDenied, found: Found): void {
  const written = text.slice(start, end)
  const host = plainHost(written)
  const isSure = hostEnds.has(host.slice(host.lastIndexOf('.') + 1))
  if (isDenied(host, isSure)) found('denied', start, end, isSure ? 0.8 : 0.6)
  else if (isSure && written.startsWith('www.')) found('url', start, end, 0.8)
}
