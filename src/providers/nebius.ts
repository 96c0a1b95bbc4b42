import type { Provider } from './provider.ts'

export const nebius: Provider = {
  id: 'nebius',
  name: 'Nebius AI',
  docs: 'https://docs.tokenfactory.nebius.com/api-reference',
  prefixes: ['nebius'],
  substrate: 'cloud',
  baseUrl: 'https://api.tokenfactory.nebius.com/v1',
  auth: { scheme: 'bearer', env: ['NEBIUS_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
  media: { images: { dialect: 'openai-images', path: '/images/generations' } },
}
