/** What a call may come to at most, before anybody is asked. */

import type { Usage } from '../canonical/chat.ts'
import { priceCall, type Billing } from './price.ts'
import type { ReceiptRecord } from './signals.ts'

/** A receipt, as far as its call can be estimated. */
interface Estimated {
  readonly record: ReceiptRecord
  readonly estimate: MostUsage
}

export interface MostUsage {
  readonly input: number
  readonly output: number
}

/** Tokens that an answer without a limit is taken to have at most: few are longer, and a budget that is overspent by one says so. */
const usualOutput = 4096

/** Answers that are numbers: what makes them has no price for tokens out. */
const wordless: ReadonlySet<string> = new Set(['embeddings', 'rerank', 'moderations'])

/** Bytes of sound and pictures say nothing of tokens, and no model that takes them has a context of more. */
const mostUnread = 32_000

/** `asked` are the tokens of the prompt, estimated; of one that was not read (`isRead`) by its bytes. */
export function mostUsage(
  { operation, max_tokens: most, choices }: Pick<ReceiptRecord, 'operation' | 'max_tokens' | 'choices'>,
  asked: number,
  isRead: boolean,
): MostUsage {
  return { input: isRead ? asked : Math.min(asked, mostUnread), output: wordless.has(operation) ? 0 : (most ?? usualOutput) * Math.max(1, choices ?? 1) }
}

/** Nano-dollars at most at whoever is asked; null where nobody knows the price. */
export function mostCost({ record, estimate, billing }: Estimated & { readonly billing: Billing | undefined }): number | null {
  return billing === undefined ? null : (priceCall(billing, dearest(estimate), record)?.total ?? null)
}

/** The same, were the call to go to that model. */
export function costAt({ record, estimate }: Estimated, billing: Billing, model: string): number | null {
  const { created_at, service_tier } = record
  return priceCall(billing, dearest(estimate), { resolved_model: model, created_at, service_tier })?.total ?? null
}

/** Where pictures have a price of their own, all of the answer may be pictures. */
const dearest = ({ input, output }: MostUsage): Usage => ({ input, output, imageOutput: output })
