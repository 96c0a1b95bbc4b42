/** What rules are told of a call: what is known anyway, and what one that may apply wants computed. */

import type { Undetected } from '../policy/detector.ts'
import { toolNamesIn } from '../policy/edit.ts'
import type { Facts, PlainFacts, Reads } from '../policy/facts.ts'
import type { PlacedPassage } from '../policy/passage-reader.ts'
import { passagesOf, type Passages } from '../policy/passages.ts'
import { assess, type Risk } from '../policy/risk.ts'
import { costAt } from '../receipts/estimate.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { modalitiesIn } from '../canonical/weights.ts'
import type { Target } from '../routing/target.ts'
import { billingOf } from './billing.ts'
import type { AnyCall } from './call.ts'
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

const allFailed = (detectors: Reads['detectors']): Readonly<Record<string, Undetected>> =>
  Object.fromEntries(detectors.map(({ name }) => [name, { fault: 'failed' }]))

/** Computes what is wanted, and no more. */
export async function gatherFacts<C extends AnyCall>(
  { call, gateway, receipt }: Pick<Deciding<C>, 'call' | 'gateway' | 'receipt'>,
  reads: Reads,
  first: Target,
): Promise<Gathered> {
  const { record, prompt } = receipt
  // Fields may stand behind the file: what has not come yet is known to no rule.
  if (reads.detectors.length > 0 || reads.shape) await call.upload?.gather()
  const { list: passages, isWhole } = reads.detectors.length === 0 ? nothing : passagesOf(call.body.object, promptFieldsOf(call))
  const detected = reads.detectors.length === 0 ? undefined : isWhole ? await gateway.inspect(passages, reads.detectors) : allFailed(reads.detectors)
  const budgets = reads.budgets ? await ratios(call, first, receipt) : undefined
  const factsAt = (target: Target): Facts => ({
    ...plainFacts(call, target),
    at: record.created_at,
    labels: record.metadata,
    ...(reads.shape && {
      shape: {
        maxTokens: record.max_tokens,
        messages: record.message_count ?? 0,
        tools: toolNamesIn(call.body.object),
        modalities: modalitiesIn(call.surface.wire.outline(call.body.object, call.body.members).weights),
        bytes: call.upload?.size ?? call.body.bytes.length,
      },
    }),
    ...(reads.tokens && { tokens: prompt.estimate ?? receipt.estimate.input }),
    ...(reads.cost && { cost: costAt(receipt, billingOf(target.connection, call.snapshot), target.model) }),
    ...(budgets !== undefined && { budgets }),
    ...(detected !== undefined && { detected }),
  })
  const facts = factsAt(first)
  return { facts, risk: assess(facts), first, factsAt, passages }
}

/** All strings of the body are looked at; these fields are the user's. */
function promptFieldsOf({ surface: { wire } }: AnyCall): readonly string[] {
  return 'promptFields' in wire ? wire.promptFields : []
}

/** How full each budget is that is about the call. */
async function ratios({ caller, charge }: AnyCall, target: Target, { record }: Receipt): Promise<Readonly<Record<string, number>>> {
  if (caller.charges === undefined || charge === undefined) return {}
  const demand = { tokens: 0, cost: 0, model: target.model, provider: target.connection.name, labels: record.metadata }
  return charge.ratios(demand)
}
