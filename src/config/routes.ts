/** Aliases and chains of the file: that every name leads somewhere, and none in a circle. */

import { isWildcard } from '../base/wildcard.ts'
import { checkChain, settle } from './chains.ts'
import { findFlaws } from './circles.ts'
import { directoryOf, endOf, nameFor, type Directory, type Routes } from './directory.ts'
import type { Report } from './problems.ts'
import type { Given } from './schema.ts'
import type { ChainSettings } from './settings.ts'

/** The setting goes by three names, since users know it by all of them. */
const sections = ['chains', 'combos', 'routes'] as const

export function readChains(given: Given, { problem }: Report): readonly ChainSettings[] {
  const seen = new Set<string>(Object.keys(given.aliases))
  return sections.flatMap((section) =>
    Object.entries(given[section]).map(([name, chain]) => {
      if (seen.has(name)) problem([section, name], `\`${name}\` is the name of another chain or of an alias.`)
      seen.add(name)
      return settle(name, chain, given)
    }),
  )
}

/** Reports names that lead nowhere, that lead back to themselves, and what does not fit them. */
export function checkRoutes(given: Given, routes: Routes, report: Report): void {
  const directory = directoryOf(routes)
  const places = new Map<string, readonly string[]>(Object.keys(given.aliases).map((alias) => [alias, ['aliases', alias]]))
  for (const section of sections) for (const name of Object.keys(given[section])) places.set(name, [section, name, 'targets'])
  for (const [alias, to] of Object.entries(given.aliases)) checkAlias(alias, to, directory, report)
  for (const chain of routes.chains) checkChain(places.get(chain.name)!.slice(0, -1), chain, directory, report)
  for (const [name, sentence] of findFlaws(places.keys(), directory)) report.problem(places.get(name)!, sentence)
}

const starsIn = (name: string): number => name.split('*').length - 1

function checkAlias(alias: string, to: string, directory: Directory, { problem, warn }: Report): void {
  const path = ['aliases', alias]
  if (starsIn(alias) > 1) return problem(path, 'has more than one `*`: a name may have one, as `gpt-*`.')
  if (starsIn(to) > starsIn(alias))
    return problem(
      path,
      `leads to \`${to}\`, with ${isWildcard(alias) ? 'more than one `*`' : 'a `*` that the name does not have'}: write \`gpt-*: openai/gpt-*\`.`,
    )
  // What stands for the `*` is seen when it is asked for; whose it is stands before it, where that is said.
  const known = isWildcard(to) && to.indexOf('/') !== -1 && to.indexOf('/') < to.indexOf('*') ? to.replace('*', 'x') : to
  const end = isWildcard(known) || nameFor(known, directory) !== undefined ? undefined : endOf(known, directory)
  if (end?.kind === 'nowhere') problem(path, end.explain())
  else if (end?.kind === 'later') warn(`${path.join('.')}: ${end.explain()}`)
}
