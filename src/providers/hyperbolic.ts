import type { Provider } from './provider.ts'

export const hyperbolic: Provider = {
  id: 'hyperbolic',
  name: 'Hyperbolic',
  docs: 'https://docs.hyperbolic.ai/inference/overview',
  prefixes: ['hyp', 'hyperbolic'],
  substrate: 'cloud',
  baseUrl: 'https://api.hyperbolic.xyz/v1',
  auth: { scheme: 'bearer', env: ['HYPERBOLIC_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-completions': '/completions' },
  quirks: { 'openai-chat': { rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
  media: { images: { dialect: 'hyperbolic-images', path: '/image/generation' } },
}
