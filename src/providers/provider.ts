/** A provider, as data: where it is, how it is paid, which wires it speaks, and how it strays from them. */

import type { WireName } from '../canonical/chat.ts'
import type { Reason } from '../canonical/failure.ts'
import type { DialectName, FormName } from '../canonical/forms.ts'
import type { MediaDialectName, MediaForm } from '../canonical/media.ts'
import type { Quirks } from '../wires/quirks.ts'

export type Auth =
  | { readonly scheme: 'bearer'; readonly env: readonly string[] }
  | {
      readonly scheme: 'header'
      readonly header: string
      readonly env: readonly string[]
      /** What stands before the key, a space after it. */ readonly word?: string
    }
  /** A key is optional: a server of one's own. It is sent as a bearer token where one is given. */
  | { readonly scheme: 'optional'; readonly env: readonly string[] }
  /** AWS's: a key that is sent as a bearer token, or the usual pair that requests are signed with for `service`; `pair` names its variables, the token of lent ones last. */
  | { readonly scheme: 'aws'; readonly env: readonly string[]; readonly pair: readonly [id: string, secret: string, token: string]; readonly service: string }
  /** The key of a service account of Google's: the path of its file, or its JSON. It is exchanged for tokens. */
  | { readonly scheme: 'google'; readonly env: readonly string[] }
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

/** Where sound and pictures are made or understood, and how. */
export interface MediaPlace {
  readonly dialect: MediaDialectName
  /** Behind the base URL; `{model}` stands for the model. */
  readonly path: string
  /** Of the model's id at the provider, where its models differ; any model where absent. */
  readonly models?: RegExp
  /** Milliseconds between two questions after a job, and until it must be done. */
  readonly poll?: { readonly every: number; readonly within: number }
}

/** A header by which a provider tells the end of a limit, where the usual names do not (`resetsIn` in `canonical/resets.ts`). */
export interface LimitHeader {
  /** Tells when the limit ends, in any form that `resetsAt` reads; in lower case. */
  readonly reset: string
  /** The header beside it that tells whether the limit is reached, and what it says then. */
  readonly reached: readonly [header: string, says: RegExp]
  /** The limit is one of a plan, of hours or a week. */
  readonly isWindow?: boolean
}

export interface Provider {
  readonly id: string
  readonly name: string
  readonly docs: string
  /** What stands before `/` in a model's name for this provider, `id` among them where it is one. */
  readonly prefixes: readonly string[]
  /** How the answer comes about; a signal of the receipt: `direct` from the model's maker, `cloud` from a host of others' models, `aggregator` from a reseller, `subscription` from a plan that is paid by the month. */
  readonly substrate: 'direct' | 'cloud' | 'aggregator' | 'subscription' | 'local' | 'built_in'
  /** Undefined where the operator must say it. In it and in `basePath`, `{region}` and `{project}` are the operator's; `{region-}` has a hyphen behind it, and is nothing for `global`. */
  readonly baseUrl?: string
  /** Variables that say those, the first one wins. */
  readonly regionEnv?: readonly string[]
  readonly projectEnv?: readonly string[]
  /** Variables that say it instead, the first one wins. */
  readonly baseUrlEnv?: readonly string[]
  /** What is put behind a base URL that has no path: these variables hold a host alone. */
  readonly basePath?: string
  readonly auth: Auth
  /** Wires on which the key is a bearer token, where `auth` puts it into a header of its own. */
  readonly bearerOn?: readonly WireName[]
  /** Where each wire is spoken, best first. */
  readonly speaks: { readonly [wire in WireName]?: WirePath }
  /** The first that fits a model says on which of those wires it answers; all of them where none does. */
  readonly families?: readonly Family[]
  /** Those of its wires that a server like it, at another address, surely speaks; all of them where absent. The operator's `wires` says otherwise. */
  readonly elsewhere?: readonly WireName[]
  /** Path that counts a request's tokens, on wires that have such a call. */
  readonly counts?: { readonly [wire in WireName]?: string }
  /** Where the small forms are spoken, best first where there are several. */
  readonly forms?: { readonly [form in FormName]?: FormPlace | readonly FormPlace[] }
  /** Where sound and pictures are, best first where there are several places. */
  readonly media?: { readonly [form in MediaForm]?: MediaPlace | readonly MediaPlace[] }
  /** What holds instead where its base URL is like that: another version of the same service. */
  readonly editions?: readonly (Pick<Provider, 'speaks' | 'families' | 'query' | 'forms' | 'media'> & { readonly at: RegExp })[]
  /** What it is asked for are names that the operator gave, which answers do not repeat. */
  readonly namesDeployments?: true
  /** Models that it has, where the catalogue cannot know them. */
  readonly models?: readonly string[]
  readonly query?: { readonly [name: string]: string }
  readonly headers?: { readonly [name: string]: string }
  readonly quirks?: { readonly [wire in WireName]?: Quirks }
  /** The provider's id in the price catalogue, where it differs from `id`; null where the catalogue does not know it. */
  readonly catalog?: string | null
  /** Whether the limits of one account hold for each of its models apart, as where absent, or for all of them together. */
  readonly quota?: 'model' | 'account'
  /** Its own headers that tell when a limit ends. */
  readonly limits?: readonly LimitHeader[]
  /** What codes of its own mean in an error, where the words of its wires do not say it. */
  readonly codes?: { readonly [code: string]: Reason }
  /** The bare name goes here when nothing else says where; exactly one provider has it. */
  readonly isDefault?: boolean
  /** The operator should know this before relying on it, in one sentence. */
  readonly notice?: string
}

/** The provider's id in the price catalogue; null where there are no prices to find. */
export const catalogOf = ({ id, catalog }: Provider): string | null => (catalog === undefined ? id : catalog)

/** Whether its data alone say where it is. */
export const hasAddress = ({ baseUrl }: Provider): boolean => baseUrl !== undefined && !baseUrl.includes('{')

export const pathOf = (path: WirePath, streams: boolean): string => (typeof path === 'string' ? path : path[streams ? 'stream' : 'whole'])
