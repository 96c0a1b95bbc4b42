/** Every call of the control API, one file a resource. */

import { chains } from './chains.ts'
import { credentials } from './credentials.ts'
import { explaining } from './explain.ts'
import { health } from './health.ts'
import { keys } from './keys.ts'
import { running } from './process.ts'
import { prices } from './prices.ts'
import { providers } from './providers.ts'
import { reports } from './reports.ts'
import type { ControlRoute } from './route.ts'

export const controlRoutes: readonly ControlRoute[] = [...reports, ...keys, ...credentials, ...providers, ...health, ...chains, ...explaining, ...prices, ...running]
