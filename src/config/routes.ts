/** Aliases and chains: that every name leads somewhere, and none in a circle. */

import { providers } from '../providers/index.ts'
import { hint, type Report } from './problems.ts'
import type { GivenChain } from './chain-entry.ts'
import type { Given } from './schema.ts'
import type { ChainSettings, ConnectedProvider } from './settings.ts'

/** The setting goes by three names, since users know it by all of them. */
const sections = ['chains', 'combos', 'routes'] as const

export function readChains(given: Given, { problem }: Report): readonly ChainSettings[] {
  const seen = new Set<string>(Object.keys(given.aliases))
  return sections.flatMap((section) =>
    Object.entries(given[section]).map(([name, chain]) => {
      if (seen.has(name)) problem([section, name], `\`${name}\` is the name of another chain or of an alias.`)
      if (chain.targets.length === 0) problem([section, name], 'has no `targets`: what to try, in order.')
      seen.add(name)
      return settled(name, chain, given)
    }),
  )
}

function settled(name: string, chain: GivenChain, given: Given): ChainSettings {
  return {
    ...chain,
    name,
    retries: chain.retries ?? given.retry.perTarget,
    totalTime: chain.totalTime ?? given.retry.totalTime,
    strict: chain.strict ?? given.strict,
    providerMessages: chain.providerMessages ?? given.providerMessages,
  }
}

interface Step {
  readonly path: readonly string[]
  readonly targets: readonly string[]
}

/** Reports targets that lead nowhere and names that lead back to themselves. */
export function checkTargets(given: Given, connected: readonly ConnectedProvider[], report: Report): void {
  const steps = new Map<string, Step>(Object.entries(given.aliases).map(([alias, target]) => [alias, { path: ['aliases', alias], targets: [target] }]))
  for (const section of sections) {
    for (const [name, { targets }] of Object.entries(given[section]))
      steps.set(name, { path: [section, name, 'targets'], targets: targets.map(({ model }) => model) })
  }
  const prefixes = new Set(connected.flatMap(({ name, provider }) => (name === provider.id ? [name, ...provider.prefixes] : [name])))
  for (const { path, targets } of steps.values()) {
    targets.forEach((target, index) => {
      if (!steps.has(target)) checkPrefix(target, prefixes, path[0] === 'aliases' ? path : [...path, String(index)], report)
    })
  }
  checkCircles(steps, report)
}

function checkPrefix(target: string, prefixes: ReadonlySet<string>, path: readonly string[], { problem, warn }: Report): void {
  const slash = target.indexOf('/')
  // A bare model id: which provider has it is seen when it is asked for.
  if (slash === -1) return
  const prefix = target.slice(0, slash)
  if (slash === 0 || slash === target.length - 1) return problem(path, `\`${target}\` is not a model, as \`provider/model\`.`)
  if (prefixes.has(prefix)) return
  const known = providers.find((provider) => provider.prefixes.includes(prefix))
  const variable = known === undefined || known.auth.scheme === 'none' ? undefined : known.auth.env[0]
  // Its key may be stored in the running gateway: then it is connected later, and until then the target is passed over.
  if (known && known.baseUrl !== undefined)
    warn(
      `${path.join('.')}: ${known.name} is not connected${variable === undefined ? '' : ` (${variable} is not set)`}: \`${target}\` leads nowhere until it is.`,
    )
  else
    problem(
      path,
      `\`${target}\` names the provider \`${prefix}\`, which is not connected.${hint(prefix, [...prefixes, ...providers.flatMap((provider) => provider.prefixes)])} Connected are ${[...prefixes].join(', ')}.`,
    )
}

function checkCircles(steps: ReadonlyMap<string, Step>, { problem }: Report): void {
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): void => {
    const step = steps.get(name)
    if (!step || done.has(name)) return
    if (trail.includes(name)) return problem(step.path, `leads back to itself: ${[...trail.slice(trail.indexOf(name)), name].join(' → ')}.`)
    for (const target of step.targets) visit(target, [...trail, name])
    done.add(name)
  }
  for (const name of steps.keys()) visit(name, [])
}
