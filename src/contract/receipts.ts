/** `/_omni/reports`: what the control API tells of each call, as it was written down. */

export type { AttemptRecord } from '../receipts/signals.ts'
