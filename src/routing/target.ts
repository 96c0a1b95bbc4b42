/** Where a call may go: a model at a provider that this installation is connected to. */

import type { Deadlines } from '../base/deadlines.ts'
import type { WireName } from '../canonical/chat.ts'
import type { Tariff } from '../catalog/tariff.ts'
import type { Reason } from '../canonical/failure.ts'
import type { DialectName, FormName } from '../canonical/forms.ts'
import type { MediaDialectName, MediaForm } from '../canonical/media.ts'
import type { FormPlace, MediaPlace, Provider } from '../providers/provider.ts'
import type { StrategyName } from './strategies/index.ts'

/** A provider with what this installation adds: where exactly it is, and our secret to it. */
export interface Connection {
  /** The operator's name for it, and its prefix. Several accounts of one provider are several connections of one name. */
  readonly name: string
  /** Which of its accounts; the only one where absent. */
  readonly account?: string
  /** Whose calls alone the account serves, as `tenant:acme`; everybody's where absent. */
  readonly owner?: string
  /** Only who holds a grant may use it. */
  readonly isSponsored?: boolean
  readonly provider: Provider
  /** The catalogue's name for whoever serves it; absent where it has none. */
  readonly catalog?: string | null
  /** What its calls cost; absent where nobody knows. */
  readonly tariff?: Tariff
  /** A subscription pays for them. */
  readonly isCovered?: boolean
  /** Scheme, host and port; empty for the built-in provider. */
  readonly origin: string
  /** The host of `origin`, for receipts. */
  readonly host: string
  /** What stands before a wire's path, without a slash at its end. */
  readonly basePath: string
  readonly secret?: string | undefined
  /** What tells one secret from another without telling it: a new secret is not blamed for the old one's failures. */
  readonly secretMark?: string
  /** Where a cloud serves it, for those that sign with it. */
  readonly region?: string | undefined
  /** Model ids that it is known to have; it may have more. */
  readonly models: readonly string[]
  readonly deadlines: Deadlines
  /** The operator changed where it is: ids that nobody lists may be its own. */
  readonly isCustom: boolean
  /** Calls that the provider may have under way, with all of its accounts. */
  readonly concurrency?: number
  /** The same of this account. */
  readonly accountConcurrency?: number
  /** This account's share among its provider's; 1 where absent. */
  readonly weight?: number
  /** What a rate limit holds for: each model of an account apart, all of them together, or whoever else says the same name. `model` where absent. */
  readonly quota?: string
}

/** The connection's name, and its account where there are several: who it was, in receipts and places. */
export function idOf({ name, account }: { readonly name: string; readonly account?: string | undefined }): string {
  return account === undefined ? name : `${name}@${account}`
}

export interface Target {
  readonly connection: Connection
  readonly model: string
}

/** One line of a chain. */
export interface ChainTarget {
  /** A model, an alias or a chain. */
  readonly model: string
  /** The only account to use. */
  readonly account?: string | undefined
  readonly weight: number
  readonly concurrency?: number | undefined
  /** Tokens that prompt and answer may have together, where the operator knows better than the catalogue. */
  readonly context?: number | undefined
  /** Bits of what it cannot do. */
  readonly lacks: number
}

/** A list of targets with a name, and the way to choose among them. */
export interface Chain {
  readonly name: string
  readonly strategy: StrategyName
  readonly targets: readonly ChainTarget[]
  /** How often one target is asked again. */
  readonly retries: number
  /** Attempts of one call in all, and the milliseconds they may take; the gateway's own where absent. */
  readonly attempts?: number | undefined
  readonly totalTime?: number | undefined
  /** Refuse what a target cannot be told, instead of dropping it. */
  readonly strict: boolean
  /** Show clients the provider's own words in errors. */
  readonly providerMessages: boolean
  /** Those that this chain sets; they come before the provider's. */
  readonly deadlines: Partial<Deadlines>
  /** Reasons of the caller's that go on to the next target all the same. */
  readonly alsoOn: readonly Reason[]
}

/** The wire to use: the client's own where the provider speaks it for this model, so that nothing needs translating; undefined where it speaks none. A family's wires that a server like the provider lacks leave the ones that it has. */
export function pickWire({ speaks, families }: Pick<Provider, 'speaks' | 'families'>, model: string, asked: WireName): WireName | undefined {
  const family = families?.find(({ models }) => models.test(model))
  const known = family?.wires.filter((name) => name in speaks) ?? []
  const choices = known.length > 0 ? known : (Object.keys(speaks) as WireName[])
  return choices.includes(asked) ? asked : choices[0]
}

/** Where the target speaks a form, by the same preference; undefined where it does not. */
export function pickPlace({ connection, model }: Target, form: FormName, asked: DialectName): FormPlace | undefined {
  return pick([connection.provider.forms?.[form] ?? []].flat(), model, asked)
}

/** The same of sound and pictures. */
export function pickMedia({ connection, model }: Target, form: MediaForm, asked: MediaDialectName): MediaPlace | undefined {
  return pick([connection.provider.media?.[form] ?? []].flat(), model, asked)
}

function pick<P extends { readonly dialect: string; readonly models?: RegExp }>(places: readonly P[], model: string, asked: string): P | undefined {
  const fitting = places.filter(({ models }) => models?.test(model) ?? true)
  return fitting.find(({ dialect }) => dialect === asked) ?? fitting[0]
}

/** The wire on which the provider counts a request for this model, among those that it speaks; undefined where it counts on none. */
export function pickCountingWire({ speaks, counts = {}, families }: Provider, model: string, asked: WireName): WireName | undefined {
  const counted = Object.fromEntries(Object.entries(counts).filter(([name]) => name in speaks))
  const name = pickWire({ speaks: counted, families }, model, asked)
  const family = families?.find(({ models }) => models.test(model))
  return name === undefined || family?.wires.includes(name) === false ? undefined : name
}
