/** Every API that the gateway serves to clients. */

import { checkMaxTokens } from '../wires/anthropic-messages/check.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import type { Surface } from './surface.ts'

/** With the version before it, and without, for clients that cannot add it. */
const versioned = (path: string): readonly string[] => [`/v1${path}`, path]

export const surfaces: readonly Surface[] = [
  { name: 'openai-chat', operation: 'chat', paths: versioned('/chat/completions'), wire: openaiChat },
  { name: 'anthropic-messages', operation: 'chat', paths: versioned('/messages'), wire: anthropicMessages, check: checkMaxTokens },
  { name: 'anthropic-messages', operation: 'count_tokens', paths: versioned('/messages/count_tokens'), wire: anthropicMessages },
]
