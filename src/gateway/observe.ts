/** What the receipt is told of a call before anyone is asked for an answer. */

import type { Json } from '../base/json.ts'
import { uuid7 } from '../base/ids.ts'
import { modalitiesIn } from '../canonical/weights.ts'
import { holdsSecret, safeId } from '../receipts/names.ts'
import { Receipt } from '../receipts/receipt.ts'
import type { Plan } from '../routing/plan.ts'
import type { Surface } from '../surfaces/surface.ts'
import { densityOf, type Body } from './body.ts'
import type { AnyCall } from './call.ts'
import type { Client, Headers } from './client.ts'
import type { Gateway } from './gateway.ts'
import { tokensIn } from './identify.ts'
import { tellNames } from './pseudonyms.ts'
import type { Caller } from './snapshot.ts'

/** What was asked of which API. */
interface Opened {
  readonly name: Surface['name']
  readonly operation: Surface['operation'] | 'kept_answer'
}

/** Ids of zeros are none: https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-/

export function openReceipt({ name, operation }: Opened, { headers }: Client, { instance, version, build, snapshot }: Gateway): Receipt {
  const shown = tokensIn(headers)
  const { traceId, parent } = traceOf(headers.traceparent, shown)
  const receipt = new Receipt({
    instance,
    version,
    build,
    config: snapshot.version,
    requestId: requestIdOf(headers),
    traceId,
    client: clientKind(headers['user-agent']),
    surface: name,
    operation,
  })
  receipt.names.shown = shown
  receipt.record.parent_span = parent
  receipt.record.expires_at = receipt.record.created_at + snapshot.receipts.retention
  return receipt
}

const noTrace = { traceId: null, parent: null }

function traceOf(told: string | undefined, shown: readonly string[]): { readonly traceId: string | null; readonly parent: string | null } {
  if (told === undefined || holdsSecret(told, shown)) return noTrace
  const [, traceId = null, parent = null] = traceparent.exec(told) ?? []
  return { traceId, parent }
}

/** The client's own id where it has a safe shape, and is no key. It is a label, never an identity. */
export function requestIdOf(headers: Headers): string {
  const given = headers['x-request-id']
  const isSafe = given !== undefined && /^[\w.-]{8,128}$/.test(given) && safeId(given) !== null && !holdsSecret(given, tokensIn(headers))
  return isSafe ? given : `req_${uuid7()}`
}

export function tellCaller(caller: Caller, { record }: Receipt): void {
  const { tenant, team = null, agent = null, user = null } = caller.holder
  record.key_id = caller.keyId
  record.tenant_id = tenant
  record.team_id = team
  record.agent_id = agent
  record.user_id = user
  if (caller.retention !== undefined) record.expires_at = record.created_at + caller.retention
  record.profile = caller.profile ?? null
  record.environment = caller.environment ?? null
  record.cost_center = caller.costCenter ?? null
  record.auth_scope = caller.mayRoute ? 'call_and_route' : 'call'
  record.auth_method = caller.method
}

export function tellCall(call: AnyCall, gateway: Gateway, receipt: Receipt): void {
  const { object, bytes, members } = call.body
  const { wire } = call.surface
  const { record } = receipt
  const { maxTokens, temperature, choices, wantsJson, messages, tools, weights } = wire.outline(object, members)
  receipt.measure(call.upload?.size ?? bytes.length)
  receipt.prompt.weigh(weights, densityOf(call.body))
  record.requested_model = 'unknown'
  record.stream = call.streams
  record.max_tokens = whole(maxTokens)
  record.temperature = typeof temperature === 'number' ? temperature : null
  record.choices = whole(choices)
  record.output_type = wantsJson ? 'json' : 'text'
  record.message_count = messages
  record.tool_count = tools
  record.modalities = modalitiesIn(weights)
  record.metadata = receipt.names.labels(labelsOf(call))
  tellNames(call.client.headers, record, gateway)
  // A form is hashed by nobody: it is not here yet.
  record.input_hash = call.upload !== undefined ? null : gateway.hashInput(promptIn(call.body, wire.promptFields))
  record.parsed_after = receipt.time.elapsed()
}

/** As it stands in the body: each of those members' value. */
function promptIn({ bytes, members }: Body, fields: readonly string[]): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (const { key, value, end } of members) if (fields.includes(key)) pieces.push(bytes.subarray(value, end))
  return pieces
}

/** What the client says of its call comes before what its key says of all of them. */
function labelsOf({ caller: { metadata }, extensions }: AnyCall): Readonly<Record<string, string>> | undefined {
  return metadata === undefined ? extensions.metadata : { ...metadata, ...extensions.metadata }
}

/** A name that leads somewhere is from the configuration or the catalogue, or goes to a provider as it is: it may be told. */
export function tellPlan(call: AnyCall, plan: Plan, { record, names }: Receipt): void {
  record.requested_model = names.model(call.model)
  record.route = plan.chain?.name ?? null
  record.route_reason = plan.reason
  record.strategy = plan.chain?.strategy ?? null
}

function whole(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

/** By the first word of the user agent: a closed list, so that no client's own text is stored. */
const clientKinds: readonly (readonly [RegExp, string])[] = [
  [/^claude-cli\//, 'claude-code'],
  [/^codex/, 'codex'],
  [/^GeminiCLI\//, 'gemini-cli'],
  [/^opencode\//, 'opencode'],
  [/^QwenCode\//i, 'qwen-code'],
  [/^Cline\//i, 'cline'],
  [/^(Async)?OpenAI\//, 'openai-sdk'],
  [/^(Async)?Anthropic\//, 'messages-sdk'],
  [/^ai-sdk\/|^ai\//, 'ai-sdk'],
  [/^curl\//, 'curl'],
  [/^python-|^Python\//, 'python'],
  [/^node|^undici/, 'node'],
]

/** By user agent: clients are few, and say the same on every call. */
const kindsSeen = new Map<string, string>()
const mostKinds = 1000

function clientKind(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent.length > 200) return 'other'
  const seen = kindsSeen.get(userAgent)
  if (seen !== undefined) return seen
  const kind = clientKinds.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other'
  if (kindsSeen.size >= mostKinds) kindsSeen.clear()
  kindsSeen.set(userAgent, kind)
  return kind
}
