import type { Provider } from './provider.ts'

export const glm: Provider = {
  id: 'glm',
  name: 'GLM Coding',
  docs: 'https://docs.z.ai/devpack/overview',
  prefixes: ['glm'],
  substrate: 'direct',
  baseUrl: 'https://api.z.ai/api',
  auth: { scheme: 'bearer', env: ['ZAI_API_KEY', 'GLM_API_KEY'] },
  speaks: { 'anthropic-messages': '/anthropic/v1/messages', 'openai-chat': '/coding/paas/v4/chat/completions' },
  headers: { 'anthropic-version': '2023-06-01' },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
  notice: 'These are the endpoints of the GLM Coding plan, a subscription: calls have no price of their own, and about one runs at a time.',
}
