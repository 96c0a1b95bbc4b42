/** How firmly a model of OpenAI's APIs can be held to a schema that came on another wire. */

import type { OutputFormat } from '../canonical/chat.ts'
import type { Loss } from './losses.ts'
import { fitsDialect, openaiStrictSchema } from './schema-dialects.ts'

/**
 * Strict mode refuses schemas with optional properties or open objects, which other vendors take. Such a schema is asked for without it:
 * bent to it, the answer would hold nulls that the client's schema does not know.
 */
export function holdTo({ schema, strict, isHeld }: Extract<OutputFormat, { type: 'schema' }>, lose: Loss): boolean | undefined {
  if (strict !== undefined || isHeld === undefined) return strict
  if (fitsDialect(schema, openaiStrictSchema)) return true
  lose('strict_format')
  return undefined
}
