import type { Provider } from './provider.ts'

export const lmstudio: Provider = {
  id: 'lmstudio',
  name: 'LM Studio',
  docs: 'https://lmstudio.ai/docs/developer/openai-compat',
  prefixes: ['lmstudio'],
  substrate: 'local',
  baseUrl: 'http://127.0.0.1:1234/v1',
  auth: { scheme: 'optional', env: ['LMSTUDIO_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
  baseUrlEnv: ['LMSTUDIO_BASE_URL'],
  basePath: '/v1',
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
}
