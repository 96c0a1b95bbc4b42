/** The surfaces whose requests or answers are sound and pictures. */

import { openaiSpeech, openaiTranscriptions, openaiTranslations } from '../wires/media/openai-audio.ts'
import { defaultImageModel, openaiImageEdits, openaiImages } from '../wires/media/openai-images.ts'
import { compatible, versioned } from './forms.ts'
import type { MediaSurface } from './surface.ts'

const transcriptions: MediaSurface<'transcriptions'> = {
  name: 'openai-transcriptions',
  operation: 'transcriptions',
  paths: compatible('/audio/transcriptions'),
  wire: openaiTranscriptions,
  takesForm: true,
}
const translations: MediaSurface<'translations'> = {
  name: 'openai-translations',
  operation: 'translations',
  paths: compatible('/audio/translations'),
  wire: openaiTranslations,
  takesForm: true,
}
const speech: MediaSurface<'speech'> = { name: 'openai-speech', operation: 'speech', paths: compatible('/audio/speech'), wire: openaiSpeech }
const images: MediaSurface<'images'> = {
  name: 'openai-images',
  operation: 'images',
  paths: versioned('/images/generations'),
  wire: openaiImages,
  model: defaultImageModel,
}
const imageEdits: MediaSurface<'image_edits'> = {
  name: 'openai-image-edits',
  operation: 'image_edits',
  paths: versioned('/images/edits'),
  wire: openaiImageEdits,
  takesForm: true,
  model: defaultImageModel,
}

export const mediaSurfaces: readonly MediaSurface[] = [transcriptions, translations, speech, images, imageEdits]
