/** `/_omni/chains`: lists of targets under a name, those of the file and those that were given to the running gateway. */

import { z } from 'zod'

export const chainResource = z.strictObject({
  name: z.string(),
  /** Those of the file are changed there. */
  source: z.enum(['file', 'stored']),
  /** Counts up with every change: who sends another one is refused, so that of two who change a chain one hears of it. Null for the file's. */
  version: z.int().nullable(),
  /** Milliseconds since 1970. */
  changed_at: z.int().nullable(),
  /** As it would stand in the file. */
  chain: z.looseObject({ strategy: z.string().optional(), targets: z.array(z.union([z.string(), z.looseObject({ model: z.string() })])) }),
  /** Why it does not count, or not as it stands. */
  problem: z.string().nullable(),
  /** What should be known of it, said once when it was stored. */
  warnings: z.array(z.string()).optional(),
})

export type ChainResource = z.output<typeof chainResource>
