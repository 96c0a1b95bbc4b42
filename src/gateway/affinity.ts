/** What calls have in common that a provider's cache may hold the beginning of. */

import { crc32 } from 'node:zlib'
import type { AnyCall } from './call.ts'

/** Bytes at the beginning of a prompt: it holds what does not change from turn to turn. */
const beginning = 4096

/** 32 bits of the session that the client names, else of the cache's key, else of the beginning of the prompt; undefined where there is none of them. */
export function affinityOf({ client: { headers }, body, surface }: AnyCall): number | undefined {
  const session = headers['x-omni-session-id'] ?? headers['x-opengateway-session-id'] ?? headers['session_id'] ?? body.object.prompt_cache_key
  if (typeof session === 'string' && session !== '') return crc32(session)
  const prompt = body.members.find(({ key }) => surface.wire.promptFields.includes(key))
  return prompt && crc32(body.bytes.subarray(prompt.value, Math.min(prompt.end, prompt.value + beginning)))
}
