/** Money as the control API says it: dollars in decimals, as text, which are whole nano-dollars inside. */

import { z } from 'zod'

/** Nano-dollars in a dollar. */
const nano = 1_000_000_000
const decimals = 9
/** $9,007,199.254740991: what can be counted to the nano-dollar. */
const most = Number.MAX_SAFE_INTEGER

/** Dollars as `"10.00"`; a JSON number is taken for what it is written as. */
export const usd = z.union([z.string(), z.number()], { error: 'must be dollars, as `"10.00"`' }).transform((value, context): string => {
  const text = String(value).trim()
  const problem = problemOf(text)
  if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: value })
  return text
})

function problemOf(text: string): string | undefined {
  if (text.startsWith('-')) return 'is less than nothing: 0 is the least, and suspends'
  const [, whole, part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined) return 'must be dollars in decimals, as `"10.00"`'
  if (part.length > decimals) return 'is told to less than a nano-dollar: nine decimals are the most'
  return BigInt(whole + part.padEnd(decimals, '0')) > BigInt(most) ? `is more than can be counted: ${dollars(most)} is the most` : undefined
}

/** Of what `usd` took. */
export function nanoDollars(text: string): number {
  const [whole = '', part = ''] = text.split('.')
  return Number(whole + part.padEnd(decimals, '0'))
}

/** Whole nano-dollars as dollars, with cents at least. */
export function dollars(amount: number): string {
  const whole = Math.trunc(Math.abs(amount) / nano)
  const part = String(Math.abs(amount) % nano).padStart(decimals, '0')
  return `${amount < 0 ? '-' : ''}${whole}.${part.replace(/0{1,7}$/, '')}`
}
