/** Receipts as events of the Open Cybersecurity Schema Framework: one table from its attributes to our signals. */

import type { ListedReceipt } from '../contract/receipts.ts'

/** API Activity with the profiles `ai_operation` and `record_integrity`, which this version has brought. https://schema.ocsf.io/1.9.0/classes/api_activity */
const version = '1.9.0'
const applicationActivity = 6
const apiActivity = 6003
/** A call makes an answer. */
const create = 1
const informational = 1
const algorithmOther = 99

type Read = (receipt: ListedReceipt) => unknown

const outcomes: { readonly [outcome: string]: number } = { completed: 1, refused: 2, failed: 2, truncated: 2, client_closed: 99 }

/** An attribute by its path, and what it is made of. Null is left out, and so is an object of which nothing is left. */
const attributes: readonly (readonly [path: string, read: Read])[] = [
  ['class_uid', () => apiActivity],
  ['category_uid', () => applicationActivity],
  ['activity_id', () => create],
  ['type_uid', () => apiActivity * 100 + create],
  ['severity_id', () => informational],
  ['time', ({ created_at }) => created_at],
  ['duration', ({ duration }) => Math.round(duration / 1e6)],
  ['status_id', ({ outcome }) => outcomes[outcome] ?? 0],
  ['status', ({ outcome }) => outcome],
  ['status_code', ({ status }) => String(status)],
  ['status_detail', ({ error }) => error],
  ['metadata.version', () => version],
  ['metadata.profiles', ({ leaf_hash }) => ['ai_operation', ...(leaf_hash === null ? [] : ['record_integrity'])]],
  ['metadata.uid', ({ id }) => id],
  ['metadata.correlation_uid', ({ trace_id }) => trace_id],
  ['metadata.tenant_uid', ({ tenant_id }) => tenant_id],
  ['metadata.product.name', () => 'Omni Gateway'],
  ['metadata.product.version', ({ gateway_version }) => gateway_version],
  ['actor.app_name', ({ client }) => client],
  ['actor.app_uid', ({ key_id }) => key_id],
  ['actor.user.uid', ({ user_pseudonym }) => user_pseudonym],
  ['actor.session.uid', ({ session_pseudonym }) => session_pseudonym],
  ['api.operation', ({ operation }) => operation],
  ['api.service.name', ({ surface }) => surface],
  ['api.request.uid', ({ request_id }) => request_id],
  ['api.response.code', ({ status }) => status],
  ['api.response.error', ({ error }) => error],
  ['src_endpoint.name', ({ client }) => client],
  ['dst_endpoint.hostname', ({ upstream_host }) => upstream_host],
  ['http_response.code', ({ status }) => status],
  ['ai_model.name', ({ resolved_model, requested_model }) => resolved_model ?? requested_model],
  ['ai_model.ai_provider', ({ provider, requested_model }) => provider ?? (requested_model === null ? null : 'none')],
  ['message_context.uid', ({ session_pseudonym }) => session_pseudonym],
  ['message_context.ai_role_id', () => 2],
  ['message_context.application.name', ({ client }) => client],
  ['message_context.service.name', ({ provider }) => provider],
  ['message_context.prompt_tokens', ({ prompt_tokens }) => prompt_tokens],
  ['message_context.completion_tokens', ({ completion_tokens }) => completion_tokens],
  ['message_context.total_tokens', ({ total_tokens }) => total_tokens],
  ['attestation.uid', ({ leaf_hash, log, position }) => leaf_hash && `${log}/${position}`],
  ['attestation.chain_uid', ({ leaf_hash, log }) => leaf_hash && log],
  ['attestation.fingerprint.algorithm_id', ({ leaf_hash }) => leaf_hash && algorithmOther],
  ['attestation.fingerprint.algorithm', ({ leaf_hash }) => leaf_hash && 'RFC 6962 leaf hash of the entry in the log'],
  ['attestation.fingerprint.value', ({ leaf_hash }) => leaf_hash],
  ['unmapped', (receipt) => receipt],
]

/** All signals stand under `unmapped` too: the schema has no word for most of them. */
export function toOcsf(receipt: ListedReceipt): object {
  const event: { [name: string]: unknown } = {}
  for (const [path, read] of attributes) {
    const value = read(receipt)
    if (value === null || value === undefined) continue
    const names = path.split('.')
    const last = names.pop()!
    let at = event
    for (const name of names) at = (at[name] ??= {}) as { [name: string]: unknown }
    at[last] = value
  }
  return event
}
