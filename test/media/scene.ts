/** The gateway in front of one scripted provider that plays every part: whoever is asked, the request stands in one list. */

import { openScene, type Scene } from '../contract/scene.ts'

/** Each is `prefix/model` to one stage, by its own dialects. Jobs are asked after at their own pace. */
export function openMediaScene(): Promise<Scene> {
  return openScene({
    providers: ({ chat }) =>
      [
        `  groq: { key: gk, baseUrl: "${chat}/openai/v1" }`,
        `  azure: { key: ak, baseUrl: "${chat}/openai" }`,
        `  deepgram: { key: dk, baseUrl: "${chat}" }`,
        `  assemblyai: { key: aak, baseUrl: "${chat}" }`,
        `  nanobanana: { key: nk, baseUrl: "${chat}" }`,
        `  hyperbolic: { key: hk, baseUrl: "${chat}/v1" }`,
        `  together: { key: tk, baseUrl: "${chat}/v1" }`,
        `  gemini: { key: gek, baseUrl: "${chat}/v1beta" }`,
        `  hurried: { like: assemblyai, key: aak, baseUrl: "${chat}", deadlines: { total: 5s } }`,
        `  xai: { key: xk, baseUrl: "${chat}/v1" }`,
      ].join('\n'),
    config: () =>
      'retry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\nchains: { hearing: { targets: [openai/whisper-1, groq/whisper-large-v3] } }\n',
  })
}

/** A form of parts in this order, as a client would send it by hand; `Blob` parts are files. */
export function formOf(...parts: readonly (readonly [name: string, value: string | Blob, fileName?: string])[]): FormData {
  const form = new FormData()
  for (const [name, value, fileName] of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, fileName)
  }
  return form
}

/** Posts a form with the first key. */
export function postForm(
  { gateway }: Scene,
  path: string,
  body: FormData | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const streamed = body instanceof ReadableStream ? { duplex: 'half' as const } : {}
  return fetch(`${gateway.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${gateway.key}`, ...headers }, body, ...streamed })
}

/** The parts of a form that a provider received, by name. */
export async function partsOf(request: { readonly body: Buffer; header(name: string): string | undefined }): Promise<FormData> {
  return new Response(new Uint8Array(request.body), { headers: { 'content-type': request.header('content-type')! } }).formData()
}
