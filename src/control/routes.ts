/** Every call of the control API, one file a resource. */

import { alerts } from './alerts.ts'
import { budgets } from './budgets.ts'
import { addresses } from './addresses.ts'
import { chains } from './chains.ts'
import { credentials } from './credentials.ts'
import { epochs } from './epochs.ts'
import { erasures } from './erasures.ts'
import { explaining } from './explain.ts'
import { health } from './health.ts'
import { holds } from './holds.ts'
import { keys } from './keys.ts'
import { invitations } from './invitations.ts'
import { ledger } from './ledger.ts'
import { policies } from './policies.ts'
import { running } from './process.ts'
import { openapi } from './openapi.ts'
import { prices } from './prices.ts'
import { providers } from './providers.ts'
import { reports } from './reports.ts'
import { actions } from './actions.ts'
import { reviews } from './reviews.ts'
import { limits } from './limits.ts'
import type { ControlRoute } from './route.ts'
import { sessions } from './sessions.ts'
import { tenants } from './tenants.ts'
import { users } from './users.ts'

const described: readonly ControlRoute[] = [
  ...reports,
  ...actions,
  ...reviews,
  ...ledger,
  ...holds,
  ...erasures,
  ...epochs,
  ...tenants,
  ...users,
  ...sessions,
  ...keys,
  ...invitations,
  ...limits,
  ...budgets,
  ...alerts,
  ...policies,
  ...addresses,
  ...credentials,
  ...providers,
  ...health,
  ...chains,
  ...explaining,
  ...prices,
  ...running,
]

export const controlRoutes: readonly ControlRoute[] = [...described, openapi(described)]
