/** `omni addresses`: from where the gateway may be called and controlled. */

import type { AddressesResource } from '../../contract/addresses.ts'
import { ask } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { table } from '../table.ts'

const path = '/_omni/addresses'
const planes = ['data', 'control'] as const
const lists = ['allow', 'deny'] as const

export const addresses: readonly Command[] = [
  {
    usage: 'addresses show',
    help: 'show from where the gateway may be called (data) and controlled (control)',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const now = await ask<AddressesResource>('GET', path)
      console.log(options['--json'] ? JSON.stringify(now) : textOf(now))
      return 0
    },
  },
  {
    usage: 'addresses set',
    help: 'replace one or more of the four lists; the others stay as they are, and `none` empties one',
    options: {
      '--data-allow <networks>': 'only these may call models, as 10.0.0.0/8,2001:db8::/32',
      '--data-deny <networks>': 'these may not call models',
      '--control-allow <networks>': 'only these may use the control API',
      '--control-deny <networks>': 'these may not use the control API',
      '--json': 'for programs',
    },
    run: async ({ options }) => {
      const before = await ask<AddressesResource>('GET', path)
      const { data, control } = Object.fromEntries(planes.map((plane) => [plane, changed(plane, before, options)]))
      if (data === undefined && control === undefined) throw new Complaint('Say which list is to be replaced: see `omni addresses set --help`.')
      const body = { data: data ?? before.data, control: control ?? before.control }
      const after = await ask<AddressesResource>('PUT', `${path}?version=${before.version}`, body)
      console.log(options['--json'] ? JSON.stringify(after) : textOf(after))
      return 0
    },
  },
]

/** Undefined where nothing is said of the plane. */
function changed(plane: (typeof planes)[number], before: AddressesResource, options: Arguments['options']): AddressesResource['data'] | undefined {
  const given = lists.flatMap((list) => {
    const said = options[`--${plane}-${list}`]
    return typeof said === 'string' ? [[list, said === 'none' ? [] : said.split(',').map((text) => text.trim())] as const] : []
  })
  return given.length === 0 ? undefined : { ...before[plane], ...Object.fromEntries(given) }
}

function textOf(now: AddressesResource): string {
  const rows = planes.flatMap((plane) => lists.map((list) => [plane, list, now[plane][list].join(', ') || (list === 'allow' ? 'all' : 'none')]))
  return `${table([['PLANE', 'LIST', 'NETWORKS'], ...rows])}\n\nYou come from ${now.you}.`
}
