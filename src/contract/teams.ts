/** `/_omni/teams`: parts of a tenant. */

import { z } from 'zod'
import { access, id, label } from './access.ts'

export const teamBody = z.strictObject({
  tenant: id.default('default'),
  name: label.optional(),
  /** Who pays, on receipts of keys that do not say so themselves. */
  cost_center: label.optional(),
  ...access,
})

export type TeamBody = z.output<typeof teamBody>
export type TeamResource = TeamBody & { readonly id: string; readonly version: number; readonly changed_at: number }
