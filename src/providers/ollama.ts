import type { Provider } from './provider.ts'

export const ollama: Provider = {
  id: 'ollama',
  name: 'Ollama',
  docs: 'https://docs.ollama.com/api/openai-compatibility',
  prefixes: ['ollama'],
  substrate: 'local',
  baseUrl: 'http://127.0.0.1:11434/v1',
  auth: { scheme: 'optional', env: ['OLLAMA_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
  baseUrlEnv: ['OLLAMA_BASE_URL'],
  basePath: '/v1',
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
}
