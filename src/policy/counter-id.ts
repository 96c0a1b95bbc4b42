/** The ids of counters: which rule a counter is of, and for whom. */

import type { Budget, Each, Limit, Measure, Period } from './limit.ts'
import type { Holder } from './scope.ts'

/** In the place of a value that a call does not have: all of them share one counter, and none is without. No name or label is written like that. */
const noValue = '(none)'

/** The values of what a caller is, and those that each call has of its own. */
export const isOfCaller = (each: Each): each is keyof Holder => each !== 'model' && each !== 'provider' && !each.startsWith('label:')

/**
 * A limit of requests keeps its counter when its amount changes, and has another one as a limit of tokens; so does a budget for a month as one
 * for a day. Neither has a limit that of a budget of its name.
 */
export const idOfLimit = ({ id, measure }: Pick<Limit, 'id' | 'measure'>): string => `limit:${id}|${measure}`
export const idOfBudget = ({ id, period }: Pick<Budget, 'id' | 'period'>): string => `budget:${id}|${period}`

/** Characters of a value that tell counters apart: a longer name shares the counter of those that begin like it. */
const mostLength = 200

/** With one more value that it is kept by. */
export function withValue(id: string, each: Each, value: string | null | undefined): string {
  const text = value ?? noValue
  const escaped = plain.test(text) ? text : escape(text.toWellFormed())
  return `${id}|${each}=${escaped.length > mostLength ? escaped.slice(0, mostLength) : escaped}`
}

const plain = /^[\w.:@/() -]*$/
// oxlint-disable-next-line no-control-regex
const escape = (text: string): string => text.replace(/[|%\u0000-\u001f]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
const unescape = (text: string): string => text.replace(/%([\da-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

export interface ReadCounter {
  readonly kind: 'limit' | 'budget'
  readonly rule: string
  readonly by: Measure | Period
  /** What it is kept by, with the values: `{ team: 'ml', 'label:env': '(none)' }`. */
  readonly values: Readonly<Record<string, string>>
}

/** What the functions above wrote; undefined of anything else. */
export function readCounter(id: string): ReadCounter | undefined {
  const [first = '', by = '', ...values] = id.split('|')
  const [, kind, rule] = /^(limit|budget):([\w.-]+)$/.exec(first) ?? []
  if (rule === undefined) return undefined
  const pairs = values.map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), unescape(pair.slice(at + 1))] as const
  })
  return { kind: kind as ReadCounter['kind'], rule, by: by as ReadCounter['by'], values: Object.fromEntries(pairs) }
}
