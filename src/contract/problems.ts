/** Reads what somebody sent by a schema, and says what is wrong with it in sentences of ours, each with its place. */

import type { z } from 'zod'
import type { DocumentProblem } from '../policy/document.ts'

/** The sentences of problems go on from the name of their place: `must be a text`. */
export function readSent<Read>(schema: z.ZodType<Read>, sent: unknown): { readonly data: Read } | { readonly problems: readonly DocumentProblem[] } {
  const { success, data, error } = schema.safeParse(sent, { error: sentenceOf })
  return success ? { data } : { problems: error.issues.flatMap(problemsOf) }
}

function problemsOf(issue: z.core.$ZodIssue): readonly DocumentProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, problem: issue.message }]
  return issue.keys.map((key) => ({ path: [...issue.path, key], problem: noSuchField }))
}

/** It is about the name, and all others about what stands there. */
export const noSuchField = 'is no field that there is here'

/** Where a schema says nothing itself. */
function sentenceOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? 'of another kind'}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}`
    case 'too_small':
      return issue.input === '' || isEmptyList(issue.input) ? 'is empty' : `${sized(issue.origin, issue.minimum)} at least`
    case 'too_big':
      return `${sized(issue.origin, issue.maximum)} at most`
    case 'invalid_key':
      return 'is a name that may not stand here'
    default:
      return 'is not what may stand here'
  }
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const kinds: { readonly [expected: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

const sized = (origin: string, size: number | bigint): string =>
  origin === 'string' ? `has ${size} characters` : origin === 'array' ? `has ${size}` : `is ${size}`
