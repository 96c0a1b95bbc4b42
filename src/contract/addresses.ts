/** `/_omni/addresses`: from where the gateway may be called, and from where it may be controlled. */

import { z } from 'zod'
import { range } from './access.ts'

const most = 1000
const list = z.array(range).max(most).default([])
/** Who is denied is so whatever allows them; an empty list of those that are allowed allows all others. */
const lists = z.strictObject({ allow: list, deny: list }).prefault({})

export const addressLists = z.strictObject({
  /** Model surfaces, and what a client's key opens. */
  data: lists,
  /** The control API and the metrics. */
  control: lists,
})

export const addressesResource = addressLists.extend({
  /** 0 until they are first set. */
  version: z.int(),
  /** Where whoever asks is seen to come from. */
  you: z.string(),
})

export type AddressLists = z.output<typeof addressLists>
export type AddressesResource = z.output<typeof addressesResource>
