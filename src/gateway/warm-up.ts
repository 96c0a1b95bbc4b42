/** Answers a client that only says beforehand what its next call will build on: no provider is asked. */

import { uuid7 } from '../base/ids.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Call } from './call.ts'
import { beginStream, streamWhole } from './deliver.ts'

export function warmUp(call: Call, receipt: Receipt): void {
  beginStream(call, receipt)
  const nothing = { blocks: [], finish: 'stop' } as const
  streamWhole({ id: `resp_${uuid7()}`, model: call.model, choices: [nothing], usage: { input: 0, output: 0 } }, call, receipt)
}
