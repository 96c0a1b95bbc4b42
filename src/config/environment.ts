/** What variables and options say, laid over the file: options beat variables, variables beat the file. */

import { hint } from '../base/nearest.ts'
import { isRecord, type Environment } from './document.ts'
import { fields } from './fields.ts'

/** Settings by their path, as `{ 'server.port': 9000 }`: what was said on the command line. */
export type Overrides = { readonly [path: string]: string | number | boolean }

export interface Overlaid {
  readonly value: { readonly [key: string]: unknown }
  /** By path: which variable or option said it. */
  readonly from: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

/** Read by others than the schema. */
const otherVariables = ['OMNI_CONFIG', 'OMNI_LAUNCHED_BY', 'OMNI_OPENAI_API_KEY', 'OMNI_OPENAI_BASE_URL', 'OMNI_TOKEN', 'OMNI_URL']
const known = [...fields.flatMap(({ env }) => env ?? []), ...otherVariables]

/** Client auth is off where this one is set and empty; every other empty variable counts as not set. */
const mayBeEmpty = 'auth.tokens'

export function overlay(file: { readonly [key: string]: unknown }, env: Environment, overrides: Overrides): Overlaid {
  const from = new Map<string, string>()
  const warnings = strayVariables(env)
  let value = file
  for (const { path, env: name } of fields) {
    const said = name === undefined ? undefined : env[name]
    if (said === undefined || (said === '' && path !== mayBeEmpty)) continue
    if (isFromKubernetes(said)) {
      warnings.push(`${name} holds an address that Kubernetes sets for a service of that name: it is ignored.`)
      continue
    }
    value = placed(value, path.split('.'), said)
    from.set(path, name!)
  }
  for (const [path, said] of Object.entries(overrides)) {
    value = placed(value, path.split('.'), said)
    from.set(
      path,
      `--${path
        .split('.')
        .at(-1)!
        .replace(/([A-Z])/g, '-$1')
        .toLowerCase()}`,
    )
  }
  return { value, from, warnings }
}

/** A service called `omni` makes Kubernetes set OMNI_PORT to this in every container beside it. */
const isFromKubernetes = (text: string): boolean => /^(tcp|udp):\/\/[\d.:[\]a-f]+$/.test(text)

function strayVariables(env: Environment): string[] {
  const strays = Object.keys(env).filter((name) => /^OMNI_[A-Z_]+$/.test(name) && !known.includes(name) && !/_(SERVICE_(HOST|PORT)|PORT_.*|TCP.*)$/.test(name))
  return strays.map((name) => `${name} is not a setting.${hint(name, known)}`)
}

/** A copy with a value in its place. Paths come from the schema, never from outside. */
function placed(value: unknown, [first, ...rest]: readonly string[], said: string | number | boolean): { readonly [key: string]: unknown } {
  const given = isRecord(value) ? value : {}
  return { ...given, [first!]: rest.length === 0 ? said : placed(given[first!], rest, said) }
}
