import type { Provider } from './provider.ts'

export const xai: Provider = {
  id: 'xai',
  name: 'xAI',
  docs: 'https://docs.x.ai/docs/api-reference',
  prefixes: ['xai'],
  substrate: 'direct',
  baseUrl: 'https://api.x.ai/v1',
  auth: { scheme: 'bearer', env: ['XAI_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-responses': '/responses' },
  quirks: { 'openai-chat': { drop: ['frequency_penalty', 'presence_penalty', 'logit_bias'], developerAsSystem: true } },
  catalog: 'x-ai',
  media: { images: { dialect: 'openai-images', path: '/images/generations' } },
}
