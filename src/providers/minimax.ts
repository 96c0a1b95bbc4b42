import { minimaxLimits } from './minimax-limits.ts'
import type { Provider } from './provider.ts'

export const minimax: Provider = {
  id: 'minimax',
  name: 'Minimax Coding',
  docs: 'https://platform.minimax.io/docs/api-reference/text-anthropic-api',
  prefixes: ['minimax'],
  substrate: 'direct',
  baseUrl: 'https://api.minimax.io',
  auth: { scheme: 'bearer', env: ['MINIMAX_API_KEY'] },
  speaks: { 'anthropic-messages': '/anthropic/v1/messages', 'openai-chat': '/v1/chat/completions' },
  headers: { 'anthropic-version': '2023-06-01' },
  ...minimaxLimits,
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
}
