/** The running gateway: its state, its configuration, its models. */

import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { isObject } from '../../base/json.ts'
import { table, time } from '../table.ts'

type Facts = Readonly<Record<string, unknown>>

export const running: readonly Command[] = [
  {
    usage: 'status',
    help: 'how the running gateway is',
    options: { '--json': 'for programs' },
    run: ({ options }) => show('GET', '/_omni/status', options['--json'] === true),
  },
  { usage: 'reload', help: 'make the running gateway read its configuration anew', run: () => show('POST', '/_omni/reload') },
  {
    usage: 'config show',
    help: 'the settings that are in effect, secrets masked',
    run: async () => {
      console.log(JSON.stringify(await ask<Facts>('GET', '/_omni/config'), null, 2))
      return 0
    },
  },
]

async function show(method: 'GET' | 'POST', path: string, isJson = false): Promise<number> {
  const facts = await ask<Facts>(method, path)
  console.log(isJson ? JSON.stringify(facts) : table(Object.entries(facts).flatMap(rowsOf)))
  return 0
}

/** A list of things has a row for each of them; what is not known has none. */
function rowsOf([name, value]: readonly [string, unknown]): readonly (readonly string[])[] {
  if (Array.isArray(value)) return value.map((one: unknown) => [name, write(name, one)])
  return value === null ? [] : [[name, write(name, value)]]
}

function write(name: string, value: unknown): string {
  if (name === 'time' && typeof value === 'number') return time(value)
  if (!isObject(value)) return String(value)
  return Object.entries(value)
    .filter(([, part]) => part !== null)
    .map(([part, of]) => `${part} ${write(part, of)}`)
    .join(', ')
}
