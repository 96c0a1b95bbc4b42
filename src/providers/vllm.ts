import type { Provider } from './provider.ts'

export const vllm: Provider = {
  id: 'vllm',
  name: 'vLLM',
  docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  prefixes: ['vllm'],
  substrate: 'local',
  baseUrl: 'http://127.0.0.1:8000/v1',
  auth: { scheme: 'optional', env: ['VLLM_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' }, rerank: { dialect: 'jina-rerank', path: '/rerank' } },
  counts: { 'anthropic-messages': '/messages/count_tokens' },
  baseUrlEnv: ['VLLM_BASE_URL'],
  basePath: '/v1',
  quirks: { 'openai-chat': { developerAsSystem: true } },
  catalog: null,
}
