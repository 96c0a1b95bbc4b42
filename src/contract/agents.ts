/** `/_omni/agents`: programs that call by themselves, of a tenant or one of its teams. */

import { z } from 'zod'
import { access, id, label } from './access.ts'

export const agentBody = z.strictObject({
  tenant: id.default('default'),
  /** Its keys are this team's too. */
  team: id.optional(),
  name: label.optional(),
  cost_center: label.optional(),
  ...access,
})

export type AgentBody = z.output<typeof agentBody>
export type AgentResource = AgentBody & { readonly id: string; readonly version: number; readonly changed_at: number }
