/** Erasing what is kept of one end user, as far as anybody can find it. */

import { now, pause } from '../base/clock.ts'
import { pseudonymOf } from '../receipts/digest.ts'
import { checkHold, readTenant } from './holds.ts'
import { nameOf, ofInstallation, type ControlRoute } from './route.ts'

/** Who asks waits no longer, in milliseconds: what is left then is erased all the same. */
const waitMs = 5000

export const erasures: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/_omni/erasures',
    ...ofInstallation('admin'),
    action: 'receipts_erased',
    body: {
      type: 'object',
      additionalProperties: false,
      required: ['user'],
      properties: {
        user: { type: 'string', minLength: 1, maxLength: 8192 },
        tenant: { type: 'string' },
        dry_run: { type: 'boolean' },
      },
    },
    run: async ({ body, viewer }, control) => {
      const { user, tenant: named, dry_run: isDry = false } = body as { readonly user: string; readonly tenant?: string; readonly dry_run?: boolean }
      const tenant = readTenant(named)
      await checkHold(tenant, control)
      const epochs = control.epochs.list(tenant)
      const pseudonyms = control.epochs.living(tenant).map(({ key }) => pseudonymOf(key, 'user', user))
      const searched = { tenant, epochs_searched: pseudonyms.length, epochs_destroyed: epochs.filter(({ isDestroyed }) => isDestroyed).length }
      const { removals } = control.store
      if (isDry) return { body: { ...searched, found: await removals.count(pseudonyms) } }
      let found = 0
      for (let taken = -1; taken !== 0; found += taken) taken = await removals.takeUser(pseudonyms, { by: nameOf(viewer), reason: 'end_user', at: now() })
      await within(waitMs, control.sweep())
      return { body: { ...searched, found, waiting: await removals.countWaiting('end_user') } }
    },
  },
]

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = pause(ms)
  await Promise.race([work, late.done])
  late.cancel()
}
