import type { Provider } from './provider.ts'

export const openai: Provider = {
  id: 'openai',
  name: 'OpenAI',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  prefixes: ['openai'],
  substrate: 'direct',
  baseUrl: 'https://api.openai.com/v1',
  auth: { scheme: 'bearer', env: ['OMNI_OPENAI_API_KEY', 'OPENAI_API_KEY'] },
  speaks: { 'openai-chat': '/chat/completions', 'openai-responses': '/responses', 'openai-completions': '/completions' },
  // https://platform.openai.com/docs/models says for each model which of these it answers on.
  families: [
    { models: /^(ft:)?(davinci-002|babbage-002|gpt-3\.5-turbo-instruct)/, wires: ['openai-completions'] },
    // https://platform.openai.com/docs/models: these answer on Responses alone, and those below on Chat Completions.
    { models: /codex|-pro\b|deep-research|computer-use/, wires: ['openai-responses'] },
    { models: /audio|search-(preview|api)/, wires: ['openai-chat'] },
    { models: /^(ft:)?(gpt-|o\d|chatgpt-)/, wires: ['openai-chat', 'openai-responses'] },
  ],
  // Most servers that are called compatible know Chat Completions, and nothing of Responses.
  elsewhere: ['openai-chat', 'openai-completions'],
  counts: { 'openai-responses': '/responses/input_tokens' },
  forms: {
    embeddings: { dialect: 'openai-embeddings', path: '/embeddings', most: 2048 },
    moderations: { dialect: 'openai-moderations', path: '/moderations' },
  },
  baseUrlEnv: ['OMNI_OPENAI_BASE_URL'],
  isDefault: true,
  // Five hours and a week of the plans that Codex is used with: https://github.com/openai/codex/blob/main/codex-rs/codex-api/src/rate_limits.rs
  limits: ['primary', 'secondary'].map((window) => ({
    reset: `x-codex-${window}-reset-after-seconds`,
    reached: [`x-codex-${window}-used-percent`, /^\d{3}(\.\d+)?$/],
    isWindow: true,
  })),
  quirks: { 'openai-chat': { noCacheMarks: true, textTools: true } },
  media: {
    transcriptions: { dialect: 'openai-transcriptions', path: '/audio/transcriptions' },
    translations: { dialect: 'openai-translations', path: '/audio/translations' },
    speech: { dialect: 'openai-speech', path: '/audio/speech' },
    images: { dialect: 'openai-images', path: '/images/generations' },
    image_edits: { dialect: 'openai-image-edits', path: '/images/edits' },
  },
}
