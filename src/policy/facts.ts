/** What rules see of a call: each fact with its name, its type, what it takes to know it, and what it means. */

import type { DetectorTerms, Said } from './detector.ts'
import { caseless } from './models.ts'
import type { Holder } from './scope.ts'

/** Who asks: the same for all calls of a key. */
export interface Asker extends Holder {
  readonly keyName?: string | undefined
  readonly environment?: string | undefined
  readonly costCenter?: string | undefined
}

/** What is known of every call before anything is computed for rules. */
export interface PlainFacts {
  readonly asker: Asker
  readonly surface: string
  readonly operation: string
  /** As the client named it. */
  readonly model: string
  readonly stream: boolean
  /** Where the call goes next: the name of the connection, and what it calls the model. */
  readonly target: { readonly provider: string; readonly model: string; readonly region: string | undefined }
}

/** All that rules may see. What `Reads` does not ask for may be left out; a rule that finds nothing where it looks cannot be judged. */
export interface Facts extends PlainFacts {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly labels: Readonly<Record<string, string>> | null
  readonly shape?: Shape | undefined
  /** Tokens of the prompt, estimated. */
  readonly tokens?: number | undefined
  /** Nano-dollars that the call may cost at most; null where nobody knows the price. */
  readonly cost?: number | null | undefined
  /** By id of the budget, the share of it that is spent or set aside; of those that are about the call. */
  readonly budgets?: Readonly<Record<string, number>> | undefined
  /** What detectors said of the request, or of the answer, by their names. */
  readonly detected?: Said | undefined
}

/** What can be counted in a request without reading its texts. */
export interface Shape {
  /** Null where the client set none. */
  readonly maxTokens: number | null
  readonly messages: number
  /** Names of the tools that the model may call. */
  readonly tools: readonly string[]
  readonly modalities: readonly string[]
  readonly bytes: number
}

/** What must be computed for the rules that may apply. */
export interface Reads {
  readonly shape: boolean
  readonly tokens: boolean
  readonly cost: boolean
  readonly budgets: boolean
  /** Each once, by its name. */
  readonly detectors: readonly DetectorTerms[]
}

export type FactType = 'string' | 'bool' | 'int' | 'double' | 'list<string>' | 'map<string, string>' | 'map<string, double>' | 'map<string, int>'
export type FactValue = string | boolean | number | readonly string[] | Readonly<Record<string, string | number>>
/** What it takes: nothing (`asker`, `call`, `time`, `labels`), or what `Reads` names. `risk` takes several. */
export type Source = 'asker' | 'call' | 'time' | 'labels' | 'shape' | 'tokens' | 'cost' | 'budgets' | 'detected' | 'risk'

export interface Fact {
  /** As CEL says it: a name, or a name and its field. */
  readonly name: string
  readonly type: FactType
  readonly source: Source
  readonly meaning: string
  /** Undefined where it is not known: a rule that needs it cannot be judged. */
  readonly read: (facts: Facts) => FactValue | undefined
  /** It is told in small letters, and what it is compared with is read so too. */
  readonly isCaseless?: true
  /** Who must have looked. */
  readonly detector?: DetectorTerms
}

/** One that is known before anything is computed. */
export interface PlainFact extends Fact {
  readonly source: 'asker' | 'call'
  readonly read: (facts: PlainFacts) => FactValue
}

export const isPlain = (fact: Fact): fact is PlainFact => fact.source === 'asker' || fact.source === 'call'

/** More names than that in a list are not looked through: it bounds what a rule may take. */
export const mostItems = 1000

const listed = (names: readonly string[] | undefined): readonly string[] | undefined => (names !== undefined && names.length > mostItems ? undefined : names)

const nanos = 1e9

function fullest(budgets: Facts['budgets']): number | undefined {
  if (budgets === undefined) return undefined
  let ratio = 0
  for (const id in budgets) ratio = Math.max(ratio, budgets[id]!)
  return ratio
}

// oxfmt-ignore
export const facts: readonly Fact[] = [
  { name: 'tenant', type: 'string', source: 'asker', meaning: 'The tenant of the key.', read: ({ asker }) => asker.tenant },
  { name: 'team', type: 'string', source: 'asker', meaning: 'Its team; empty where it has none, as with the next ones.', read: ({ asker }) => asker.team ?? '' },
  { name: 'agent', type: 'string', source: 'asker', meaning: 'Its agent.', read: ({ asker }) => asker.agent ?? '' },
  { name: 'user', type: 'string', source: 'asker', meaning: 'The user that the key belongs to.', read: ({ asker }) => asker.user ?? '' },
  { name: 'key.id', type: 'string', source: 'asker', meaning: 'The key, never its secret.', read: ({ asker }) => asker.key ?? '' },
  { name: 'key.name', type: 'string', source: 'asker', meaning: 'What the key is called.', read: ({ asker }) => asker.keyName ?? '' },
  { name: 'key.environment', type: 'string', source: 'asker', meaning: '`production`, `staging`, …, as the key says.', read: ({ asker }) => asker.environment ?? '' },
  { name: 'key.cost_center', type: 'string', source: 'asker', meaning: 'Who pays for the key.', read: ({ asker }) => asker.costCenter ?? '' },

  { name: 'request.surface', type: 'string', source: 'call', meaning: 'The API that the client speaks: `openai-chat`, `anthropic-messages`, …', read: ({ surface }) => surface },
  { name: 'request.operation', type: 'string', source: 'call', meaning: '`chat`, `embeddings`, …, as in receipts.', read: ({ operation }) => operation },
  { name: 'request.model', type: 'string', source: 'call', isCaseless: true, meaning: 'The model as the client named it: it may be an alias, or have its provider before it. In any case.', read: ({ model }) => caseless(model) },
  { name: 'request.stream', type: 'bool', source: 'call', meaning: 'Whether a stream is asked for.', read: ({ stream }) => stream },
  { name: 'target.provider', type: 'string', source: 'call', meaning: 'The connection that the call goes to next.', read: ({ target }) => target.provider },
  { name: 'target.model', type: 'string', source: 'call', isCaseless: true, meaning: 'The model as that provider calls it. In any case.', read: ({ target }) => caseless(target.model) },
  { name: 'target.region', type: 'string', source: 'call', meaning: 'The region of that connection; empty where none is configured.', read: ({ target }) => target.region ?? '' },

  { name: 'labels', type: 'map<string, string>', source: 'labels', meaning: 'The client’s metadata, as `labels.team`. A label that was not sent cannot be judged: ask `has(labels.team)` first.', read: ({ labels }) => labels ?? noLabels },

  { name: 'request.max_tokens', type: 'int', source: 'shape', meaning: 'The limit that the client set on the answer; 0 where it set none.', read: ({ shape }) => shape && (shape.maxTokens ?? 0) },
  { name: 'request.messages', type: 'int', source: 'shape', meaning: 'Messages in the request.', read: ({ shape }) => shape?.messages },
  { name: 'request.tools', type: 'int', source: 'shape', meaning: 'Tools in the request.', read: ({ shape }) => shape?.tools.length },
  { name: 'request.tool_names', type: 'list<string>', source: 'shape', meaning: `Their names. Of more than ${mostItems} nothing can be judged.`, read: ({ shape }) => listed(shape?.tools) },
  { name: 'request.modalities', type: 'list<string>', source: 'shape', meaning: 'What the request holds: `text`, `image`, `audio`, `video`, `file`.', read: ({ shape }) => listed(shape?.modalities) },
  { name: 'request.bytes', type: 'int', source: 'shape', meaning: 'Bytes of the request.', read: ({ shape }) => shape?.bytes },
  { name: 'request.tokens', type: 'int', source: 'tokens', meaning: 'Tokens of the prompt, estimated.', read: ({ tokens }) => tokens },
  { name: 'cost_usd', type: 'double', source: 'cost', meaning: 'Dollars that the call may cost at most at its target. Where nobody knows the price it cannot be judged.', read: ({ cost }) => (cost === null || cost === undefined ? undefined : cost / nanos) },
  { name: 'is_priced', type: 'bool', source: 'cost', meaning: 'Whether somebody knows the price.', read: ({ cost }) => (cost === undefined ? undefined : cost !== null) },
  { name: 'budget.ratio', type: 'double', source: 'budgets', meaning: 'How full the fullest budget is that is about the call, from 0 to 1 and beyond; 0 where there is none.', read: ({ budgets }) => fullest(budgets) },
  { name: 'budgets', type: 'map<string, double>', source: 'budgets', meaning: 'The same by id, as `budgets["team-ml"]`.', read: ({ budgets }) => budgets },
]

const noLabels = {}
