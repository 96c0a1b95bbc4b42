/** Deepgram: sound in, words with their times out, and text in, sound out. https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded https://developers.deepgram.com/reference/text-to-speech/speak-request */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Sound, SpeechRequest, Timed, Transcript, TranscriptionRequest } from '../../canonical/media.ts'
import { unsayable, type Loss } from '../losses.ts'
import type { ProviderError } from '../wire.ts'
import { loseRest, type Errand, type Place, type UpstreamMedia } from './dialect.ts'
import { checkFormat } from './formats.ts'

/** `{err_code, err_msg, request_id}`, and on newer errors `{category, message, details}`. */
function readError({ err_msg: said, message }: JsonObject): ProviderError {
  return { message: typeof said === 'string' ? said : typeof message === 'string' ? message : '' }
}

function* listen(request: TranscriptionRequest, { path, model }: Place, lose: Loss): Errand<Transcript> {
  checkFormat(request)
  loseRest(request, lose)
  if (request.prompt !== undefined) lose('prompt')
  if (request.temperature !== undefined) lose('temperature')
  const { language } = request
  const query = new URLSearchParams({
    model,
    smart_format: 'true',
    utterances: 'true',
    ...(language === undefined ? { detect_language: 'true' } : { language }),
  })
  return readTranscript(yield { path: `${path}?${query}`, body: 'file' }, language)
}

function readTranscript({ results, metadata }: JsonObject, asked: string | undefined): Transcript {
  const { channels, utterances } = isObject(results) ? results : {}
  const channel = firstOf(channels)
  const best = firstOf(channel?.alternatives)
  if (best === undefined || typeof best.transcript !== 'string') throw new Failure('upstream_invalid_response', 'The provider’s answer has no transcript.')
  const language = channel?.detected_language ?? asked
  const duration = isObject(metadata) ? metadata.duration : undefined
  return {
    text: best.transcript,
    words: timedOf(best.words, (word) => word.punctuated_word ?? word.word),
    segments: timedOf(utterances, (utterance) => utterance.transcript),
    usage: {},
    ...(typeof language === 'string' && { language }),
    ...(typeof duration === 'number' && { duration }),
  }
}

const firstOf = (list: Json | undefined): JsonObject | undefined => (Array.isArray(list) && isObject(list[0]) ? list[0] : undefined)

function timedOf(list: Json | undefined, say: (piece: JsonObject) => Json | undefined): Timed[] {
  return (Array.isArray(list) ? list : []).filter(isObject).flatMap((piece) => {
    const [text, { start, end }] = [say(piece), piece]
    return typeof text === 'string' && typeof start === 'number' && typeof end === 'number' ? [{ text, start, end }] : []
  })
}

export const deepgramListen: UpstreamMedia<'transcriptions'> = { name: 'deepgram-listen', run: listen, readError }

/** How each format is asked for. https://developers.deepgram.com/docs/tts-media-output-settings */
const encodings: { readonly [format: string]: { readonly [parameter: string]: string } } = {
  mp3: { encoding: 'mp3' },
  opus: { encoding: 'opus', container: 'ogg' },
  aac: { encoding: 'aac' },
  flac: { encoding: 'flac' },
  wav: { encoding: 'linear16', container: 'wav' },
  pcm: { encoding: 'linear16', container: 'none' },
}

/** The voice is the model: what a client names beside it is left out. */
function* speak(request: SpeechRequest, { path, model }: Place, lose: Loss): Errand<Sound> {
  const { text, format = 'mp3', streams, voice, speed, instructions } = request
  if (streams) throw unsayable('stream_format')
  if (!Object.hasOwn(encodings, format)) throw unsayable('response_format')
  loseRest(request, lose)
  if (voice !== undefined) lose('voice')
  if (instructions !== undefined) lose('prompt')
  const query = new URLSearchParams({ model, ...encodings[format] })
  if (speed !== undefined) query.set('speed', String(speed))
  yield { path: `${path}?${query}`, body: { text }, isRelayed: true }
  return undefined
}

export const deepgramSpeak: UpstreamMedia<'speech'> = { name: 'deepgram-speak', run: speak, readError }
