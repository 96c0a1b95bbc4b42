/** What calls mean whose request or answer is sound or a picture: bytes that nobody holds whole, with a little that is said of them. */

import type { JsonObject } from '../base/json.ts'
import type { Usage } from './chat.ts'

/** Request and answer of each. Its name is the operation that receipts tell. */
export interface MediaForms {
  readonly transcriptions: { readonly request: TranscriptionRequest; readonly answer: Transcript }
  readonly translations: { readonly request: TranscriptionRequest; readonly answer: Transcript }
  readonly speech: { readonly request: SpeechRequest; readonly answer: Sound }
  readonly images: { readonly request: ImageRequest; readonly answer: ImageAnswer }
  readonly image_edits: { readonly request: ImageRequest; readonly answer: ImageAnswer }
}

export type MediaForm = keyof MediaForms

/** A dialect is a grammar of one of them, as a wire is one of chat. */
export type MediaDialectName =
  | 'openai-transcriptions'
  | 'openai-translations'
  | 'openai-speech'
  | 'openai-images'
  | 'openai-image-edits'
  | 'deepgram-listen'
  | 'deepgram-speak'
  | 'assemblyai-transcripts'
  | 'together-images'
  | 'hyperbolic-images'
  | 'gemini-images'
  | 'gemini-speech'
  | 'imagen-predict'
  | 'nanobanana-jobs'

interface MediaRequest {
  readonly model: string
  /** Fields that this form has no word for: only the dialect they came in knows them. */
  readonly rest: JsonObject
}

export const transcriptFormats = ['json', 'text', 'srt', 'vtt', 'verbose_json'] as const

/** The sound itself stays with the upload. */
export interface TranscriptionRequest extends MediaRequest {
  /** As the client wrote it: vendors have more formats than these. */
  readonly format: string
  /** ISO 639-1 of what is spoken, where the client knows. */
  readonly language?: string
  readonly prompt?: string
  readonly temperature?: number
  /** Whether each word's time is wanted. */
  readonly wantsWords: boolean
  readonly streams: boolean
}

/** Times in seconds from the beginning of the sound. */
export interface Timed {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Transcript {
  readonly text: string
  readonly language?: string
  /** Seconds of sound. */
  readonly duration?: number
  readonly words: readonly Timed[]
  /** Sentences, or what the provider takes for them; empty where it does not tell. */
  readonly segments: readonly Timed[]
  readonly usage: Usage
}

export interface SpeechRequest extends MediaRequest {
  readonly text: string
  readonly voice?: string
  /** `mp3`, `opus`, `aac`, `flac`, `wav`, `pcm`. */
  readonly format?: string
  readonly speed?: number
  readonly instructions?: string
  /** Whether the sound is wanted in events. */
  readonly streams: boolean
}

/** A sound that a provider tells whole. */
export interface Sound {
  readonly type: string
  readonly bytes: Buffer
  readonly usage: Usage
}

export interface ImageRequest extends MediaRequest {
  readonly prompt: string
  readonly count: number
  /** As `1024x1536`, or `auto`. */
  readonly size?: string
  /** How each picture is wanted; undefined leaves it to the provider. */
  readonly delivery?: 'url' | 'b64_json'
  readonly quality?: string
  /** `png`, `jpeg`, `webp`. */
  readonly fileType?: string
  readonly streams: boolean
}

export interface ImageAnswer {
  /** At least one; `data` is base64. */
  readonly images: readonly ({ readonly url: string } | { readonly data: string })[]
  readonly usage: Usage
}
