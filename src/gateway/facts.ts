/** What rules are told of a call: what is known anyway, and what one that may apply wants computed. */

import type { Said } from '../policy/detector.ts'
import { toolNamesIn } from '../policy/edit.ts'
import type { Facts, PlainFacts, Reads, Shape } from '../policy/facts.ts'
import type { PlacedPassage } from '../policy/passage-reader.ts'
import { passagesOf, type Passages } from '../policy/passages.ts'
import { assess, type Risk } from '../policy/risk.ts'
import { costAt } from '../receipts/estimate.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { modalitiesIn } from '../canonical/weights.ts'
import type { Target } from '../routing/target.ts'
import { billingOf } from './billing.ts'
import type { AnyCall } from './call.ts'
import type { Charge } from './charge.ts'
import type { Deciding } from './deciding.ts'

export interface Gathered {
  readonly facts: Facts
  readonly risk: Risk
  readonly first: Target
  /** The same, were the call to go elsewhere. */
  readonly factsAt: (target: Target) => Facts
  /** Where each text stands; empty where no detector looked. */
  readonly passages: readonly PlacedPassage[]
}

export function plainFacts({ caller, surface, model, streams }: AnyCall, { connection, model: id }: Target): PlainFacts {
  return {
    asker: caller.rules!.asker,
    surface: surface.name,
    operation: surface.operation,
    model,
    stream: streams,
    target: { provider: connection.name, model: id, region: connection.region },
  }
}

const nothing: Passages = { list: [], media: { count: 0, characters: 0 }, isWhole: true }

const allFailed = (detectors: Reads['detectors']): Said => Object.fromEntries(detectors.map(({ name }) => [name, { fault: 'failed' }]))

type Asking<C extends AnyCall> = Pick<Deciding<C>, 'call' | 'gateway' | 'receipt'>

/** Computes what is wanted, and no more: at once where nobody has to be waited for. */
export function gatherFacts<C extends AnyCall>(asking: Asking<C>, reads: Reads, first: Target): Gathered | Promise<Gathered> {
  const { upload } = asking.call
  // Fields may stand behind the file: what has not come yet is known to no rule.
  if (upload !== undefined && (reads.detectors.length > 0 || reads.shape)) return upload.gather().then(() => learn(asking, reads, first))
  return learn(asking, reads, first)
}

/** What may have to be waited for. */
interface Learned {
  readonly passages: readonly PlacedPassage[]
  readonly detected: Said | undefined
  readonly budgets: Facts['budgets']
}

function learn<C extends AnyCall>(asking: Asking<C>, reads: Reads, first: Target): Gathered | Promise<Gathered> {
  const { call, gateway, receipt } = asking
  const { list: passages, isWhole } = reads.detectors.length === 0 ? nothing : passagesOf(call.body.object, promptFieldsOf(call))
  const detected = reads.detectors.length === 0 ? undefined : isWhole ? gateway.inspect(passages, reads.detectors) : allFailed(reads.detectors)
  const budgets = reads.budgets ? ratios(call, first, receipt) : undefined
  if (!(detected instanceof Promise || budgets instanceof Promise)) return putTogether(asking, reads, first, { passages, detected, budgets })
  return Promise.all([detected, budgets]).then(([said, full]) => putTogether(asking, reads, first, { passages, detected: said, budgets: full }))
}

function putTogether<C extends AnyCall>(asking: Asking<C>, reads: Reads, first: Target, { passages, detected, budgets }: Learned): Gathered {
  const { call, receipt } = asking
  const { record, prompt } = receipt
  const costOf = (target: Target) => (reads.cost ? costAt(receipt, billingOf(target.connection, call.snapshot), target.model) : undefined)
  const { asker, surface, operation, model, stream, target } = plainFacts(call, first)
  const facts: Facts = {
    asker,
    surface,
    operation,
    model,
    stream,
    target,
    at: record.created_at,
    labels: record.metadata,
    shape: reads.shape ? new RequestShape(call, record) : undefined,
    tokens: reads.tokens ? (prompt.estimate ?? receipt.estimate.input) : undefined,
    cost: costOf(first),
    budgets,
    detected,
  }
  const factsAt = (other: Target): Facts => ({ ...facts, ...plainFacts(call, other), cost: costOf(other) })
  return { facts, risk: assess(facts), first, factsAt, passages }
}

/** Tools and modalities are counted when they are asked for: few rules read them. */
class RequestShape implements Shape {
  readonly maxTokens: number | null
  readonly messages: number
  readonly bytes: number
  readonly #call: AnyCall

  constructor(call: AnyCall, { max_tokens: maxTokens, message_count: messages }: Receipt['record']) {
    this.maxTokens = maxTokens
    this.messages = messages ?? 0
    this.bytes = call.upload?.size ?? call.body.bytes.length
    this.#call = call
  }

  get tools(): readonly string[] {
    return toolNamesIn(this.#call.body.object)
  }

  get modalities(): readonly string[] {
    const { surface, body } = this.#call
    return modalitiesIn(surface.wire.outline(body.object, body.members).weights)
  }
}

/** All strings of the body are looked at; these fields are the user's. */
function promptFieldsOf({ surface: { wire } }: AnyCall): readonly string[] {
  return 'promptFields' in wire ? wire.promptFields : []
}

/** How full each budget is that is about the call. */
function ratios({ caller, charge }: AnyCall, target: Target, { record }: Receipt): ReturnType<Charge['ratios']> {
  if (caller.charges === undefined || charge === undefined) return {}
  return charge.ratios({ tokens: 0, cost: 0, model: target.model, provider: target.connection.name, labels: record.metadata })
}
