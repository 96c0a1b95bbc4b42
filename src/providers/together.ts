import type { Provider } from './provider.ts'

export const together: Provider = {
  id: 'together',
  name: 'Together AI',
  docs: 'https://docs.together.ai/docs/openai-api-compatibility',
  prefixes: ['together'],
  substrate: 'cloud',
  baseUrl: 'https://api.together.ai/v1',
  auth: { scheme: 'bearer', env: ['TOGETHER_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' }, rerank: { dialect: 'cohere-rerank', path: '/rerank' } },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  media: { images: { dialect: 'together-images', path: '/images/generations' } },
}
