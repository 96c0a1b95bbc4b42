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
  readonly element?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly in?: z.core.$ZodType
  readonly out?: z.core.$ZodType
  readonly shape?: Shape
}
type Shape = { readonly [key: string]: z.core.$ZodType }

/** What is inside: without `default`, `optional` and the like around it; of several ways to write it the one with settings of its own. */
function bare(type: z.core.$ZodType): Def {
  const def = type._zod.def as Def
  const inner = def.innerType ?? insideOf(def)
  return inner ? bare(inner) : def
}

function insideOf({ type, in: first, out, options }: Def): z.core.$ZodType | undefined {
  if (type === 'union') return options?.find((option) => bare(option).shape !== undefined)
  if (type !== 'pipe') return undefined
  return first?._zod.def.type === 'transform' ? out : first
}

/** Names of settings that the type has at a path; undefined where the operator chooses them. */
export function keysAt(path: readonly PropertyKey[], type: z.core.$ZodType = schema): readonly string[] | undefined {
  const { shape, valueType, element } = bare(type)
  const [first, ...rest] = path
  if (first === undefined) return shape && Object.keys(shape)
  const next = valueType ?? element ?? (Object.hasOwn(shape ?? {}, first) ? shape![String(first)] : undefined)
  return next && keysAt(rest, next)
}

function collect(type: z.core.$ZodType, path: readonly string[]): readonly Field[] {
  const about = aboutOf(type)
  const { shape, valueType, element } = bare(type)
  const inner = valueType ?? element
  const within = inner === undefined ? [] : collect(inner, [...path, '*'])
  // What holds settings of its own does not fit into a variable.
  const own = about ? [{ ...about, path: path.join('.'), ...(within.length === 0 && variableOf(about, path)) }] : []
  if (inner) return [...own, ...within]
  return [...own, ...Object.entries(shape ?? {}).flatMap(([key, one]) => collect(one, [...path, key]))]
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
