/** The vendor's own package as a client of Responses, and what tests of answers that are kept ask of it. */

import assert from 'node:assert/strict'
import OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import type { Scene, SceneOptions } from './scene.ts'

/** A provider that speaks Responses itself; most that are like OpenAI do not. */
export const withNative: SceneOptions = {
  providers: ({ chat }) => `  native: { like: openai, key: secret-of-native, baseUrl: "${chat}/v1", wires: [openai-chat, openai-responses] }`,
}
export const native = 'native/gpt-4o'
export const foreign = 'anthropic/claude-sonnet-4-5'

export const clientOf = ({ gateway }: Scene, apiKey = gateway.key): OpenAI => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })

export async function otherKey({ gateway }: Scene): Promise<string> {
  const answer = await fetch(`${gateway.url}/_omni/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'other' }),
  })
  return ((await answer.json()) as { key: string }).key
}

/** The status and code that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<readonly [number | undefined, string | null | undefined, string | null | undefined]> {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof OpenAI.APIError, String(error))
  return [error.status, error.code, error.param]
}

export const inputOf = (body: JsonObject): readonly JsonObject[] => body.input as JsonObject[]
