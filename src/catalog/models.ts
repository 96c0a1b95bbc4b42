/** Models that providers are known to serve, so that a bare name leads to them and `GET /v1/models` can list them. As of November 2026. */

/** By the provider's id, newest first. Other ids work too, with the provider's prefix; resellers are left out, since a bare name must not lead to one. */
const known: { readonly [provider: string]: string } = {
  openai: `gpt-6-astra gpt-6-sol gpt-6-luna gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.5-pro gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.4-pro
    gpt-5.3-codex gpt-5.2 gpt-5.2-pro gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-mini o3 o4-mini
    text-embedding-3-large text-embedding-3-small text-embedding-ada-002 omni-moderation-latest gpt-3.5-turbo-instruct`,
  anthropic: `claude-fable-5-2 claude-fable-5-1 claude-fable-5 claude-opus-5-5 claude-opus-5 claude-sonnet-5-5 claude-sonnet-5 claude-haiku-5-5 claude-opus-4-8
    claude-opus-4-7 claude-opus-4-6 claude-sonnet-4-6 claude-opus-4-5 claude-sonnet-4-5 claude-haiku-4-5 claude-haiku-4-5-20251001 claude-opus-4-5-20251101
    claude-sonnet-4-5-20250929`,
  gemini: `gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash gemini-3.5-flash-lite gemini-3.1-pro-preview gemini-3.1-flash-lite
    gemini-3-flash-preview gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite gemini-embedding-2 gemini-embedding-001`,
  deepseek: 'deepseek-flash deepseek-v4-pro',
  groq: 'llama-3.3-70b-versatile llama-3.1-8b-instant openai/gpt-oss-120b openai/gpt-oss-20b qwen/qwen3-32b',
  xai: 'grok-4.6 grok-4.5 grok-4.3 grok-code-fast-1',
  mistral: `mistral-large-2512 mistral-large-latest mistral-medium-latest mistral-small-latest codestral-latest devstral-2512 ministral-8b-latest
    mistral-embed codestral-embed mistral-moderation-latest`,
  voyage: 'voyage-3.5 voyage-3.5-lite voyage-3-large voyage-code-3 rerank-2.5 rerank-2.5-lite',
  jina: 'jina-embeddings-v4 jina-embeddings-v3 jina-reranker-v3 jina-reranker-m0',
  cerebras: 'gpt-oss-120b gemma-4-31b',
  cohere: `command-a-03-2025 command-r-plus-08-2024 command-r-08-2024 command-r7b-12-2024 embed-v4.0 embed-english-v3.0 embed-multilingual-v3.0 rerank-v4.0-pro
    rerank-v4.0-fast rerank-v3.5`,
  kimi: 'kimi-k3 kimi-k2.7-code kimi-k2.6 kimi-k2.5',
  minimax: 'MiniMax-M3 MiniMax-M2.7 MiniMax-M2.7-highspeed MiniMax-M2.5',
  'minimax-cn': 'MiniMax-M3 MiniMax-M2.7 MiniMax-M2.7-highspeed MiniMax-M2.5',
  glm: 'glm-5.3 glm-5.3-flash glm-5.2 glm-5.1 glm-5 glm-4.7',
}

const lists: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(known).map(([provider, ids]) => [provider, ids.split(/\s+/)]))

/** Ids that the provider is known to have; none where it is a server of one's own, a reseller, or unknown to us. */
export const knownModels = (provider: string): readonly string[] => lists.get(provider) ?? []
