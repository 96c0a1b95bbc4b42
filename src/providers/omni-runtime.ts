import type { Provider } from './provider.ts'

export const omniRuntime: Provider = {
  id: 'omni-runtime',
  name: 'Omni runtime',
  docs: 'omni-runtime.md',
  prefixes: ['omni-runtime'],
  substrate: 'built_in',
  auth: { scheme: 'none' },
  speaks: { 'openai-chat': '/chat/completions' },
  forms: {
    embeddings: { dialect: 'openai-embeddings', path: '/embeddings', most: 256 },
    rerank: { dialect: 'cohere-rerank', path: '/rerank' },
    moderations: { dialect: 'openai-moderations', path: '/moderations', most: 256 },
  },
  catalog: null,
  models: [
    'smoke',
    'fail-400',
    'fail-401',
    'fail-429',
    'fail-500',
    'fail-503',
    'fail-cut',
    'fail-slow',
    'fail-stall',
    'fail-timeout',
    'fail-broken',
    'fail-empty',
  ],
}
