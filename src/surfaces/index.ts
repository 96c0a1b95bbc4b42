/** Every API that the gateway serves to clients. */

import { checkMaxTokens } from '../wires/anthropic-messages/check.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import { formSurfaces, versioned } from './forms.ts'
import type { Surface } from './surface.ts'

export const surfaces: readonly Surface[] = [
  { name: 'openai-chat', operation: 'chat', paths: versioned('/chat/completions'), wire: openaiChat },
  { name: 'anthropic-messages', operation: 'chat', paths: versioned('/messages'), wire: anthropicMessages, check: checkMaxTokens },
  { name: 'anthropic-messages', operation: 'count_tokens', paths: versioned('/messages/count_tokens'), wire: anthropicMessages },
  ...formSurfaces,
]
