import type { Provider } from './provider.ts'

export const siliconflow: Provider = {
  id: 'siliconflow',
  name: 'SiliconFlow',
  docs: 'https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions',
  prefixes: ['siliconflow'],
  substrate: 'cloud',
  baseUrl: 'https://api.siliconflow.com/v1',
  auth: { scheme: 'bearer', env: ['SILICONFLOW_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings', most: 32 }, rerank: { dialect: 'jina-rerank', path: '/rerank' } },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
}
