/** When to come back, read in the many ways in which providers say it: headers, fields of a body, and words. */

import { asText, type Json } from '../base/json.ts'

/** A time to come back, as it was told. */
export interface Reset {
  /** Milliseconds. May be past, or beyond belief: `msUntil` judges. */
  readonly ms: number
  readonly from: 'now' | '1970'
  /** It ends a window of a quota (a day, five hours of a plan, a week), and may be far away. */
  readonly isWindow: boolean
}

const hour = 3_600_000

/** What is told is believed up to here: a slip of a provider must not put it out for good. */
const most = hour
/** Windows of plans are a week at most, and clocks differ. */
const mostOfWindow = 7 * 24 * hour + hour

/** Milliseconds from `now` (since 1970) to the latest of them; undefined where none lies ahead. A whole number above 0. */
export function msUntil(resets: readonly Reset[], now: number): number | undefined {
  let latest = 0
  for (const { ms, from, isWindow } of resets) {
    const wait = Math.min(from === 'now' ? ms : ms - now, isWindow ? mostOfWindow : most)
    if (wait > latest) latest = wait
  }
  // Less than a microsecond is an error of arithmetic.
  return Math.ceil(Number(latest.toFixed(3))) || undefined
}

/** A list of one or none: a number of seconds, from now or since 1970, or of milliseconds since then; a duration as `6m0s`; a date. */
export function resetsAt(told: Json | undefined, isWindow = false): readonly Reset[] {
  const text = asText(told).trim()
  const number = numberOf(text)
  if (number === undefined) return resetsSaid(text, isWindow)
  // No wait is of 30 years, and no date is of before 2001.
  if (number < 1e9) return [{ ms: number * 1000, from: 'now', isWindow }]
  return [{ ms: number < 1e11 ? number * 1000 : number, from: '1970', isWindow }]
}

function resetsSaid(text: string, isWindow: boolean): readonly Reset[] {
  const duration = durationOf(text)
  if (duration !== undefined) return [{ ms: duration, from: 'now', isWindow }]
  const date = dateOf(text)
  return date === undefined ? [] : [{ ms: date, from: '1970', isWindow }]
}

type Headers = Readonly<Record<string, string>>

/** `retry-after-ms`, else `retry-after` in seconds or as a date. Names in lower case, as in all that follows. */
export function retryAfterIn(headers: Headers): readonly Reset[] {
  const ms = numberOf(headers['retry-after-ms'] ?? '')
  if (ms !== undefined) return [{ ms, from: 'now', isWindow: false }]
  const told = (headers['retry-after'] ?? '').trim()
  const seconds = numberOf(told)
  if (seconds !== undefined) return [{ ms: seconds * 1000, from: 'now', isWindow: false }]
  const date = dateOf(told)
  return date === undefined ? [] : [{ ms: date, from: '1970', isWindow: false }]
}

/**
 * The resets of limits of which nothing is left, by the names that most vendors use: `x-ratelimit-reset` beside `x-ratelimit-remaining`, also with
 * what is limited behind (`-requests`, `-tokens-minute`) or between. They tell when a limit is as new, so `retry-after` says it better where it is there.
 */
export function resetsIn(headers: Headers): readonly Reset[] {
  const told = retryAfterIn(headers)
  return told.some(({ ms }) => ms > 0) ? told : Object.keys(headers).flatMap((name) => resetOfLimit(name, headers))
}

function resetOfLimit(name: string, headers: Headers): readonly Reset[] {
  if (!/rate-?limit/.test(name) || !resetPart.test(name)) return []
  const left = headers[name.replace(resetPart, '$1remaining$2')]
  const isReached = left === undefined ? /^(x-)?rate-?limit-reset$/.test(name) : /^\s*0+(\.0+)?\s*$/.test(left)
  return isReached ? resetsAt(headers[name], /day|week|month/.test(name)) : []
}

const resetPart = /(^|-)reset(-|$)/

/** As the words of a message say it: `try again in 7m12s`, `retry after 37 seconds`, `resets at 2026-05-15T15:00:00Z`. */
export function resetsInWords(message: string): readonly Reset[] {
  const words = message.slice(0, mostWords)
  const isWindow = windowWords.test(words)
  return [durationWords, dateWords].flatMap((said) => resetsSaid(said.exec(words)?.[1] ?? '', isWindow))
}

/** Messages may be as long as a prompt: what an error is about stands at its beginning. */
const mostWords = 2000

const amount = String.raw`\d{1,12}(?:\.\d{1,12})?\s?(?:milliseconds?|ms|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ou)?r?s?|d(?:ays?)?)(?![a-z])`
const wholeDuration = new RegExp(`^(?:${amount}[ ,]{0,2}){1,6}$`, 'i')
const amounts = new RegExp(amount, 'gi')
const durationWords = new RegExp(`(?:again|retry|retrying|resets?|refreshed|available) (?:in|after) ((?:${amount}[ ,]{0,2}){1,6})`, 'i')
const stamp = String.raw`\d{4}-\d\d-\d\d(?:T| at | )\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?`
const dateWords = new RegExp(`(?:again|resets?|refreshed|access|available|until) (?:at |on )?(${stamp})`, 'i')
const wholeStamp = /^(\d{4}-\d\d-\d\d)(?:T| at | )(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
const windowWords = /per ?day|daily|weekly|monthly|\d[- ]hour|usage limit|regain access|per (?:week|month)|\b[TR]PD\b/i

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: hour, d: 24 * hour }

function durationOf(text: string): number | undefined {
  if (!wholeDuration.test(text.trim())) return undefined
  let ms = 0
  for (const [one] of text.matchAll(amounts)) {
    const unit = one.replace(/[\d.\s]+/, '').toLowerCase()
    ms += Number.parseFloat(one) * units[/^mi?l?s|^milli/.test(unit) ? 'ms' : unit[0]!]!
  }
  return ms
}

/** Milliseconds since 1970. `Date.parse` makes a date of almost anything, and of the zone of this machine: only what tells a time of day is meant for one. */
function dateOf(text: string): number | undefined {
  const [, day, time, zone] = wholeStamp.exec(text) ?? []
  // The one vendor that says dates without a zone is in Beijing: https://docs.z.ai/api-reference/api-code
  if (day !== undefined) return whole(Date.parse(`${day}T${time}${zone === undefined ? '+08:00' : /[+-]/.test(zone) ? zone : 'Z'}`))
  if (!/^[a-z]{3,9},? .{0,20}\d:\d\d:\d\d/i.test(text)) return undefined
  return whole(Date.parse(/(GMT|UTC|[+-]\d{4})$/.test(text) ? text : `${text} GMT`))
}

const whole = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined)

/** A plain number, and not what else `Number` would make one of. */
const numberOf = (text: string): number | undefined => (/^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined)
