/** Every provider that the gateway knows. A new one is a file beside this one, and a line here. */

import { anthropic } from './anthropic.ts'
import { assemblyai } from './assemblyai.ts'
import { azure } from './azure.ts'
import { bedrock } from './bedrock.ts'
import { cerebras } from './cerebras.ts'
import { cohere } from './cohere.ts'
import { deepseek } from './deepseek.ts'
import { deepgram } from './deepgram.ts'
import { fireworks } from './fireworks.ts'
import { gemini } from './gemini.ts'
import { glm } from './glm.ts'
import { groq } from './groq.ts'
import { hyperbolic } from './hyperbolic.ts'
import { jina } from './jina.ts'
import { kimi } from './kimi.ts'
import { lmstudio } from './lmstudio.ts'
import { minimax } from './minimax.ts'
import { minimaxCn } from './minimax-cn.ts'
import { mistral } from './mistral.ts'
import { nanobanana } from './nanobanana.ts'
import { nebius } from './nebius.ts'
import { nvidia } from './nvidia.ts'
import { ollama } from './ollama.ts'
import { omniRuntime } from './omni-runtime.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { perplexity } from './perplexity.ts'
import { siliconflow } from './siliconflow.ts'
import { together } from './together.ts'
import { vertex } from './vertex.ts'
import { vllm } from './vllm.ts'
import { voyage } from './voyage.ts'
import { xai } from './xai.ts'
import type { Provider } from './provider.ts'

/** In the order in which people look for them: makers, hosts, resellers, coding plans, clouds and servers of one's own. */
export const providers: readonly Provider[] = [
  openai,
  anthropic,
  gemini,
  deepseek,
  groq,
  xai,
  mistral,
  perplexity,
  together,
  fireworks,
  cerebras,
  cohere,
  voyage,
  jina,
  deepgram,
  assemblyai,
  nvidia,
  nebius,
  siliconflow,
  hyperbolic,
  openrouter,
  nanobanana,
  glm,
  kimi,
  minimax,
  minimaxCn,
  bedrock,
  vertex,
  azure,
  vllm,
  ollama,
  lmstudio,
  omniRuntime,
]

/** Bounded by the list. */
export const providerById: ReadonlyMap<string, Provider> = new Map(providers.map((provider) => [provider.id, provider]))
