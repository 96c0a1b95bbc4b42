import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const nvidia: Provider = {
  id: 'nvidia',
  name: 'NVIDIA NIM',
  docs: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
  prefixes: ['nvidia'],
  substrate: 'cloud',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  auth: { scheme: 'bearer', env: ['NVIDIA_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings', quirks: { add: { input_type: 'passage' } } } },
  quirks: { 'openai-chat': { drop: [...vendorHints], rename: { max_completion_tokens: 'max_tokens' }, developerAsSystem: true } },
  catalog: null,
}
