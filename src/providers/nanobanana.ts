import type { Provider } from './provider.ts'

const job = { dialect: 'nanobanana-jobs', poll: { every: 2500, within: 120_000 } } as const

export const nanobanana: Provider = {
  id: 'nanobanana',
  name: 'NanoBanana',
  docs: 'https://docs.nanobananaapi.ai',
  prefixes: ['nb', 'nanobanana'],
  substrate: 'aggregator',
  baseUrl: 'https://api.nanobananaapi.ai',
  auth: { scheme: 'bearer', env: ['NANOBANANA_API_KEY'] },
  speaks: {},
  media: {
    images: [
      { ...job, path: '/api/v1/nanobanana/generate-pro', models: /pro/ },
      { ...job, path: '/api/v1/nanobanana/generate-2', models: /2/ },
      { ...job, path: '/api/v1/nanobanana/generate' },
    ],
  },
  models: ['nano-banana', 'nano-banana-2', 'nano-banana-pro'],
  catalog: null,
}
