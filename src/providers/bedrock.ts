import type { Provider } from './provider.ts'

export const bedrock: Provider = {
  id: 'bedrock',
  name: 'Amazon Bedrock',
  docs: 'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html',
  prefixes: ['bedrock'],
  substrate: 'cloud',
  baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
  regionEnv: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
  auth: {
    scheme: 'aws',
    service: 'bedrock',
    env: ['AWS_BEARER_TOKEN_BEDROCK'],
    pair: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  },
  speaks: { 'bedrock-converse': { whole: '/model/{model}/converse', stream: '/model/{model}/converse-stream' } },
  counts: { 'bedrock-converse': '/model/{model}/count-tokens' },
  forms: {
    embeddings: [
      { dialect: 'titan-embed', path: '/model/{model}/invoke', models: /titan-embed-text/, most: 1 },
      { dialect: 'cohere-embed', path: '/model/{model}/invoke', models: /cohere\.embed/, most: 96 },
    ],
    rerank: { dialect: 'cohere-rerank', path: '/model/{model}/invoke', models: /cohere\.rerank/, quirks: { add: { api_version: 2 } } },
  },
  catalog: null,
}
