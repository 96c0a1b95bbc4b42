import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const cohere: Provider = {
  id: 'cohere',
  name: 'Cohere',
  docs: 'https://docs.cohere.com/reference/chat',
  prefixes: ['cohere'],
  substrate: 'direct',
  baseUrl: 'https://api.cohere.com',
  auth: { scheme: 'bearer', env: ['COHERE_API_KEY', 'CO_API_KEY'] },
  speaks: { 'cohere-chat': '/v2/chat', 'openai-chat': '/compatibility/v1/chat/completions' },
  forms: { embeddings: { dialect: 'cohere-embed', path: '/v2/embed', most: 96 }, rerank: { dialect: 'cohere-rerank', path: '/v2/rerank' } },
  quirks: {
    'openai-chat': {
      drop: [...vendorHints, 'service_tier', 'logit_bias', 'parallel_tool_calls', 'stream_options'],
      rename: { max_completion_tokens: 'max_tokens' },
      developerAsSystem: true,
      noStreamOptions: true,
    },
  },
}
