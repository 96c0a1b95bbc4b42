/** A provider, as data: where it is, how it is paid, which wires it speaks, and how it strays from them. */

import type { WireName } from '../canonical/chat.ts'
import type { DialectName, FormName } from '../canonical/forms.ts'
import type { Quirks } from '../wires/quirks.ts'

export type Auth =
  | { readonly scheme: 'bearer'; readonly env: readonly string[] }
  | { readonly scheme: 'header'; readonly header: string; readonly env: readonly string[] }
  /** A key is optional: a server of one's own. It is sent as a bearer token where one is given. */
  | { readonly scheme: 'optional'; readonly env: readonly string[] }
  /** Nothing is sent and nothing is needed: the gateway answers itself. */
  | { readonly scheme: 'none' }

/** Behind the base URL; `{model}` stands for the model. Some wires ask for a stream on a path of its own. */
export type WirePath = string | { readonly whole: string; readonly stream: string }

/** Models that a provider serves on some of its wires alone. */
export interface Family {
  /** Of the model's id at the provider. */
  readonly models: RegExp
  /** Best first. */
  readonly wires: readonly WireName[]
}

/** Where a small form is spoken, and how. */
export interface FormPlace {
  readonly dialect: DialectName
  /** Behind the base URL; where it names the model as `{model}`, the body does not. */
  readonly path: string
  /** Of the model's id at the provider, where its models differ; any model where absent. */
  readonly models?: RegExp
  /** The most pieces (texts, documents) that one request may hold: of more, several are made where the form can be put together again. */
  readonly most?: number
  readonly quirks?: Quirks
}

export interface Provider {
  readonly id: string
  readonly name: string
  readonly docs: string
  /** What stands before `/` in a model's name for this provider, `id` among them where it is one. */
  readonly prefixes: readonly string[]
  /** How the answer comes about; a signal of the receipt: `direct` from the model's maker, `cloud` from a host of others' models, `aggregator` from a reseller. */
  readonly substrate: 'direct' | 'cloud' | 'aggregator' | 'local' | 'built_in'
  /** Undefined where the operator must say it. */
  readonly baseUrl?: string
  /** Variables that say it instead, the first one wins. */
  readonly baseUrlEnv?: readonly string[]
  /** What is put behind a base URL that has no path: these variables hold a host alone. */
  readonly basePath?: string
  readonly auth: Auth
  /** Where each wire is spoken, best first. */
  readonly speaks: { readonly [wire in WireName]?: WirePath }
  /** The first that fits a model says on which of those wires it answers; all of them where none does. */
  readonly families?: readonly Family[]
  /** Path that counts a request's tokens, on wires that have such a call. */
  readonly counts?: { readonly [wire in WireName]?: string }
  /** Where the small forms are spoken, best first where there are several. */
  readonly forms?: { readonly [form in FormName]?: FormPlace | readonly FormPlace[] }
  /** Models that it has, where the catalogue cannot know them. */
  readonly models?: readonly string[]
  readonly query?: { readonly [name: string]: string }
  readonly headers?: { readonly [name: string]: string }
  readonly quirks?: { readonly [wire in WireName]?: Quirks }
  /** The provider's id in the price catalogue, where it differs from `id`; null where the catalogue does not know it. */
  readonly catalog?: string | null
  /** The bare name goes here when nothing else says where; exactly one provider has it. */
  readonly isDefault?: boolean
  /** The operator should know this before relying on it, in one sentence. */
  readonly notice?: string
}

/** The provider's id in the price catalogue; null where there are no prices to find. */
export const catalogOf = ({ id, catalog }: Provider): string | null => (catalog === undefined ? id : catalog)

export const pathOf = (path: WirePath, streams: boolean): string => (typeof path === 'string' ? path : path[streams ? 'stream' : 'whole'])
