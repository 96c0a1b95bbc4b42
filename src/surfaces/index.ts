/** Every API that the gateway serves to clients. */

import { checkMaxTokens } from '../wires/anthropic-messages/check.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import type { Surface } from './surface.ts'

export const surfaces: readonly Surface[] = [
  { name: 'openai-chat', operation: 'chat', path: '/chat/completions', wire: openaiChat },
  { name: 'anthropic-messages', operation: 'chat', path: '/messages', wire: anthropicMessages, check: checkMaxTokens },
  { name: 'anthropic-messages', operation: 'count_tokens', path: '/messages/count_tokens', wire: anthropicMessages },
]
