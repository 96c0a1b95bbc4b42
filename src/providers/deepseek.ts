import type { Provider } from './provider.ts'

export const deepseek: Provider = {
  id: 'deepseek',
  name: 'DeepSeek',
  docs: 'https://api-docs.deepseek.com',
  prefixes: ['ds', 'deepseek'],
  substrate: 'direct',
  baseUrl: 'https://api.deepseek.com',
  auth: { scheme: 'bearer', env: ['DEEPSEEK_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'anthropic-messages': '/anthropic/v1/messages' },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
}
