/** `/_omni/tenants`: who shares an installation, and what holds for all calls of each. `default` exists always. */

import { z } from 'zod'
import { access, label, regions } from './access.ts'

export const tenantBody = z.strictObject({
  name: label.optional(),
  ...access,
  /** Where its calls may go: a provider in another region, or in none, is not asked. */
  regions: regions.optional(),
  /** How long its receipts are kept, in the place of the configuration's. */
  retention_days: z.int().min(1).max(36_500).optional(),
  /** What a reviewer sees of a call that is held: all of it, or what is known about it alone. */
  review: z.enum(['full', 'metadata']).default('full'),
  /** Calls that lose something on the way are refused, unless a key says otherwise. */
  strict: z.boolean().optional(),
})

export type TenantBody = z.output<typeof tenantBody>
export type TenantResource = TenantBody & { readonly id: string; readonly version: number; readonly changed_at: number }
