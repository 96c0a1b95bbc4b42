/** Every API that the gateway serves to clients. */

import { checkMaxTokens } from '../wires/anthropic-messages/check.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { cohereChat } from '../wires/cohere-chat/index.ts'
import { geminiGenerate } from '../wires/gemini-generate/index.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import { openaiCompletions } from '../wires/openai-completions/index.ts'
import { openaiResponses } from '../wires/openai-responses/index.ts'
import { compatible, formSurfaces, ofModel, versioned } from './forms.ts'
import { mediaSurfaces } from './media.ts'
import { responsesRecall } from './responses-recall.ts'
import type { KeptSurface, Surface } from './surface.ts'

export const surfaces: readonly Surface[] = [
  { name: 'openai-chat', operation: 'chat', paths: compatible('/chat/completions'), wire: openaiChat },
  { name: 'anthropic-messages', operation: 'chat', paths: versioned('/messages'), wire: anthropicMessages, check: checkMaxTokens },
  { name: 'anthropic-messages', operation: 'count_tokens', paths: versioned('/messages/count_tokens'), wire: anthropicMessages },
  { name: 'cohere-chat', operation: 'chat', paths: ['/v2/chat'], wire: cohereChat },
  { name: 'openai-responses', operation: 'chat', paths: versioned('/responses'), wire: openaiResponses, recall: responsesRecall },
  { name: 'openai-responses', operation: 'count_tokens', paths: versioned('/responses/input_tokens'), wire: openaiResponses, recall: responsesRecall },
  { name: 'openai-completions', operation: 'text_completion', paths: versioned('/completions'), wire: openaiCompletions },
  { name: 'gemini-generate', operation: 'chat', paths: ofModel('generateContent'), asks: 'whole', wire: geminiGenerate },
  { name: 'gemini-generate', operation: 'chat', paths: ofModel('streamGenerateContent'), asks: 'stream', wire: geminiGenerate },
  { name: 'gemini-generate', operation: 'count_tokens', paths: ofModel('countTokens'), asks: 'whole', wire: geminiGenerate },
  ...formSurfaces,
  ...mediaSurfaces,
]

const about = (question: KeptSurface['question'], method: KeptSurface['method'], path: string): KeptSurface => ({
  question,
  method,
  paths: versioned(`/responses/:id${path}`),
  wire: openaiResponses,
})

export const keptSurfaces: readonly KeptSurface[] = [
  about('retrieve', 'GET', ''),
  about('delete', 'DELETE', ''),
  about('cancel', 'POST', '/cancel'),
  about('input_items', 'GET', '/input_items'),
]
