import type { Provider } from './provider.ts'

export const anthropic: Provider = {
  id: 'anthropic',
  name: 'Anthropic',
  docs: 'https://platform.claude.com/docs/en/api/messages',
  prefixes: ['anthropic'],
  substrate: 'direct',
  baseUrl: 'https://api.anthropic.com',
  auth: { scheme: 'header', header: 'x-api-key', env: ['ANTHROPIC_API_KEY'] },
  speaks: { 'anthropic-messages': '/v1/messages' },
  counts: { 'anthropic-messages': '/v1/messages/count_tokens' },
  headers: { 'anthropic-version': '2023-06-01' },
  // What keys are limited by is told by the usual names (https://platform.claude.com/docs/en/api/rate-limits); these are the windows of its plans.
  limits: ['unified', 'unified-5h', 'unified-7d'].map((window) => ({
    reset: `anthropic-ratelimit-${window}-reset`,
    reached: [`anthropic-ratelimit-${window}-status`, /^rejected$/],
    isWindow: true,
  })),
}
