import type { Provider } from './provider.ts'
import { vendorHints } from './vendor-hints.ts'

export const cerebras: Provider = {
  id: 'cerebras',
  name: 'Cerebras',
  docs: 'https://inference-docs.cerebras.ai/resources/openai',
  prefixes: ['cerebras'],
  substrate: 'cloud',
  baseUrl: 'https://api.cerebras.ai/v1',
  auth: { scheme: 'bearer', env: ['CEREBRAS_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-completions': '/completions' },
  quirks: { 'openai-chat': { drop: [...vendorHints, 'frequency_penalty', 'presence_penalty', 'logit_bias'], developerAsSystem: true } },
}
