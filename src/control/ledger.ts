/** The log of receipts: one of its entries for a stranger, the index read anew from it, and the key that signs. */

import { Failure } from '../canonical/failure.ts'
import { noReceipt, readers, scoped } from './report-query.ts'
import { ofInstallation, type ControlRoute } from './route.ts'

export const ledger: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/reports/:id/proof',
    access: 'owner',
    roles: readers,
    action: 'receipts_read',
    run: async ({ viewer, params }, { store, ledger: log }) => {
      const receipt = await store.receipts.get(params.id ?? '', scoped(viewer))
      if (receipt === undefined) throw noReceipt()
      if (receipt.place === undefined) throw new Failure('not_found', 'This receipt was made before there was a log: nothing vouches for it.')
      const bundle = await log.bundleOf(receipt.place)
      if (bundle === undefined) throw new Failure('not_found', `The log of this receipt, ${receipt.place.log}, is on another machine: ask the gateway there.`)
      return { body: bundle }
    },
  },
  {
    method: 'POST',
    path: '/_omni/reports/reindex',
    ...ofInstallation('admin', 'auditor'),
    action: 'receipts_reindexed',
    run: async (_request, { ledger: log }) => ({ body: { read: await log.reindex() } }),
  },
  {
    method: 'POST',
    path: '/_omni/signing-key/rotate',
    ...ofInstallation('owner'),
    action: 'signing_key_rotated',
    run: async (_request, { ledger: log }) => ({ body: { key: await log.rotate() } }),
  },
]
