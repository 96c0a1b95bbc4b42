/** What a caller may use. An absent list is no restriction; an empty one allows nothing. */

import { matchesAny } from '../base/wildcard.ts'

export interface Access {
  /** Models as the client names them, or as the provider calls them; with `*`. */
  readonly models?: readonly string[]
  readonly providers?: readonly string[]
  readonly surfaces?: readonly string[]
  /** Regions that a tenant's calls may go to: who has none, or another one, is not asked. */
  readonly regions?: readonly string[]
}

export interface Destination {
  readonly provider: string
  readonly model: string
  readonly region: string | undefined
  /** As the client named it. */
  readonly asked: string
}

/** Whether a call may go there: asked of every target that would bill, whatever name led to it. */
export function mayGo({ models, providers, regions }: Access, { provider, model, region, asked }: Destination): boolean {
  if (providers !== undefined && !providers.includes(provider)) return false
  if (regions !== undefined && (region === undefined || !regions.includes(region))) return false
  return models === undefined || matchesAny(models, model) || matchesAny(models, `${provider}/${model}`) || matchesAny(models, asked)
}
