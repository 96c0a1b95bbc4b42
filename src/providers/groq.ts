import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const groq: Provider = {
  id: 'groq',
  name: 'Groq',
  docs: 'https://console.groq.com/docs/openai',
  prefixes: ['groq'],
  substrate: 'cloud',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: { scheme: 'bearer', env: ['GROQ_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  quirks: { 'openai-chat': { drop: [...vendorHints, 'logit_bias'], developerAsSystem: true } },
  media: {
    transcriptions: { dialect: 'openai-transcriptions', path: '/audio/transcriptions' },
    translations: { dialect: 'openai-translations', path: '/audio/translations' },
    speech: { dialect: 'openai-speech', path: '/audio/speech' },
  },
}
