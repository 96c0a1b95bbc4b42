/** Every media dialect that the gateway speaks to providers whose API is not the client's. */

import type { MediaDialectName, MediaForm } from '../../canonical/media.ts'
import { assemblyaiTranscripts } from './assemblyai.ts'
import { deepgramListen, deepgramSpeak } from './deepgram.ts'
import type { UpstreamMedia } from './dialect.ts'
import { geminiSpeech } from './gemini-speech.ts'
import { geminiImages, hyperbolicImages, imagenPredict, nanobananaJobs, togetherImages } from './pictures.ts'

const mediaDialects: readonly UpstreamMedia[] = [
  deepgramListen,
  deepgramSpeak,
  assemblyaiTranscripts,
  togetherImages,
  hyperbolicImages,
  geminiImages,
  geminiSpeech,
  imagenPredict,
  nanobananaJobs,
]

/** Bounded by the list. */
const byName: ReadonlyMap<MediaDialectName, UpstreamMedia> = new Map(mediaDialects.map((dialect) => [dialect.name, dialect]))

/** The dialect of that name. A place that names none is a fault of ours. */
export function mediaDialectOf<F extends MediaForm>(name: MediaDialectName): UpstreamMedia<F> {
  const dialect = byName.get(name)
  if (dialect === undefined) throw new Error(`There is no dialect ${name}.`)
  return dialect as UpstreamMedia<F>
}
