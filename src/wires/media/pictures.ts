/** Pictures from vendors with an API of their own, each asked once or until its job is done. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { ImageAnswer, ImageRequest } from '../../canonical/media.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError } from '../openai-chat/error.ts'
import { toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'
import { loseRest, type Errand, type Place, type UpstreamMedia } from './dialect.ts'

interface Sides {
  readonly width: number
  readonly height: number
}

/** `1024x1536`; undefined where the client leaves it open. Throws `Failure` for what is no size. */
function sidesOf({ size }: ImageRequest): Sides | undefined {
  if (size === undefined || size === 'auto') return undefined
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(size) ?? []
  if (width === undefined) throw unsayable('size')
  return { width: Number(width), height: Number(height) }
}

const ratios = ['1:1', '3:4', '4:3', '9:16', '16:9', '2:3', '3:2', '4:5', '5:4', '21:9'] as const

/** The nearest of the ratios that the models of Google draw. */
function ratioOf(request: ImageRequest, known: readonly string[] = ratios): string | undefined {
  const sides = sidesOf(request)
  if (sides === undefined) return undefined
  const distance = (ratio: string) => {
    const [width = 1, height = 1] = ratio.split(':').map(Number)
    return Math.abs(Math.log((sides.width / sides.height) * (height / width)))
  }
  return known.toSorted((left, right) => distance(left) - distance(right))[0]
}

interface Limits {
  /** Pictures of one request. */
  readonly most: number
  /** How its pictures come. */
  readonly gives: 'url' | 'b64_json'
}

/** What would be another answer is refused; how finely it is drawn is left out. */
function check(request: ImageRequest, { most, gives }: Limits, lose: Loss): void {
  if (request.streams) throw unsayable('stream')
  if (request.count > most) throw unsayable('n')
  if (request.delivery !== undefined && request.delivery !== gives) throw unsayable('response_format')
  if (request.quality !== undefined && request.quality !== 'auto') lose('quality')
}

/** Throws `Failure` where there is none. */
function answerOf(images: readonly (Json | undefined)[], gives: Limits['gives'], usage: Usage = {}): ImageAnswer {
  const told = images.filter((image) => typeof image === 'string' && image !== '') as string[]
  if (told.length === 0) throw new Failure('upstream_invalid_response', 'The provider’s answer has no picture.')
  return { images: told.map((image) => (gives === 'url' ? { url: image } : { data: image })), usage }
}

const listOf = (list: Json | undefined): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : [])

/** https://docs.together.ai/reference/post-images-generations */
function* together(request: ImageRequest, { path, model }: Place, lose: Loss): Errand<ImageAnswer> {
  const { delivery = 'url', prompt, count, fileType, rest } = request
  check(request, { most: 16, gives: delivery }, lose)
  const format = delivery === 'url' ? 'url' : 'base64'
  const body = present({ ...rest, model, prompt, n: count, response_format: format, output_format: fileType, ...sidesOf(request) })
  const { data } = yield { path, body }
  return answerOf(
    listOf(data).map((image) => image[delivery]),
    delivery,
  )
}

/** https://docs.hyperbolic.xyz/docs/image-generation */
function* hyperbolic(request: ImageRequest, { path, model }: Place, lose: Loss): Errand<ImageAnswer> {
  check(request, { most: 1, gives: 'b64_json' }, lose)
  const { images } = yield {
    path,
    body: { ...request.rest, model_name: model, prompt: request.prompt, ...(sidesOf(request) ?? { width: 1024, height: 1024 }) },
  }
  return answerOf(
    listOf(images).map(({ image }) => image),
    'b64_json',
  )
}

/** https://ai.google.dev/gemini-api/docs/image-generation */
function* gemini(request: ImageRequest, { path }: Place, lose: Loss): Errand<ImageAnswer> {
  check(request, { most: 1, gives: 'b64_json' }, lose)
  loseRest(request, lose)
  const ratio = ratioOf(request)
  const generationConfig = { responseModalities: ['TEXT', 'IMAGE'], ...(ratio && { imageConfig: { aspectRatio: ratio } }) }
  const answer = yield { path, body: { contents: [{ role: 'user', parts: [{ text: request.prompt }] }], generationConfig } }
  const parts = listOf(answer.candidates).flatMap(({ content }) => listOf(isObject(content) ? content.parts : undefined))
  const images = parts.map(({ inlineData }) => (isObject(inlineData) ? inlineData.data : undefined))
  if (images.every((image) => image === undefined) && isBlocked(answer))
    throw new Failure('content_filter', 'The provider’s content filter refused this request.')
  const { promptTokenCount: input, candidatesTokenCount: output } = isObject(answer.usageMetadata) ? answer.usageMetadata : {}
  return answerOf(images, 'b64_json', typeof input === 'number' && typeof output === 'number' ? { input, output } : {})
}

function isBlocked({ promptFeedback, candidates }: JsonObject): boolean {
  const reasons = listOf(candidates).map(({ finishReason }) => asText(finishReason))
  return (
    (isObject(promptFeedback) && promptFeedback.blockReason !== undefined) || reasons.some((reason) => /SAFETY|PROHIBITED|BLOCKLIST|RECITATION/.test(reason))
  )
}

/** https://ai.google.dev/gemini-api/docs/imagen */
function* imagen(request: ImageRequest, { path }: Place, lose: Loss): Errand<ImageAnswer> {
  check(request, { most: 4, gives: 'b64_json' }, lose)
  loseRest(request, lose)
  const aspectRatio = ratioOf(request, ratios.slice(0, 5))
  const answer = yield { path, body: { instances: [{ prompt: request.prompt }], parameters: present({ sampleCount: request.count, aspectRatio }) } }
  const images = listOf(answer.predictions).map(({ bytesBase64Encoded }) => bytesBase64Encoded)
  if (images.length === 0) throw new Failure('content_filter', 'The provider’s content filter refused this request.')
  return answerOf(images, 'b64_json')
}

/** https://docs.nanobananaapi.ai/nanobanana-api/generate-image-2 https://docs.nanobananaapi.ai/nanobanana-api/get-task-details */
function* nanobanana(request: ImageRequest, { path, pollMs }: Place, lose: Loss): Errand<ImageAnswer> {
  check(request, { most: 1, gives: 'url' }, lose)
  loseRest(request, lose)
  const { prompt, fileType } = request
  const ratio = ratioOf(request)
  // The first of its models has names of its own, and has to be told that no picture is to be changed; the spelling is the vendor's.
  const ways = path.endsWith('/generate')
    ? { type: 'TEXTTOIAMGE', numImages: 1, image_size: ratio }
    : { imageUrls: [], aspectRatio: ratio, outputFormat: fileType }
  const id = dataOf(yield { path, body: present({ prompt, ...ways }) }).taskId
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw new Failure('upstream_invalid_response', 'The provider took the order and gave it no id.')
  for (;;) {
    const { successFlag: state, response } = dataOf(yield { method: 'GET', path: `${path.replace(/[^/]*$/, '')}record-info?taskId=${id}`, afterMs: pollMs })
    if (state === 1) return answerOf([isObject(response) ? response.resultImageUrl : undefined], 'url')
    if (state !== 0) throw new Failure('upstream_error', 'The provider could not draw this picture.')
  }
}

/** Its errors have status 200 and a `code` that tells the status. */
function dataOf({ code, data, msg }: JsonObject): JsonObject {
  if (code === 200 && isObject(data)) return data
  throw toldFailure(readError({ error: { code: asText(code), message: typeof msg === 'string' ? msg : '' } }))
}

const readTold = ({ error, msg, ...rest }: JsonObject): ProviderError => readError(present({ error, message: msg, ...rest }))

const as = (name: UpstreamMedia['name'], run: UpstreamMedia<'images'>['run']): UpstreamMedia<'images'> => ({ name, run, readError: readTold })

export const togetherImages = as('together-images', together)
export const hyperbolicImages = as('hyperbolic-images', hyperbolic)
export const geminiImages = as('gemini-images', gemini)
export const imagenPredict = as('imagen-predict', imagen)
export const nanobananaJobs = as('nanobanana-jobs', nanobanana)
