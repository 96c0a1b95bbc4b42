import type { Provider } from './provider.ts'

export const azure: Provider = {
  id: 'azure',
  name: 'Azure OpenAI',
  docs: 'https://learn.microsoft.com/azure/ai-services/openai/reference',
  prefixes: ['azure'],
  substrate: 'cloud',
  auth: { scheme: 'header', header: 'api-key', env: ['AZURE_OPENAI_API_KEY'] },
  speaks: { 'openai-chat': '/deployments/{model}/chat/completions', 'openai-responses': '/responses' },
  forms: { embeddings: { dialect: 'openai-embeddings', path: '/deployments/{model}/embeddings', most: 2048 } },
  baseUrlEnv: ['AZURE_OPENAI_ENDPOINT'],
  basePath: '/openai',
  namesDeployments: true,
  query: { 'api-version': '2025-04-01-preview' },
  quirks: { 'openai-chat': { noCacheMarks: true, textTools: true } },
  // The version that names the deployment in the body and has no versions by date: https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
  editions: [
    {
      at: /\/openai\/v1$/,
      speaks: { 'openai-chat': '/chat/completions', 'openai-responses': '/responses' },
      forms: { embeddings: { dialect: 'openai-embeddings', path: '/embeddings', most: 2048 } },
      media: {
        transcriptions: { dialect: 'openai-transcriptions', path: '/audio/transcriptions' },
        translations: { dialect: 'openai-translations', path: '/audio/translations' },
        speech: { dialect: 'openai-speech', path: '/audio/speech' },
        images: { dialect: 'openai-images', path: '/images/generations' },
        image_edits: { dialect: 'openai-image-edits', path: '/images/edits' },
      },
    },
  ],
  media: {
    transcriptions: { dialect: 'openai-transcriptions', path: '/deployments/{model}/audio/transcriptions' },
    translations: { dialect: 'openai-translations', path: '/deployments/{model}/audio/translations' },
    speech: { dialect: 'openai-speech', path: '/deployments/{model}/audio/speech' },
    images: { dialect: 'openai-images', path: '/deployments/{model}/images/generations' },
    image_edits: { dialect: 'openai-image-edits', path: '/deployments/{model}/images/edits' },
  },
}
