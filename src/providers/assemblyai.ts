import type { Provider } from './provider.ts'

export const assemblyai: Provider = {
  id: 'assemblyai',
  name: 'AssemblyAI',
  docs: 'https://www.assemblyai.com/docs/api-reference',
  prefixes: ['aai', 'assemblyai'],
  substrate: 'direct',
  baseUrl: 'https://api.assemblyai.com',
  auth: { scheme: 'header', header: 'authorization', env: ['ASSEMBLYAI_API_KEY'] },
  speaks: {},
  media: { transcriptions: { dialect: 'assemblyai-transcripts', path: '/v2/transcript', poll: { every: 3000, within: 600_000 } } },
  models: ['universal-3-pro', 'universal-2'],
  catalog: null,
}
