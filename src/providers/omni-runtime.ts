import type { Provider } from './provider.ts'

export const omniRuntime: Provider = {
  id: 'omni-runtime',
  name: 'Omni runtime',
  docs: 'omni-runtime.md',
  prefixes: ['omni-runtime'],
  substrate: 'built_in',
  auth: { scheme: 'none' },
  speaks: { 'openai-chat': '/chat/completions' },
  catalog: null,
}
