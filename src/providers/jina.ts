import type { Provider } from './provider.ts'

export const jina: Provider = {
  id: 'jina',
  name: 'Jina AI',
  docs: 'https://api.jina.ai/redoc',
  prefixes: ['jina'],
  substrate: 'direct',
  baseUrl: 'https://api.jina.ai/v1',
  auth: { scheme: 'bearer', env: ['JINA_API_KEY'] },
  speaks: {},
  forms: { embeddings: { dialect: 'jina-embeddings', path: '/embeddings', most: 512 }, rerank: { dialect: 'jina-rerank', path: '/rerank' } },
  catalog: null,
}
