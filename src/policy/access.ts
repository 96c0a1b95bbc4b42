/** What a caller may use. An absent list is no restriction; an empty one allows nothing. */

import { matchesAny } from '../base/wildcard.ts'
import { caseless, listsModel } from './models.ts'
import type { Holding } from './scope.ts'

export interface Access {
  /** A list for each who says which (tenant, team, agent, key): a model must be in all. As the client names it, letter by letter, or as the provider calls it, in any case; with `*`. */
  readonly models?: readonly (readonly string[])[]
  readonly providers?: readonly string[]
  readonly surfaces?: readonly string[]
  /** Regions that a tenant's calls may go to: who has none, or another one, is not asked. */
  readonly regions?: readonly string[]
}

/** What one of those says by itself whose lists must all let a call through: a refusal tells whose list it was. */
export interface Circle {
  readonly of: Holding
  readonly id: string
  readonly access: Access
}

/** What somebody may use of sponsored connections, by an invitation that was redeemed. */
export interface Grant {
  /** As the provider calls them, alone or behind its name, with `*`: so goes the budget that comes with it, and no alias opens what it does not count. */
  readonly models: readonly string[]
  /** Milliseconds since 1970; null where it does not end. */
  readonly until: number | null
}

export interface Destination {
  readonly provider: string
  readonly model: string
  readonly region: string | undefined
  /** As the client named it. */
  readonly asked: string
  /** What else the client named: by one of several names alone it goes nowhere. */
  readonly fallbacks?: readonly string[]
  /** Whether only who holds a grant may use it. What somebody brought a credential of their own for is not. */
  readonly isSponsored?: boolean | undefined
}

/** What can keep a call from somewhere, in the order in which it is looked at. */
export const barriers = ['providers', 'regions', 'models', 'invitation'] as const
export type Barrier = (typeof barriers)[number]

/** What of the lists keeps a call from going there, if anything does: asked of every target that would bill, whatever name led to it. */
export function barrierOf({ models, providers, regions }: Access, { provider, model, region, asked, fallbacks = [] }: Destination): Barrier | undefined {
  if (providers !== undefined && !providers.includes(provider)) return 'providers'
  if (regions !== undefined && (region === undefined || !regions.includes(region))) return 'regions'
  if (models === undefined) return undefined
  const isListed = models.every((list) => names(list, provider, model) || (matchesAny(list, asked) && fallbacks.every((name) => matchesAny(list, name))))
  return isListed ? undefined : 'models'
}

/** Most lists spell models as they are called: only for others all of the list is made caseless. */
const names = (list: readonly string[], provider: string, model: string): boolean =>
  matchesAny(list, model) || matchesAny(list, `${provider}/${model}`) || listsModel(list.map(caseless), provider, model)

export const mayGo = (access: Access, destination: Destination): boolean => barrierOf(access, destination) === undefined

/** Whether a grant that is in force opens a sponsored destination; all others need none. `at` is now, in milliseconds since 1970. */
export function isGranted(grants: readonly Grant[] | undefined, { provider, model, isSponsored = false }: Omit<Destination, 'asked'>, at: number): boolean {
  if (!isSponsored) return true
  return grants?.some(({ models, until }) => (until === null || at < until) && names(models, provider, model)) ?? false
}
