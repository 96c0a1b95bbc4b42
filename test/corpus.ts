/** Everything that was written down or recorded of each wire: what the tests of all wires read. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { JsonObject } from '../src/base/json.ts'
import type { WireName } from '../src/canonical/chat.ts'
import { wires } from '../src/wires/index.ts'

export interface Fixtures {
  readonly requests: JsonObject[]
  /** A stream is text; of a binary wire one character for each byte. */
  readonly answers: { readonly whole: JsonObject; readonly stream: string }[]
  /** A request that asks for all that an answer can tell; else the first of the requests. */
  readonly asked?: JsonObject
}

export interface Named<Said> {
  readonly title: string
  readonly said: Said
}

const recorded = new URL('../../shared/recorded/', import.meta.url)
export const isRecorded = existsSync(recorded)

/** Where a wire's recordings are: the path that clients called, and how the files of providers' answers begin. */
export const recordings: { readonly [name in WireName]?: { readonly path: RegExp; readonly file: string } } = {
  'openai-chat': { path: /^\/v1\/chat\/completions/, file: 'chat' },
  'anthropic-messages': { path: /^\/v1\/messages/, file: 'messages' },
  'openai-responses': { path: /^\/v1\/responses/, file: 'responses' },
  'gemini-generate': { path: /^\/v1beta\/models\//, file: 'generate' },
}

function readRecorded(path: string): string {
  return readFileSync(new URL(path, recorded), 'utf8')
}

export function recordedRequests(name: WireName): Named<JsonObject>[] {
  const known = recordings[name]
  if (!isRecorded || known === undefined) return []
  return readdirSync(new URL('clients/', recorded)).flatMap((file) => {
    const { path, body } = JSON.parse(readRecorded(`clients/${file}`)) as { path: string; body: JsonObject | null }
    // Messages of a socket are not requests by themselves.
    return known.path.test(path) && body !== null && body.type !== 'response.create' ? [{ title: file, said: body }] : []
  })
}

export function recordedAnswers(name: WireName, kind: '.json' | '.txt'): Named<string>[] {
  const known = recordings[name]
  if (!isRecorded || known === undefined) return []
  const files = readdirSync(new URL('providers/', recorded), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith(kind) && file.split('/')[1]?.startsWith(known.file))
    .map((file) => ({ title: file, said: readRecorded(`providers/${file}`) }))
}

export const wireNames = Object.keys(wires) as WireName[]

export const fixtures = Object.fromEntries(
  await Promise.all(wireNames.map(async (name) => [name, (await import(`./fixtures/${name}.ts`)) as Fixtures] as const)),
) as { readonly [name in WireName]: Fixtures }
