/** Says why a call failed: in the place of the answer, or at the end of one that has begun. */

import { Failure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Surface } from '../surfaces/surface.ts'
import { asksForm, asksMedia, type AnyCall, type Call } from './call.ts'
import type { EventWriter } from '../wires/wire.ts'
import type { Client } from './client.ts'
import { openWriter } from './deliver.ts'
import { refusalHeaders } from './headers.ts'

export interface Refused {
  readonly surface: Surface
  readonly client: Client
  readonly receipt: Receipt
  /** Undefined where the request was not understood. */
  readonly call: AnyCall | undefined
}

/** Never throws: it is the last thing that can be done for a call. */
export function refuse(given: Failure, { surface, client, receipt, call }: Refused): void {
  // Whatever became of an answer that was read on for its counts: to nobody can it have failed.
  const failure = client.isGone ? new Failure('client_closed', 'The client hung up.') : given
  const status = surface.name === 'anthropic-messages' ? (failure.row.messagesStatus ?? failure.row.status) : failure.row.status
  receipt.fail(failure, client.hasBegun ? 200 : status)
  if (client.isGone) return client.destroy()
  const shown = call !== undefined && showsProviderMessages(call, receipt) ? withProviderMessage(failure) : failure
  const requestId = receipt.record.request_id
  if (!client.hasBegun) {
    const body = JSON.stringify(surface.wire.writeError(shown, requestId))
    client.begin(status, [...refusalHeaders(failure, receipt), 'content-length', String(Buffer.byteLength(body))])
    return client.end(body)
  }
  if (call !== undefined && asksMedia(call)) return call.isInEvents ? client.end(call.surface.wire.writeErrorFrame(shown, requestId)) : client.destroy()
  if (call?.streams && !asksForm(call)) return client.end(writerOf(call)?.fail?.(shown, requestId) ?? call.surface.wire.writeErrorFrame(shown, requestId))
  // Half of a whole answer is out: only a broken connection tells the truth about it.
  client.destroy()
}

/** Who began the answer, where somebody did; an array needs one in any case. */
function writerOf(call: Call): EventWriter | undefined {
  return call.wantsArray ? openWriter(call) : call.writer
}

function showsProviderMessages({ snapshot, routing }: AnyCall, receipt: Receipt): boolean {
  const { route } = receipt.record
  return (route === null ? undefined : routing.chains.get(route)?.providerMessages) ?? snapshot.showsProviderMessages
}

function withProviderMessage(failure: Failure): Failure {
  const said = failure.upstream?.message
  if (said === undefined || said === '') return failure
  return Object.assign(Object.create(failure) as Failure, { message: `${failure.message} The provider said: ${said.slice(0, 2000)}` })
}
