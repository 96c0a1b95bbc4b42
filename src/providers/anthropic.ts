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
}
