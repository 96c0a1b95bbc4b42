import type { Provider } from './provider.ts'

export const openrouter: Provider = {
  id: 'openrouter',
  name: 'OpenRouter',
  docs: 'https://openrouter.ai/docs/api-reference/overview',
  prefixes: ['openrouter'],
  substrate: 'aggregator',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: { scheme: 'bearer', env: ['OPENROUTER_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
}
