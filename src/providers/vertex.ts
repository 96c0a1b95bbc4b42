import type { Provider } from './provider.ts'

export const vertex: Provider = {
  id: 'vertex',
  name: 'Google Vertex AI',
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
  prefixes: ['vertex'],
  substrate: 'cloud',
  baseUrl: 'https://{region-}aiplatform.googleapis.com/v1/projects/{project}/locations/{region}',
  basePath: '/v1/projects/{project}/locations/{region}',
  regionEnv: ['GOOGLE_CLOUD_LOCATION'],
  projectEnv: ['GOOGLE_CLOUD_PROJECT'],
  auth: { scheme: 'google', env: ['GOOGLE_APPLICATION_CREDENTIALS'] },
  speaks: {
    'gemini-generate': {
      whole: '/publishers/google/models/{model}:generateContent',
      stream: '/publishers/google/models/{model}:streamGenerateContent?alt=sse',
    },
    'anthropic-messages': { whole: '/publishers/anthropic/models/{model}:rawPredict', stream: '/publishers/anthropic/models/{model}:streamRawPredict' },
    'openai-chat': '/endpoints/openapi/chat/completions',
  },
  families: [
    { models: /^gemini/, wires: ['gemini-generate'] },
    { models: /^claude/, wires: ['anthropic-messages'] },
    { models: /./, wires: ['openai-chat'] },
  ],
  quirks: {
    // https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/audio-understanding
    'gemini-generate': { mediaTypes: { 'audio/aac': 'audio/x-aac', 'audio/aiff': null } },
    'anthropic-messages': { modelInPath: true, add: { anthropic_version: 'vertex-2023-10-16' } },
  },
  catalog: null,
}
