/** Epochs and their keys: which there are, and destroying one. */

import { Failure } from '../canonical/failure.ts'
import { checkHold, readTenant } from './holds.ts'
import { ofInstallation, type ControlRoute } from './route.ts'

export const epochs: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/epochs',
    ...ofInstallation('admin', 'auditor'),
    query: ['tenant'],
    run: async ({ query }, { epochs: keys }) => ({
      body: { data: keys.list(readTenant(query.tenant)).map(({ name, isDestroyed }) => ({ epoch: name, destroyed: isDestroyed })) },
    }),
  },
  {
    method: 'DELETE',
    path: '/_omni/epochs/:tenant/:epoch',
    ...ofInstallation('owner'),
    action: 'epoch_destroyed',
    run: async ({ params }, control) => {
      const tenant = readTenant(params.tenant)
      await checkHold(tenant, control)
      const { epoch = '' } = params
      if (!control.epochs.destroy(tenant, epoch)) throw new Failure('not_found', 'This tenant has no key of such an epoch.')
      const [before, after] = [false, true].map((destroyed) => ({ epoch, destroyed })) as [object, object]
      return { body: { tenant, epoch, destroyed: true }, changes: [{ kind: 'epoch', id: `${tenant}/${epoch}`, before, after }] }
    },
  },
]
