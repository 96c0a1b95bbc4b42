/** The running gateway: its state, its configuration, its models. */

import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { table } from '../table.ts'

type Facts = Readonly<Record<string, unknown>>

export const running: readonly Command[] = [
  { usage: 'status', help: 'how the running gateway is', run: () => show('GET', '/_omni/status') },
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

async function show(method: 'GET' | 'POST', path: string): Promise<number> {
  const facts = await ask<Facts>(method, path)
  console.log(
    table(
      Object.entries(facts)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, String(value)]),
    ),
  )
  return 0
}
