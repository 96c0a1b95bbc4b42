import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const fireworks: Provider = {
  id: 'fireworks',
  name: 'Fireworks AI',
  docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  prefixes: ['fireworks'],
  substrate: 'cloud',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  auth: { scheme: 'bearer', env: ['FIREWORKS_API_KEY'] },
  // https://docs.fireworks.ai/guides/quotas_usage/account-quotas: all that an account asks shares one envelope.
  quota: 'account',
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/messages', 'openai-completions': '/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings' } },
  quirks: { 'openai-chat': { drop: [...vendorHints], rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
}
