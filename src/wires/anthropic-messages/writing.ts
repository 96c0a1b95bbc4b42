/** What all readers and writers of this wire share: its name, and whom they write for. */

import type { Loss } from '../losses.ts'

export const wire = 'anthropic-messages'

/** A provider takes only what its vendor knows; a client is shown whatever there is. */
export interface Writing {
  readonly to: 'provider' | 'client'
  readonly lose: Loss
}
