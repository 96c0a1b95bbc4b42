import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const gemini: Provider = {
  id: 'gemini',
  name: 'Gemini',
  docs: 'https://ai.google.dev/api/generate-content',
  prefixes: ['gemini', 'google'],
  substrate: 'direct',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: { scheme: 'header', header: 'x-goog-api-key', env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'] },
  bearerOn: ['openai-chat'],
  speaks: {
    'gemini-generate': { whole: '/models/{model}:generateContent', stream: '/models/{model}:streamGenerateContent?alt=sse' },
    'openai-chat': '/openai/chat/completions',
  },
  counts: { 'gemini-generate': '/models/{model}:countTokens' },
  forms: { embeddings: { dialect: 'gemini-embed', path: '/models/{model}:batchEmbedContents', most: 100 } },
  quirks: {
    // https://ai.google.dev/gemini-api/docs/audio
    'gemini-generate': { mediaTypes: { 'audio/m4a': null, 'audio/mp4': null } },
    'openai-chat': { drop: [...vendorHints, 'service_tier', 'logit_bias'], developerAsSystem: true },
  },
  media: {
    speech: { dialect: 'gemini-speech', path: '/models/{model}:generateContent', models: /tts/ },
    images: [
      { dialect: 'imagen-predict', path: '/models/{model}:predict', models: /^imagen/ },
      { dialect: 'gemini-images', path: '/models/{model}:generateContent', models: /image/ },
    ],
  },
  catalog: 'google',
}
