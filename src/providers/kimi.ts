import type { Provider } from './provider.ts'

export const kimi: Provider = {
  id: 'kimi',
  name: 'Kimi',
  docs: 'https://platform.kimi.ai/docs/api/overview',
  prefixes: ['kimi'],
  substrate: 'direct',
  baseUrl: 'https://api.moonshot.ai',
  auth: { scheme: 'bearer', env: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'] },
  speaks: { 'openai-chat': '/v1/chat/completions', 'anthropic-messages': '/anthropic/v1/messages' },
  // https://www.kimi.com/help/kimi-api/api-rate-limits: by what the account has paid, for whatever model.
  quota: 'account',
  quirks: { 'openai-chat': { developerAsSystem: true } },
  catalog: 'moonshotai',
}
