import type { Provider } from './provider.ts'

export const openrouter: Provider = {
  id: 'openrouter',
  name: 'OpenRouter',
  docs: 'https://openrouter.ai/docs/api-reference/overview',
  prefixes: ['openrouter'],
  substrate: 'aggregator',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: { scheme: 'bearer', env: ['OPENROUTER_API_KEY'] },
  speaks: {
    'openai-chat': '/chat/completions',
    'openai-responses': '/responses',
    'anthropic-messages': '/messages',
    'openai-completions': '/completions',
  },
  // Models of other makers take no tools but functions there: on the other wires the gateway makes functions of the rest.
  families: [
    { models: /^openai\//, wires: ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-completions'] },
    { models: /^/, wires: ['openai-chat', 'anthropic-messages', 'openai-completions'] },
  ],
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
}
