/** What all readers and writers of this wire share: its name, whom they write for, and how fields are taken out of what was said. */

import type { Loss } from '../losses.ts'

export { take } from '../rest.ts'

export const wire = 'cohere-chat'

/** A provider takes only what its vendor knows; a client is shown whatever there is. `isOwn`: the turns were said on this wire. */
export interface Writing {
  readonly to: 'provider' | 'client'
  readonly isOwn: boolean
  readonly lose: Loss
}

/** A client is shown what there is: what has no word here has none to lose it to. */
export const toClient: Writing = { to: 'client', isOwn: false, lose: () => undefined }
