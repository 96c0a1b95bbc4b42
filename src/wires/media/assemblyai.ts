/** AssemblyAI: the sound is uploaded, a transcript is ordered, and asked for until it is there. https://www.assemblyai.com/docs/api-reference/transcripts/submit */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Timed, Transcript, TranscriptionRequest } from '../../canonical/media.ts'
import type { Loss } from '../losses.ts'
import type { ProviderError } from '../wire.ts'
import { loseRest, type Errand, type Place, type UpstreamMedia } from './dialect.ts'
import { checkFormat } from './formats.ts'

function readError({ error }: JsonObject): ProviderError {
  return { message: typeof error === 'string' ? error : '' }
}

function* transcribe(request: TranscriptionRequest, { path, model, pollMs }: Place, lose: Loss): Errand<Transcript> {
  checkFormat(request)
  loseRest(request, lose)
  if (request.prompt !== undefined) lose('prompt')
  if (request.temperature !== undefined) lose('temperature')
  const { language } = request
  const { upload_url: url } = yield { path: '/v2/upload', body: 'file' }
  if (typeof url !== 'string') throw new Failure('upstream_invalid_response', 'The provider took the sound and does not say where it is.')
  const spoken: JsonObject = language === undefined ? { language_detection: true } : { language_code: language }
  let job = yield { path, body: { audio_url: url, speech_models: [model], ...spoken } }
  const { id } = job
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw new Failure('upstream_invalid_response', 'The provider took the order and gave it no id.')
  while (job.status === 'queued' || job.status === 'processing') job = yield { method: 'GET', path: `${path}/${id}`, afterMs: pollMs }
  if (job.status !== 'completed' || typeof job.text !== 'string') throw failed(job)
  return readTranscript(job)
}

/** What it could not read is the sound's fault: another provider may read it. */
function failed({ error }: JsonObject): Failure {
  const told = typeof error === 'string' ? { upstream: { message: error } } : {}
  return new Failure('upstream_error', 'The provider could not transcribe this sound.', told)
}

function readTranscript({ text, language_code: language, audio_duration: duration, words }: JsonObject): Transcript {
  return {
    text: asText(text),
    words: timedOf(words),
    segments: [],
    usage: {},
    ...(typeof language === 'string' && { language }),
    ...(typeof duration === 'number' && { duration }),
  }
}

/** Their times are milliseconds. */
function timedOf(list: Json | undefined): Timed[] {
  return (Array.isArray(list) ? list : []).filter(isObject).flatMap(({ text, start, end }) => {
    return typeof text === 'string' && typeof start === 'number' && typeof end === 'number' ? [{ text, start: start / 1000, end: end / 1000 }] : []
  })
}

export const assemblyaiTranscripts: UpstreamMedia<'transcriptions'> = { name: 'assemblyai-transcripts', run: transcribe, readError }
