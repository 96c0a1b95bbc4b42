import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const mistral: Provider = {
  id: 'mistral',
  name: 'Mistral',
  docs: 'https://docs.mistral.ai/api',
  prefixes: ['mistral'],
  substrate: 'direct',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: { scheme: 'bearer', env: ['MISTRAL_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  // https://docs.mistral.ai/deployment/ai-studio/tier: of the organization, with all its workspaces.
  quota: 'account',
  limits: [{ reset: 'ratelimitbysize-reset', reached: ['x-ratelimitbysize-remaining-minute', /^0$/] }],
  forms: { embeddings: { dialect: 'mistral-embeddings', path: '/embeddings' }, moderations: { dialect: 'mistral-moderations', path: '/moderations' } },
  quirks: {
    'openai-chat': {
      drop: [...vendorHints, 'service_tier', 'logit_bias', 'user', 'stream_options'],
      rename: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
      developerAsSystem: true,
      callIdPattern: /^[a-zA-Z0-9]{9}$/,
      noStreamOptions: true,
    },
  },
}
