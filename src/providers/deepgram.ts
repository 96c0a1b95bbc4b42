import type { Provider } from './provider.ts'

export const deepgram: Provider = {
  id: 'deepgram',
  name: 'Deepgram',
  docs: 'https://developers.deepgram.com/reference',
  prefixes: ['dg', 'deepgram'],
  substrate: 'direct',
  baseUrl: 'https://api.deepgram.com',
  auth: { scheme: 'header', header: 'authorization', word: 'Token', env: ['DEEPGRAM_API_KEY'] },
  speaks: {},
  media: {
    transcriptions: { dialect: 'deepgram-listen', path: '/v1/listen' },
    speech: { dialect: 'deepgram-speak', path: '/v1/speak' },
  },
  models: ['nova-3', 'nova-2', 'aura-2-thalia-en'],
  catalog: null,
}
