/** How the commands about receipts say which ones are meant. */

import { Complaint, type Arguments } from './command.ts'

/** Flags that go on to the control API under their own names. */
export const filterFlags = {
  '--from <time>': 'from this time on: 2026-11-21, 2026-11-21T10:00Z, or milliseconds since 1970',
  '--to <time>': 'before this time',
  '--model <name>': 'asked for or sent to; several with commas between, here and below',
  '--provider <name>': 'of this provider',
  '--key <id>': 'asked with this key',
  '--team <id>': 'of this team',
  '--outcome <word>': 'completed, refused, failed, truncated, client_closed or interrupted',
  '--status <n>': 'the status that the client got',
  '--cost-min <dollars>': 'that cost as much, or more',
  '--cost-max <dollars>': 'that cost no more',
  '--tag <key:value>': 'with this label of its metadata',
  '--where <signal=value...>': 'any other signal with few values, as client=codex; several times for several signals',
} as const

/** What a call of the control API takes beside filters: commands have options for it. */
const others: ReadonlySet<string> = new Set(['from', 'to', 'limit', 'cursor', 'format', 'by', 'per'])
const own = new Set(Object.keys(filterFlags).map((flag) => flag.split(' ')[0]!))

type Given = Pick<Arguments, 'options' | 'lists'>

/** As a query, with what else is given. */
export function queryOf({ options, lists }: Given, more: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams()
  for (const [flag, value] of Object.entries(options))
    if (typeof value === 'string' && own.has(flag)) query.set(flag === '--key' ? 'key_id' : flag.slice(2).replaceAll('-', '_'), value)
  // What is said twice is not taken once: the control API refuses it.
  for (const value of lists['--where'] ?? []) query.append(...pairOf(value))
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function pairOf(given: string): [string, string] {
  const at = given.indexOf('=')
  if (at < 1) throw new Complaint('--where is a signal, an equals sign and a value: --where client=codex.')
  const name = given.slice(0, at)
  if (others.has(name)) throw new Complaint(`\`${name}\` is no signal that --where could filter by. See --help for what else there is.`)
  return [name, given.slice(at + 1)]
}
