/** Names that nobody else has: ids that sort by the time they were made, and secrets that cannot be guessed. */

import { randomBytes, randomFillSync } from 'node:crypto'
import { now } from './clock.ts'

const poolBytes = 4096
/** Counts that begin below this leave room for as many more ids within their millisecond. */
const counterStart = 0x400
const counterEnd = 0xfff
const variants = ['8', '9', 'a', 'b'] as const

const pool = Buffer.allocUnsafe(poolBytes)
let digits = ''
let at = 0
let time = 0
let counter = 0
let prefix = ''

/**
 * A UUIDv7 as 32 hex digits: 48 bits of time, 12 of counter, 62 random. https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 * Each one of a process is greater than those before, also when the clock is set back.
 */
export function uuid7(): string {
  tick()
  if (at + 18 > digits.length) refill()
  const from = at
  at += 18
  const variant = variants[digits.charCodeAt(from) & 3]!
  // Two short pieces: a longer one would be a slice that keeps the whole pool alive.
  return `${prefix}7${hex(counter, 3)}${variant}${digits.slice(from + 1, from + 9)}${digits.slice(from + 9, from + 16)}`
}

/** The id of a receipt: `dec_` and a UUIDv7. */
export const receiptId = (): string => `dec_${uuid7()}`
export const keyId = (): string => `key_${uuid7()}`
export const userTokenId = (): string => `ut_${uuid7()}`
export const sessionId = (): string => `ses_${uuid7()}`
export const invitationId = (): string => `inv_${uuid7()}`
export const credentialId = (): string => `cred_${uuid7()}`
export const reviewId = (): string => `rev_${uuid7()}`
export const noticeId = (): string => `ntc_${uuid7()}`

/** A client's secret to us, 256 bits. */
export const clientKey = (): string => `omni_${secret()}`
/** A user's secret to the control API, and one for a while that was begun with it, 256 bits each. */
export const userToken = (): string => `omni_usr_${secret()}`
export const sessionToken = (): string => `omni_ses_${secret()}`
/** What opens sponsored models, once. */
export const invitationCode = (): string => `omni_inv_${secret()}`
/** Whether it has the shape of a user's token or session. */
export const isOfUser = (token: string): boolean => /^omni_(usr|ses)_[\w-]{43}$/.test(token)
/** The operator's secret to the control API, 256 bits. */
export const adminToken = (): string => `omni_admin_${secret()}`

/** As much of a client key as may be shown, so that people can tell two of them apart: 24 bits of one of ours, at most a quarter of any other. */
export const shownPrefix = (key: string): string => key.slice(0, Math.min(9, key.length >> 2))

const secret = (): string => randomBytes(32).toString('base64url')

function tick(): void {
  const current = now()
  if (current > time) setTime(current)
  else if (counter < counterEnd) counter += 1
  else setTime(time + 1)
}

function setTime(value: number): void {
  time = value
  prefix = hex(value, 12)
  if (at + 18 > digits.length) refill()
  counter = Number.parseInt(digits.slice(at, at + 3), 16) % counterStart
  at += 3
}

function refill(): void {
  randomFillSync(pool)
  digits = pool.toString('hex')
  at = 0
}

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0')
