import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const gemini: Provider = {
  id: 'gemini',
  name: 'Gemini',
  docs: 'https://ai.google.dev/gemini-api/docs/openai',
  prefixes: ['gemini', 'google'],
  substrate: 'direct',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
  auth: { scheme: 'bearer', env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  quirks: { 'openai-chat': { drop: [...vendorHints, 'service_tier', 'logit_bias'], developerAsSystem: true } },
  catalog: 'google',
}
