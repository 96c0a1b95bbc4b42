/** What can be made of a transcript that a provider told in its own way. */

import { transcriptFormats, type TranscriptionRequest } from '../../canonical/media.ts'
import { unsayable } from '../losses.ts'

/** Throws `Failure` where the client wants another shape than we can write, or a stream. */
export function checkFormat({ format, streams }: TranscriptionRequest): void {
  if (!transcriptFormats.some((known) => known === format)) throw unsayable('response_format')
  if (streams) throw unsayable('stream')
}
