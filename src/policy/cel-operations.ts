/** What the plain operators and functions of CEL do, by the types that they take: one table. */

import type { Fact, FactValue } from './facts.ts'

export type PlainType = 'string' | 'bool' | 'int' | 'double' | 'list' | 'map'

/** Undefined where that has no answer, or none that is exact. */
export type Operation = (left: FactValue, right: FactValue) => FactValue | undefined

const numbers = ['int int', 'double double', 'int double', 'double int']

const exact = (whole: number): number | undefined => (Number.isSafeInteger(whole) ? whole : undefined)
const onNumbers = (of: (left: number, right: number) => FactValue | undefined): Operation => of as Operation
const onTexts = (of: (left: string, right: string) => FactValue | undefined): Operation => of as Operation

// oxfmt-ignore
const rows: readonly (readonly [name: string, takes: readonly string[], gives: PlainType, operation: Operation])[] = [
  ['==', ['string string', 'bool bool', 'int int', 'double double'], 'bool', (left, right) => left === right],
  ['!=', ['string string', 'bool bool', 'int int', 'double double'], 'bool', (left, right) => left !== right],
  ['<', ['string string', ...numbers], 'bool', (left, right) => left < right],
  ['<=', ['string string', ...numbers], 'bool', (left, right) => left <= right],
  ['>', ['string string', ...numbers], 'bool', (left, right) => left > right],
  ['>=', ['string string', ...numbers], 'bool', (left, right) => left >= right],
  ['+', ['int int'], 'int', onNumbers((left, right) => exact(left + right))],
  ['-', ['int int'], 'int', onNumbers((left, right) => exact(left - right))],
  ['*', ['int int'], 'int', onNumbers((left, right) => exact(left * right))],
  // A quotient is rounded towards zero; what remains is exact, and so is this.
  ['/', ['int int'], 'int', onNumbers((left, right) => (right === 0 ? undefined : (left - (left % right)) / right))],
  ['%', ['int int'], 'int', onNumbers((left, right) => (right === 0 ? undefined : left % right))],
  ['+', ['double double'], 'double', onNumbers((left, right) => left + right)],
  ['-', ['double double'], 'double', onNumbers((left, right) => left - right)],
  ['*', ['double double'], 'double', onNumbers((left, right) => left * right)],
  ['/', ['double double'], 'double', onNumbers((left, right) => left / right)],
  ['-_', ['int'], 'int', onNumbers((one) => -one)],
  ['-_', ['double'], 'double', onNumbers((one) => -one)],
  ['!_', ['bool'], 'bool', (one) => !(one as boolean)],
  ['in', ['string list'], 'bool', (one, list) => (list as readonly FactValue[]).includes(one)],
  ['in', ['string map'], 'bool', (one, map) => Object.hasOwn(map as object, one as string)],
  ['startsWith', ['string string'], 'bool', onTexts((text, start) => text.startsWith(start))],
  ['endsWith', ['string string'], 'bool', onTexts((text, end) => text.endsWith(end))],
  ['contains', ['string string'], 'bool', onTexts((text, part) => text.includes(part))],
  ['lowerAscii', ['string'], 'string', onTexts((text) => text.toLowerCase())],
  ['upperAscii', ['string'], 'string', onTexts((text) => text.toUpperCase())],
  ['trim', ['string'], 'string', onTexts((text) => text.trim())],
  ['size', ['string'], 'int', (text) => Array.from(text as string).length],
  ['size', ['list'], 'int', (list) => (list as readonly FactValue[]).length],
]

const byTypes: ReadonlyMap<string, { readonly type: PlainType; readonly operation: Operation }> = new Map(
  rows.flatMap(([name, takes, type, operation]) => takes.map((types) => [`${name} ${types}`, { type, operation }] as const)),
)

export function operationOf(name: string, types: readonly PlainType[]): { readonly type: PlainType; readonly operation: Operation } | undefined {
  return byTypes.get([name, ...types].join(' '))
}

/** Of facts, and of what stands in their maps. */
export const typesOfFacts: { readonly [type in Fact['type']]: { readonly type: PlainType; readonly holds?: PlainType } } = {
  string: { type: 'string' },
  bool: { type: 'bool' },
  int: { type: 'int' },
  double: { type: 'double' },
  'list<string>': { type: 'list' },
  'map<string, string>': { type: 'map', holds: 'string' },
  'map<string, double>': { type: 'map', holds: 'double' },
  'map<string, int>': { type: 'map', holds: 'int' },
}
