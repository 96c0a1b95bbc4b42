/** `POST /_omni/policies/replay`: what a document would have done to calls that are past, read from their receipts page by page. */

import { monotonic, now } from '../base/clock.ts'
import { milliseconds } from '../contract/durations.ts'
import { dollars } from '../contract/money.ts'
import { policyReplay, readPolicy, type PolicyReplay } from '../contract/policies.ts'
import type { ListedReceipt } from '../contract/receipts.ts'
import { Replay, type PastCall, type ReplayedRule, type Sum } from '../policy/replay.ts'
import type { Control } from './control.ts'
import { refusalOf } from './refusal.ts'
import { readers, scoped } from './report-query.ts'
import { showReceipts } from './report-records.ts'
import { parseBody } from './resource.ts'
import type { ControlRequest, ControlRoute } from './route.ts'

const pageSize = 200
/** Receipts that are read, and how long that may take, in milliseconds: what lies further back is not looked at, and that is told. */
const mostRead = 200_000
const longest = 30_000

export const replaying: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/_omni/policies/replay',
    access: 'admin',
    roles: readers,
    action: 'receipts_read',
    body: { type: 'object' },
    run: async (request, control) => ({ body: await replay(request, control) }),
  },
]

async function replay({ body, viewer }: ControlRequest, control: Control): Promise<PolicyReplay> {
  const { document: sent, since } = parseBody(policyReplay, body)
  const compiled = readPolicy(sent, 0)
  if ('problems' in compiled) throw refusalOf({ ...compiled.problems[0]!, path: ['document', ...compiled.problems[0]!.path] })
  const to = now()
  const from = to - milliseconds(since)
  const replayed = new Replay(compiled)
  const read = await readAll({ ...scoped(viewer), from, to }, control, replayed)
  const { judged, blocked, reviewed, edited } = replayed
  return {
    from,
    to,
    ...read,
    judged: told(judged),
    blocked: told(blocked),
    reviewed: told(reviewed),
    edited: told(edited),
    rules: replayed.rules.map(tellRule),
  }
}

interface Read {
  /** Receipts that were found, and those of them whose text is not here any more. */
  readonly read: number
  readonly unreadable: number
  readonly complete: boolean
}

async function readAll(filters: ReturnType<typeof scoped>, control: Control, replayed: Replay): Promise<Read> {
  const end = monotonic() + longest
  let read = 0
  let unreadable = 0
  let cursor: string | undefined
  do {
    const page = await control.store.receipts.list({ ...filters, limit: pageSize, ...(cursor !== undefined && { cursor }) })
    for (const receipt of await showReceipts(page.receipts, control)) {
      read += 1
      if (receipt.partial) unreadable += 1
      else if (wasRouted(receipt)) replayed.add(toPastCall(receipt))
    }
    cursor = page.next
  } while (cursor !== undefined && read < mostRead && monotonic() < end)
  return { read, unreadable, complete: cursor === undefined }
}

/** Rules are asked once there is a target: what was refused before that is not theirs. */
const wasRouted = ({ provider, requested_model: model }: ListedReceipt): boolean => provider !== null && model !== null

function toPastCall(receipt: ListedReceipt): PastCall {
  const { id, cost, max_tokens: maxTokens, message_count: messages, tool_count: tools } = receipt
  const text = (value: string | null | undefined): string | undefined => value ?? undefined
  const tokens = receipt.estimated_prompt_tokens ?? receipt.prompt_tokens
  return {
    id,
    cost,
    facts: {
      asker: {
        tenant: receipt.tenant_id ?? 'default',
        team: text(receipt.team_id),
        agent: text(receipt.agent_id),
        user: text(receipt.user_id),
        key: receipt.key_id,
        environment: text(receipt.environment),
        costCenter: text(receipt.cost_center),
      },
      surface: receipt.surface,
      operation: receipt.operation ?? '',
      model: receipt.requested_model ?? '',
      stream: receipt.stream === true,
      target: { provider: receipt.provider ?? '', model: receipt.resolved_model ?? '', region: text(receipt.region) },
      at: receipt.created_at,
      labels: receipt.metadata,
      cost,
      ...(tokens !== null && { tokens }),
      // Their names are not kept, and no rule is replayed that asks for them.
      ...(messages !== null &&
        tools !== null && {
          shape: { maxTokens, messages, tools: Array.from({ length: tools }, () => ''), modalities: (receipt.modalities ?? []).map(String), bytes: 0 },
        }),
    },
  }
}

const told = ({ calls, cost }: Sum): PolicyReplay['judged'] => ({ calls, cost_usd: dollars(cost) })

function tellRule({ rule, missing, matched, faults, examples }: ReplayedRule): PolicyReplay['rules'][number] {
  const { id, outcome, edits } = rule.rule
  const effect = outcome === 'ALLOW' && Object.keys(edits).length > 0 ? 'EDIT' : outcome
  return { id, effect, replayable: missing.length === 0, missing: [...missing], matched: told(matched), faults, examples: [...examples] }
}
