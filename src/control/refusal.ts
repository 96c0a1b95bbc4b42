/** Refusals of what was sent, each with the place of what is wrong. */

import { writtenPlace } from '../base/place.ts'
import { Failure } from '../canonical/failure.ts'
import type { DocumentProblem } from '../policy/document.ts'

/** `problem` is a sentence. */
export function refusalOf({ path, problem }: DocumentProblem): Failure {
  const param = writtenPlace(path)
  return new Failure('invalid_value', `\`${param}\`: ${problem}`, { param })
}
