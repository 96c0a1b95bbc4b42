/** The schema's own complaints in our words. None of them repeats a value: it may be a secret. */

import type { z } from 'zod'
import { hint } from '../base/nearest.ts'
import { keysAt } from './fields.ts'
import type { Problem } from './problems.ts'
import { schema } from './schema.ts'

/** Says of a setting where it was said. */
export type Placer = (path: readonly PropertyKey[], sentence: string) => Problem

/** `type` is what was read, the whole configuration where absent. */
export function explain(issue: z.core.$ZodIssue, place: Placer, type: z.core.$ZodType = schema): readonly Problem[] {
  const { path } = issue
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(path, type) ?? []
      return issue.keys.map((key) => place([...path, key], `is not a setting.${hint(key, known)}`))
    }
    case 'invalid_type':
      return [place(path, kindOf(issue))]
    case 'invalid_key':
      return issue.issues.map(({ message }) => place(path, `${message}.`))
    case 'invalid_union':
      return bestOf(issue.errors).flatMap((one) => explain({ ...one, path: [...path, ...one.path] }, place, type))
    default:
      return [place(path, `${issue.message}.`)]
  }
}

function kindOf({ expected, message }: z.core.$ZodIssueInvalidType): string {
  if (expected === 'array') return `${message}.`
  return expected === 'object' || expected === 'record' ? 'must hold settings of its own, as `name: value`.' : 'is of the wrong kind.'
}

/** Of several ways to write a value the one that was meant: where not the whole value is of another kind. */
function bestOf(ways: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] {
  return ways.find((issues) => issues.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys')) ?? ways[0] ?? []
}
