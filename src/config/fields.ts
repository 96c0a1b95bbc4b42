/** The schema as a list: every setting with its path, its variable and what is known of it. */

import type { z } from 'zod'
import { aboutOf, type About } from './kinds.ts'
import { schema } from './schema.ts'

export interface Field extends About {
  /** As `limits.body`; `*` stands for a name that the operator chooses. */
  readonly path: string
  readonly env?: string
}

type Def = {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly shape?: Shape
}
type Shape = { readonly [key: string]: z.core.$ZodType }

/** What is inside: without `default`, `optional` and the like around it. */
function bare(type: z.core.$ZodType): Def {
  const def = type._zod.def as Def
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined)
  return inner ? bare(inner) : def
}

/** Names of settings that the type has at a path; undefined where the operator chooses them. */
export function keysAt(path: readonly PropertyKey[], type: z.core.$ZodType = schema): readonly string[] | undefined {
  const { shape, valueType } = bare(type)
  const [first, ...rest] = path
  if (first === undefined) return shape && Object.keys(shape)
  const next = valueType ?? (Object.hasOwn(shape ?? {}, first) ? shape![String(first)] : undefined)
  return next && keysAt(rest, next)
}

function collect(type: z.core.$ZodType, path: readonly string[]): readonly Field[] {
  const about = aboutOf(type)
  if (about) return [{ ...about, path: path.join('.'), ...variableOf(about, path) }]
  const { shape, valueType } = bare(type)
  if (valueType) return collect(valueType, [...path, '*'])
  return Object.entries(shape ?? {}).flatMap(([key, inner]) => collect(inner, [...path, key]))
}

/** A setting under a name that the operator chooses has no variable: nobody could know the name. */
function variableOf({ env }: About, path: readonly string[]): { readonly env?: string } {
  if (path.includes('*')) return {}
  return {
    env:
      env ??
      `OMNI_${path
        .map((key) => key.replace(/([A-Z])/g, '_$1'))
        .join('_')
        .toUpperCase()}`,
  }
}

export const fields: readonly Field[] = collect(schema, [])
