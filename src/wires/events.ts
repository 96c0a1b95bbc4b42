/** What every stream reader does with the text of a message before it reads what that means. */

import { isObject, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'

/** Throws `Failure` where the text is no JSON object; what the parser says would quote the provider. */
export function parseEvent(data: string): JsonObject {
  try {
    const event: unknown = JSON.parse(data)
    if (isObject(event)) return event
  } catch {
    // Told below.
  }
  throw brokenStream()
}

export function brokenStream(): Failure {
  return new Failure('upstream_invalid_response', 'The provider’s stream holds a message that is not what its wire says.')
}
