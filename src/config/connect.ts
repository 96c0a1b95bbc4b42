/** Which providers are connected: those of the file, those whose variables are set, and the built-in one. */

import { hint } from '../base/nearest.ts'
import type { WireName } from '../canonical/chat.ts'
import { providerById, providers } from '../providers/index.ts'
import { catalogOf, pathOf, type Provider } from '../providers/provider.ts'
import { mayGo, onlyAccount, readAccounts } from './accounts.ts'
import { readAddress } from './addresses.ts'
import { cloudOf, fill, flawOf, joinPair, lackingWord, type Cloud, type Nowhere, type Variable } from './clouds.ts'
import type { Environment } from './document.ts'
import type { Report } from './problems.ts'
import type { GivenProvider } from './provider-entry.ts'
import type { Given } from './schema.ts'
import type { ConnectedProvider } from './settings.ts'

/** Paths that are reported are relative to `providers`. */
export function connectProviders(given: Given, env: Environment, report: Report): readonly ConnectedProvider[] {
  const entries = Object.entries(given.providers).flatMap(([name, entry]) => fromEntry({ name, entry, env, given, report }) ?? [])
  const named = new Set(Object.keys(given.providers))
  const found = providers.filter(({ id }) => !named.has(id)).flatMap((provider) => fromEnvironment(provider, env, given, report) ?? [])
  warnOfLoneQuotas(given, report)
  return [...entries, ...found]
}

interface Entry {
  readonly name: string
  readonly entry: GivenProvider
  readonly env: Environment
  readonly given: Pick<Given, 'deadlines' | 'upstream'>
  readonly report: Report
}

function fromEntry({ name, entry, env, given, report }: Entry): ConnectedProvider | undefined {
  const kind = kindOf(name, entry, report)
  if (!kind) return undefined
  const variables = variablesOf(kind, kind.id === name ? env : {})
  const flaw = flawOf(variables)
  if (flaw !== undefined) report.problem([name], `is not connected: ${flaw}.`)
  if (entry.wires?.length === 0) report.problem([name, 'wires'], `names none: leave it out for all that ${kind.name} speaks.`)
  const cloud = cloudOf(variables, entry)
  const place = placeOf(kind, variables.base?.value ?? entry.baseUrl, cloud)
  if ('sentence' in place) {
    report.problem([name, ...(entry.baseUrl === undefined ? [] : ['baseUrl'])], place.sentence)
    return undefined
  }
  const accounts = readAccounts({ name, kind, isNear: place.isNear, variable: variables.key }, entry, report)
  if (accounts === undefined) return undefined
  if (isBare(place.url) && kind.baseUrl !== undefined && !isBare(kind.baseUrl))
    report.warn(`providers.${name}.baseUrl has no path: most servers like ${kind.name} want \`/v1\` at its end.`)
  checkTable(name, entry, report)
  return {
    name,
    provider: shaped(kind, entry, place, report.problem.bind(undefined, [name])),
    pricedAs: pricedAs(kind, entry.prices, place),
    baseUrl: place.url,
    accounts,
    ...termsOf(entry, given, report.problem.bind(undefined, [name, 'check'])),
    ...(cloud.region !== undefined && { region: cloud.region }),
    ...(variables.key && { fromVariable: variables.key.name }),
    source: 'file',
    models: entry.models,
  }
}

function kindOf(name: string, { like }: GivenProvider, { problem }: Report): Provider | undefined {
  const wanted = like ?? name
  const kind = providerById.get(wanted)
  const owner = providers.find(({ prefixes }) => prefixes.includes(name))
  if (!kind || kind.substrate === 'built_in') {
    const choices = providers.filter(({ substrate }) => substrate !== 'built_in').map(({ id }) => id)
    problem(
      like === undefined ? [name] : [name, 'like'],
      `\`${wanted}\` is no provider that the gateway knows.${hint(wanted, choices)} \`like\` may be one of ${choices.join(', ')}.`,
    )
  } else if (owner && owner !== kind) {
    problem([name], `\`${name}/…\` always means ${owner.name}: choose another name for what is like ${kind.name}.`)
  } else return kind
  return undefined
}

interface Variables {
  readonly key?: Variable | undefined
  readonly base?: Variable | undefined
  readonly region?: Variable | undefined
  readonly project?: Variable | undefined
}

function variablesOf({ auth, baseUrlEnv, regionEnv, projectEnv }: Provider, env: Environment): Variables {
  const first = (names: readonly string[] = []): Variable | undefined => {
    const name = names.find((one) => (env[one] ?? '').trim() !== '')
    return name === undefined ? undefined : { name, value: env[name]!.trim() }
  }
  const key = first(auth.scheme === 'none' ? [] : auth.env) ?? (auth.scheme === 'aws' ? joinPair(auth.pair.map((name) => first([name]))) : undefined)
  return { key, base: first(baseUrlEnv), region: first(regionEnv), project: first(projectEnv) }
}

interface Place {
  readonly url: string
  readonly isNear: boolean
  /** Where the provider's data says that it is. */
  readonly own: string | undefined
}

function placeOf(kind: Provider, given: string | undefined, cloud: Cloud): Place | Nowhere {
  const { auth, name, speaks } = kind
  const own = kind.baseUrl === undefined ? undefined : fill(kind.baseUrl, cloud)
  const basePath = fill(kind.basePath ?? '', cloud)
  const text = given ?? own
  if (cloud.region === undefined && (auth.scheme === 'aws' || (text === undefined && kind.regionEnv))) return lackingWord('region', kind.regionEnv)
  if (kind.projectEnv && (basePath === undefined || text === undefined)) return lackingWord('project', kind.projectEnv)
  if (text === undefined) return { sentence: `needs \`baseUrl\`: where the operator’s own ${name} is, nobody else knows.` }
  const address = readAddress(text)
  if ('sentence' in address) return address
  // Written for one client with its version and for another without: the path of the wire has it already.
  const paths = Object.values(speaks)
  const isDoubled = address.url.endsWith('/v1') && paths.length > 0 && paths.every((path) => pathOf(path, false).startsWith('/v1/'))
  const url = isDoubled ? address.url.slice(0, -3) : isBare(address.url) ? `${address.url}${basePath}` : address.url
  return { url, isNear: address.isNear, own }
}

const isBare = (url: string): boolean => new URL(url).pathname === '/'

/** How much may be asked of it, and how its health is seen. */
function termsOf(
  { strategy, concurrency, quota, sponsored, check: { every, path }, deadlines }: GivenProvider,
  given: Entry['given'],
  problem: (sentence: string) => void,
) {
  if (path !== undefined && every === undefined) problem('needs `every`, as `30s`: how often it is asked.')
  return {
    strategy,
    concurrency: concurrency ?? given.upstream.connections,
    ...(quota !== undefined && { quota }),
    ...(sponsored && { isSponsored: true }),
    ...(every !== undefined && { check: { every, ...(path !== undefined && { path }) } }),
    deadlines: { ...given.deadlines, ...deadlines },
  }
}

/** A name that nobody else says is a quota of one's own, and most likely a slip. */
function warnOfLoneQuotas({ providers: entries }: Given, { warn }: Report): void {
  const shared = Object.entries(entries).filter(([, { quota }]) => quota !== undefined && quota !== 'model' && quota !== 'account')
  for (const [name, { quota }] of shared) {
    if (shared.every(([other, entry]) => other === name || entry.quota !== quota))
      warn(`providers.${name}.quota: no other entry says \`${quota}\`: write \`account\` for a quota of its own.`)
  }
}

const headerName = /^[!#$%&'*+.^`|~\w-]+$/
const reserved = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'content-type', 'accept-encoding', 'cookie'])

function checkTable(name: string, { headers }: GivenProvider, { problem }: Report): void {
  for (const header of Object.keys(headers)) {
    if (!headerName.test(header) || reserved.has(header.toLowerCase())) problem([name, 'headers', header], 'is not a header that may be set here.')
  }
}

type Shape = Pick<GivenProvider, 'query' | 'headers' | 'wires' | 'prices'>

/** Whose prices it has. */
function pricedAs({ id, baseUrl }: Provider, prices: string | undefined, { url, own }: Pick<Place, 'url' | 'own'>): string | undefined {
  return prices ?? (url === own || baseUrl === undefined ? id : undefined)
}

/** The kind's data, with what the entry says otherwise. A copy elsewhere has neither the kind's prices nor its place in the world. */
function shaped(given: Provider, { query, headers, wires, prices }: Shape, { url, own, isNear }: Place, problem: (sentence: string) => void): Provider {
  const edition = given.editions?.find(({ at }) => at.test(url))
  const kind = edition === undefined ? given : { ...given, families: undefined, query: undefined, forms: undefined, media: undefined, ...edition }
  const isOwn = url === own
  const pricedLike = providerById.get(pricedAs(kind, prices, { url, own }) ?? '')
  const catalog = pricedLike ? catalogOf(pricedLike) : null
  if (prices !== undefined && catalog === null) problem(`\`prices\` names \`${prices}\`, which is no provider with prices.`)
  const lower = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]))
  return {
    ...kind,
    ...(own !== undefined && { baseUrl: own }),
    catalog,
    // The operator's order comes before the one that a family has at the provider's own.
    ...(wires && {
      families: kind.families?.map((family) => ({ ...family, wires: wires.filter((wire) => family.wires.includes(wire as WireName)) as WireName[] })),
    }),
    speaks: chosen(kind, wires ?? (isOwn ? undefined : kind.elsewhere) ?? Object.keys(kind.speaks), problem),
    ...(isNear && { substrate: 'local' as const }),
    ...((kind.query || Object.keys(query).length > 0) && { query: { ...kind.query, ...query } }),
    ...((kind.headers || Object.keys(lower).length > 0) && { headers: { ...kind.headers, ...lower } }),
  }
}

function chosen({ speaks, name }: Provider, wires: readonly string[], problem: (sentence: string) => void): Provider['speaks'] {
  const unknown = wires.filter((wire) => !Object.hasOwn(speaks, wire))
  if (unknown.length > 0) problem(`\`wires\` names ${unknown.join(', ')}: ${name} speaks ${Object.keys(speaks).join(', ')}.`)
  return Object.fromEntries(wires.flatMap((wire) => (Object.hasOwn(speaks, wire) ? [[wire, speaks[wire as WireName]!]] : [])))
}

function fromEnvironment(provider: Provider, env: Environment, given: Entry['given'], { problem, warn }: Report): ConnectedProvider | undefined {
  const shared = { name: provider.id, models: [], strategy: 'priority', concurrency: given.upstream.connections, deadlines: given.deadlines } as const
  if (provider.auth.scheme === 'none') return { ...shared, provider, accounts: [onlyAccount(undefined)], source: 'built-in' }
  const variables = variablesOf(provider, env)
  const { key, base } = variables
  if (!key && !base) return undefined
  const flaw = flawOf(variables)
  if (flaw !== undefined) {
    warn(`${flaw}: ${provider.name} is not connected.`)
    return undefined
  }
  const cloud = cloudOf(variables)
  const place = placeOf(provider, base?.value, cloud)
  if ('sentence' in place) {
    if (base) problem([], `${base.name} ${place.sentence}`)
    else warn(`${key!.name} is set, but not ${(place.lacks ?? provider.baseUrlEnv ?? []).join(' or ')}: ${provider.name} is not connected.`)
    return undefined
  }
  if (!mayGo(key?.value, provider, place.isNear)) {
    warn(
      key
        ? `${key.name} holds what stands in examples: ${provider.name} is not connected.`
        : `${base!.name} is set, but not ${provider.auth.env.join(' or ')}: ${provider.name} is not connected.`,
    )
    return undefined
  }
  return {
    ...shared,
    provider: shaped(provider, { query: {}, headers: {} }, place, () => {}),
    pricedAs: pricedAs(provider, undefined, place),
    baseUrl: place.url,
    accounts: [onlyAccount(key?.value)],
    ...(key && { fromVariable: key.name }),
    ...(cloud.region !== undefined && { region: cloud.region }),
    source: 'environment',
  }
}
