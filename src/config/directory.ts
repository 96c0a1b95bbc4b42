/** Where every name leads by the settings alone, in the order that `routing/resolve.ts` has. */

import { hint } from '../base/nearest.ts'
import { fits, isWildcard, widen, wildcardsOf, writtenOut, type Wildcard } from '../base/wildcard.ts'
import { knownModels } from '../catalog/models.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import type { ChainSettings, ConnectedProvider, Settings } from './settings.ts'

export type Routes = Pick<Settings, 'aliases' | 'chains' | 'providers' | 'defaultProvider'>

/** Bounded by the configuration. */
export interface Directory {
  readonly aliases: ReadonlyMap<string, string>
  readonly wildcards: readonly Wildcard[]
  readonly chains: ReadonlyMap<string, ChainSettings>
  readonly connected: ReadonlyMap<string, ConnectedProvider>
  /** By bare model id. */
  readonly listed: ReadonlyMap<string, readonly ConnectedProvider[]>
  readonly fallback: ConnectedProvider | undefined
}

/** What a server of the operator's own has, nobody knows; the catalogue speaks for the makers' own. */
export function modelsOf({ models, provider, baseUrl }: Pick<ConnectedProvider, 'models' | 'provider' | 'baseUrl'>): readonly string[] {
  if (models.length > 0) return models
  return provider.models ?? (baseUrl === provider.baseUrl ? knownModels(provider.id) : [])
}

export function directoryOf({ aliases, chains, providers: all, defaultProvider }: Routes): Directory {
  const connected = new Map(all.map((one) => [one.name, one]))
  // An operator's own name comes before a prefix that a provider has by nature.
  for (const one of all) {
    if (one.name !== one.provider.id) continue
    for (const prefix of one.provider.prefixes) if (!connected.has(prefix)) connected.set(prefix, one)
  }
  const listed = new Map<string, ConnectedProvider[]>()
  for (const one of all) for (const model of modelsOf(one)) listed.set(model, [...(listed.get(model) ?? []), one])
  return {
    aliases: new Map(Object.entries(aliases).filter(([alias]) => !isWildcard(alias))),
    wildcards: wildcardsOf(aliases),
    chains: new Map(chains.map((chain) => [chain.name, chain])),
    connected,
    listed,
    fallback: connected.get(defaultProvider),
  }
}

/** The chain or the alias that a name is or fits; undefined where it stands for itself. */
export function nameFor(name: string, { chains, aliases, wildcards }: Directory): string | undefined {
  if (chains.has(name) || aliases.has(name)) return name
  const wildcard = wildcards.find((one) => fits(one, name))
  return wildcard && writtenOut(wildcard)
}

/** Where a name ends. `later`: its provider may be connected in the running gateway, and until then it leads nowhere. */
export type End =
  | { readonly kind: 'chain'; readonly name: string }
  | { readonly kind: 'model'; readonly at: ConnectedProvider }
  | { readonly kind: 'later' | 'nowhere'; /** Looking for the name that was meant takes time. */ readonly explain: () => string }

/** More than names may be on one way: a circle, which is told apart. */
export const mostNames = 8

/** Undefined where it leads through too many names. */
export function endOf(name: string, directory: Directory, names = 0): End | undefined {
  if (directory.chains.has(name)) return { kind: 'chain', name }
  const next = directory.aliases.get(name) ?? widen(name, directory.wildcards)
  if (next === undefined) return modelEnd(name, directory)
  return names < mostNames ? endOf(next, directory, names + 1) : undefined
}

function modelEnd(name: string, { connected, listed, fallback, ...names }: Directory): End {
  const slash = name.indexOf('/')
  if (slash === 0 || slash === name.length - 1) return nowhere(() => `\`${name}\` is not a model, as \`provider/model\`.`)
  const prefix = name.slice(0, Math.max(slash, 0))
  const at = connected.get(prefix)
  if (at !== undefined) return { kind: 'model', at }
  const known = providers.find(({ prefixes }) => prefixes.includes(prefix))
  if (known !== undefined) return known.baseUrl === undefined ? nowhere(() => notConnected(name, prefix, connected)) : later(name, known)
  const having = listed.get(name) ?? []
  if (having.length === 1) return { kind: 'model', at: having[0]! }
  if (fallback && (having.includes(fallback) || (having.length === 0 && fallback.baseUrl !== fallback.provider.baseUrl))) return { kind: 'model', at: fallback }
  if (having.length > 1) return ambiguous(name, having)
  if (slash !== -1) return nowhere(() => notConnected(name, prefix, connected))
  const owner = providers.find(({ id, models = knownModels(id) }) => models.includes(name))
  if (owner !== undefined) return later(name, owner)
  return nowhere(() => notListed(name, [...names.chains.keys(), ...names.aliases.keys(), ...listed.keys()]))
}

const nowhere = (explain: () => string): End => ({ kind: 'nowhere', explain })

/** Its key may be stored in the running gateway: then it is connected later, and until then the target is passed over. */
function later(name: string, { name: owner, auth }: Provider): End {
  const variable = auth.scheme === 'none' ? undefined : auth.env[0]
  const why = variable === undefined ? '' : ` (${variable} is not set)`
  return { kind: 'later', explain: () => `${owner} is not connected${why}: \`${name}\` leads nowhere until it is.` }
}

function ambiguous(name: string, having: readonly ConnectedProvider[]): End {
  const choices = having.map((one) => `\`${one.name}/${name}\``).join(' or ')
  return { kind: 'later', explain: () => `several connected providers have \`${name}\`, so that it leads nowhere: write ${choices}.` }
}

function notConnected(name: string, prefix: string, connected: Directory['connected']): string {
  const choices = [...connected.keys(), ...providers.flatMap(({ prefixes }) => prefixes)]
  return `\`${name}\` names the provider \`${prefix}\`, which is not connected.${hint(prefix, choices)} Connected are ${[...connected.keys()].join(', ')}.`
}

const notListed = (name: string, choices: readonly string[]): string =>
  `\`${name}\` is no chain, no alias, and no model that a connected provider lists: write \`provider/model\`.${hint(name, choices)}`
