import { minimaxLimits } from './minimax-limits.ts'
import type { Provider } from './provider.ts'

export const minimaxCn: Provider = {
  id: 'minimax-cn',
  name: 'Minimax (China)',
  docs: 'https://platform.minimaxi.com/docs/api-reference/text-anthropic-api',
  prefixes: ['minimax-cn'],
  substrate: 'direct',
  baseUrl: 'https://api.minimaxi.com',
  auth: { scheme: 'bearer', env: ['MINIMAX_CN_API_KEY'] },
  speaks: { 'anthropic-messages': '/anthropic/v1/messages', 'openai-chat': '/v1/chat/completions' },
  headers: { 'anthropic-version': '2023-06-01' },
  ...minimaxLimits,
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
}
