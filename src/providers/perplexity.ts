import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const perplexity: Provider = {
  id: 'perplexity',
  name: 'Perplexity',
  docs: 'https://docs.perplexity.ai/docs/sonar/openai-compatibility',
  prefixes: ['pplx', 'perplexity'],
  substrate: 'direct',
  baseUrl: 'https://api.perplexity.ai',
  auth: { scheme: 'bearer', env: ['PERPLEXITY_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  quirks: {
    'openai-chat': {
      drop: [...vendorHints, 'service_tier', 'stream_options'],
      rename: { max_completion_tokens: 'max_tokens' },
      developerAsSystem: true,
      noStreamOptions: true,
    },
  },
  notice:
    'Perplexity ends Chat Completions in favour of its Agent API, and accounts may be refused since 2026-09-27: its models come back with the Responses wire.',
}
