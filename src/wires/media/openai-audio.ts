/** Transcriptions, translations and speech as OpenAI's API has them. https://platform.openai.com/docs/api-reference/audio */

import { asText, present, type Json, type JsonObject } from '../../base/json.ts'
import type { MediaDialectName, SpeechRequest, Transcript, TranscriptionRequest } from '../../canonical/media.ts'
import { unweighed } from '../../canonical/weights.ts'
import { checkBody, fields, forbiddenFields, number, oneOf, orNull, text } from '../check.ts'
import { weighAll } from '../weigh.ts'
import { outlineOf, type SurfaceMedia, type Written } from './dialect.ts'
import { openaiErrors, readPassed, restOf } from './openai.ts'
import { cuesOf, writeSrt, writeVtt } from './subtitles.ts'

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const numberOf = (value: Json | undefined): number | undefined =>
  value !== undefined && value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined

const isTrue = (value: Json | undefined): boolean => value === true || value === 'true'

const transcription = fields({ ...forbiddenFields, model: text, response_format: text, language: text, prompt: text, temperature: text, stream: text }, [
  'model',
])
const transcriptionFields = [
  'file',
  'model',
  'response_format',
  'language',
  'prompt',
  'temperature',
  'stream',
  'timestamp_granularities',
  'timestamp_granularities[]',
]

/** Of a form, whose fields are texts; one that came several times is a list. */
function readTranscription(body: JsonObject): TranscriptionRequest {
  const marks = [body['timestamp_granularities[]'] ?? body.timestamp_granularities ?? []].flat()
  const language = textOf(body.language)
  const prompt = textOf(body.prompt)
  const temperature = numberOf(body.temperature)
  return {
    model: asText(body.model),
    format: textOf(body.response_format) ?? 'json',
    wantsWords: marks.includes('word'),
    streams: isTrue(body.stream),
    ...(language !== undefined && { language }),
    ...(prompt !== undefined && { prompt }),
    ...(temperature !== undefined && { temperature }),
    rest: restOf(body, transcriptionFields),
  }
}

const json = 'application/json; charset=utf-8'
const plain = 'text/plain; charset=utf-8'

function writeTranscript(answer: Transcript, asked: TranscriptionRequest): Written {
  switch (asked.format) {
    case 'text':
      return { type: plain, body: `${answer.text}\n` }
    case 'srt':
      return { type: plain, body: writeSrt(cuesOf(answer)) }
    case 'vtt':
      return { type: plain, body: writeVtt(cuesOf(answer)) }
    case 'verbose_json':
      return { type: json, body: JSON.stringify(verbose(answer, asked)) }
    default:
      return { type: json, body: JSON.stringify({ text: answer.text }) }
  }
}

/** What only Whisper knows of a segment (`avg_logprob`, `tokens`, …) is left out. */
function verbose({ text: said, language, duration, words, segments }: Transcript, { wantsWords }: TranscriptionRequest): JsonObject {
  return present({
    task: 'transcribe',
    language: language ?? '',
    duration: duration ?? segments.at(-1)?.end ?? words.at(-1)?.end ?? 0,
    text: said,
    segments: segments.map(({ start, end, text: piece }, id) => ({ id, start, end, text: piece })),
    words: wantsWords ? words.map(({ start, end, text: word }) => ({ word, start, end })) : undefined,
    usage: duration === undefined ? undefined : { type: 'duration', seconds: duration },
  })
}

function transcriptionsAs<F extends 'transcriptions' | 'translations'>(name: MediaDialectName, media: F): SurfaceMedia<F> {
  return {
    name,
    media,
    promptFields: ['prompt'],
    outline: () => outlineOf(unweighed('audio')),
    checkRequest: (body) => checkBody(body, transcription),
    readRequest: readTranscription,
    write: writeTranscript,
    readPassed,
    ...openaiErrors,
  }
}

export const openaiTranscriptions = transcriptionsAs('openai-transcriptions', 'transcriptions')
export const openaiTranslations = transcriptionsAs('openai-translations', 'translations')

const speech = fields(
  {
    ...forbiddenFields,
    model: text,
    input: text,
    response_format: orNull(text),
    speed: orNull(number),
    instructions: orNull(text),
    stream_format: orNull(oneOf(['audio', 'sse'])),
  },
  ['model', 'input'],
)
const speechFields = ['model', 'input', 'voice', 'response_format', 'speed', 'instructions', 'stream_format']

function readSpeech(body: JsonObject): SpeechRequest {
  const { voice, speed } = body
  const format = textOf(body.response_format)
  const instructions = textOf(body.instructions)
  return {
    model: asText(body.model),
    text: asText(body.input),
    streams: body.stream_format === 'sse',
    ...(typeof voice === 'string' && { voice }),
    ...(format !== undefined && { format }),
    ...(typeof speed === 'number' && { speed }),
    ...(instructions !== undefined && { instructions }),
    rest: restOf(body, speechFields),
  }
}

export const openaiSpeech: SurfaceMedia<'speech'> = {
  name: 'openai-speech',
  media: 'speech',
  promptFields: ['input', 'instructions'],
  outline: ({ input, instructions }) => outlineOf(weighAll(input, instructions)),
  checkRequest: (body) => checkBody(body, speech),
  readRequest: readSpeech,
  write: ({ type, bytes }) => ({ type, body: bytes }),
  readPassed,
  ...openaiErrors,
}
