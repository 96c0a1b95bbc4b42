/** Speech of Gemini's models: raw samples in a conversation's answer. https://ai.google.dev/gemini-api/docs/speech-generation */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Sound, SpeechRequest } from '../../canonical/media.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError } from '../openai-chat/error.ts'
import { loseRest, type Errand, type Place, type UpstreamMedia } from './dialect.ts'

/** It makes samples alone: a format that packs them is refused, also the one that clients mean where they say none. */
function* speak(request: SpeechRequest, { path }: Place, lose: Loss): Errand<Sound> {
  const { text, format, voice = 'Kore', speed, instructions, streams } = request
  if (streams) throw unsayable('stream_format')
  if (format !== 'wav' && format !== 'pcm') throw unsayable('response_format')
  if (speed !== undefined && speed !== 1) throw unsayable('speed')
  loseRest(request, lose)
  const said = instructions === undefined ? text : `${instructions}\n\n${text}`
  const speechConfig = { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } }
  const answer = yield {
    path,
    body: { contents: [{ role: 'user', parts: [{ text: said }] }], generationConfig: { responseModalities: ['AUDIO'], speechConfig } },
  }
  return readSound(answer, format)
}

const firstOf = (list: Json | undefined): JsonObject => (Array.isArray(list) && isObject(list[0]) ? list[0] : {})

function readSound({ candidates, usageMetadata }: JsonObject, format: 'wav' | 'pcm'): Sound {
  const { content } = firstOf(candidates)
  const { inlineData } = firstOf(isObject(content) ? content.parts : undefined)
  const { mimeType, data } = isObject(inlineData) ? inlineData : {}
  const rate = Number(/^audio\/L16\b.*\brate=(\d{4,6})/i.exec(typeof mimeType === 'string' ? mimeType : '')?.[1])
  if (typeof data !== 'string' || Number.isNaN(rate)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no samples of sound.')
  const samples = Buffer.from(data, 'base64')
  const { promptTokenCount: input, candidatesTokenCount: output } = isObject(usageMetadata) ? usageMetadata : {}
  const usage = typeof input === 'number' && typeof output === 'number' ? { input, output, audioOutput: output } : {}
  return format === 'wav'
    ? { type: 'audio/wav', bytes: Buffer.concat([wavHead(samples.length, rate), samples]), usage }
    : { type: 'audio/pcm', bytes: samples, usage }
}

/** Of one channel of 16-bit samples. http://soundfile.sapp.org/doc/WaveFormat/ */
function wavHead(length: number, rate: number): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(length, 40)
  return head
}

export const geminiSpeech: UpstreamMedia<'speech'> = { name: 'gemini-speech', run: speak, readError }
