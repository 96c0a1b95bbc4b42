import type { Provider } from './provider.ts'

export const voyage: Provider = {
  id: 'voyage',
  name: 'Voyage AI',
  docs: 'https://docs.voyageai.com/reference/embeddings-api',
  prefixes: ['voyage'],
  substrate: 'direct',
  baseUrl: 'https://api.voyageai.com/v1',
  auth: { scheme: 'bearer', env: ['VOYAGE_API_KEY'] },
  speaks: {},
  forms: { embeddings: { dialect: 'voyage-embeddings', path: '/embeddings', most: 1000 }, rerank: { dialect: 'voyage-rerank', path: '/rerank', most: 1000 } },
  catalog: null,
}
