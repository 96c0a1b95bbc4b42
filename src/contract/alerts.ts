/** `/_omni/alerts`: what operators were told of, and who heard it. */

import { z } from 'zod'

/** What is told of something, in words and as facts: it is stored as JSON until everybody has it. */
export const notice = z.strictObject({
  /** What happened, as `budget.nearly_spent`. */
  type: z.string(),
  /** One line. */
  subject: z.string(),
  /** Some sentences. */
  text: z.string(),
  /** The same for programs: names of our own, ids, amounts and times. */
  data: z.record(z.string(), z.json()),
})

export type NoticeBody = z.output<typeof notice>

export const alertResource = z.strictObject({
  id: z.string(),
  tenant: z.string().nullable(),
  /** Milliseconds since 1970. */
  at: z.int(),
  ...notice.shape,
  receivers: z.array(z.strictObject({ name: z.string(), tries: z.int(), told_at: z.int().nullable(), given_up: z.boolean() })),
})

export type AlertResource = z.output<typeof alertResource>

/** `POST /_omni/alerts/test`: what came of a message to each receiver. `problem` is null where it was taken. */
export const testedReceiver = z.strictObject({ name: z.string(), problem: z.string().nullable() })

export type TestedReceiver = z.output<typeof testedReceiver>
