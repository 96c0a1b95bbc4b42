import type { Provider } from './provider.ts'

export const openai: Provider = {
  id: 'openai',
  name: 'OpenAI',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  prefixes: ['openai'],
  substrate: 'direct',
  baseUrl: 'https://api.openai.com/v1',
  auth: { scheme: 'bearer', env: ['OMNI_OPENAI_API_KEY', 'OPENAI_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  forms: {
    embeddings: { dialect: 'openai-embeddings', path: '/embeddings', most: 2048 },
    moderations: { dialect: 'openai-moderations', path: '/moderations' },
  },
  baseUrlEnv: ['OMNI_OPENAI_BASE_URL'],
  isDefault: true,
  quirks: { 'openai-chat': { noCacheMarks: true } },
}
