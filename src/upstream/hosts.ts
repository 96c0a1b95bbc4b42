/** What this machine itself says of names: its file of hosts, and how it completes short ones. https://man7.org/linux/man-pages/man5/resolv.conf.5.html */

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { LookupAddress } from 'node:dns'

export interface NameFiles {
  /** As `/etc/hosts`. */
  readonly hosts: string
  /** As `/etc/resolv.conf`. */
  readonly resolv: string
}

export const systemFiles: NameFiles = {
  hosts: process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts',
  resolv: '/etc/resolv.conf',
}

export interface Completion {
  readonly search: readonly string[]
  /** Names with fewer dots are completed before they are asked for as they stand. */
  readonly dots: number
}

export const asItStands: Completion = { search: [], dots: 0 }

/** The text of a file of this machine; empty where there is none. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The addresses that a file of hosts has for a name, in their order. `localhost` is this machine whatever the file says (RFC 6761). */
export function addressesIn(hosts: string, name: string): readonly LookupAddress[] {
  const found: LookupAddress[] = []
  const text = hosts.toLowerCase()
  // Some are lists of a hundred thousand hosts to block.
  for (const line of text.includes(name) ? text.split('\n') : []) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family !== 0 && names.includes(name)) found.push({ address, family })
  }
  return found.length === 0 && /(^|\.)localhost$/.test(name) ? loopback : found
}

const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** Of several lines that say the same thing the last counts. */
export function readCompletion(resolv: string): Completion {
  let search: readonly string[] = []
  let dots = 1
  for (const line of resolv.split('\n')) {
    const [word, ...rest] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (word === 'search' || word === 'domain') search = rest.slice(0, mostSearched)
    if (word === 'options') dots = Number(/\bndots:(\d+)/.exec(line)?.[1] ?? dots)
  }
  return { search, dots }
}

/** A machine with more of them is not known. */
const mostSearched = 8

/** What a name may mean, in the order in which it is asked for: `db` of a Kubernetes service is `db.namespace.svc.cluster.local` first. */
export function completed(name: string, { search, dots }: Completion): readonly string[] {
  if (name.endsWith('.')) return [name]
  const longer = search.map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 < dots ? [...longer, name] : [name, ...longer]
}
