/** A stream's client is not left in the dark: after a while it gets its status, and then comments. */

import type { Receipt } from '../receipts/receipt.ts'
import type { Call } from './call.ts'
import { beginStream } from './deliver.ts'
import { Patience } from './patience.ts'

/** Until it is stopped; nothing for who waits for a whole answer. */
export function keepCompany(call: Call, receipt: Receipt): Patience | undefined {
  if (!call.streams) return undefined
  const { hold, keepAlive } = call.snapshot.limits
  return new Patience(hold, keepAlive, () => {
    beginStream(call, receipt)
    // Between the elements of an array white space says nothing, as a comment does between events.
    call.client.write(call.wantsArray ? '\n' : ': keep-alive\n\n')
  })
}
