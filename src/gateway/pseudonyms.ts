/** Whom a client names, told to the receipt by pseudonyms that go with the key of their epoch. */

import { pseudonymOf, type Named } from '../receipts/digest.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { Headers } from './client.ts'
import type { Gateway } from './gateway.ts'

/** Without a key nobody is told of: what cannot be tied to a person need not be erased. */
export function tellNames(headers: Headers, record: ReceiptRecord, gateway: Gateway): void {
  const user = headers['x-omni-user-id'] ?? headers['x-opengateway-user-id']
  const session = headers['x-omni-session-id'] ?? headers['x-opengateway-session-id']
  const idempotency = headers['idempotency-key']
  if (user === undefined && session === undefined && idempotency === undefined) return
  const epoch = gateway.epochOf(record.tenant_id ?? 'default', record.created_at)
  if (epoch === undefined) return
  const under = (named: Named, name: string | undefined) => (name === undefined ? null : pseudonymOf(epoch.key, named, name))
  record.content_epoch = epoch.name
  record.user_pseudonym = under('user', user)
  record.session_pseudonym = under('session', session)
  record.idempotency_hmac = under('idempotency', idempotency)
}
