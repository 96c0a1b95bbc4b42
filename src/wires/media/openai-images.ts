/** Pictures as OpenAI's API makes and edits them. https://platform.openai.com/docs/api-reference/images */

import { asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ImageAnswer, ImageRequest } from '../../canonical/media.ts'
import { unweighed } from '../../canonical/weights.ts'
import { check, checkBody, countTo, fields, flag, forbiddenFields, oneOf, orNull, text } from '../check.ts'
import { weighAll } from '../weigh.ts'
import { outlineOf, type SurfaceMedia, type Written } from './dialect.ts'
import { openaiErrors, readPassed, restOf } from './openai.ts'

/** Where the client names no model, as the vendor has it. */
export const defaultImageModel = 'gpt-image-1'

const most = 16
const generation = fields(
  {
    ...forbiddenFields,
    model: orNull(text),
    prompt: text,
    n: orNull(countTo(most)),
    size: orNull(text),
    response_format: orNull(oneOf(['url', 'b64_json'])),
    stream: orNull(flag),
  },
  ['prompt'],
)
/** Of a form, whose fields are texts. */
const edit = fields({ ...forbiddenFields, model: text, prompt: text, n: check((value) => /^\d{1,2}$/.test(asText(value)), 'a number'), stream: text })

const read = ['model', 'prompt', 'n', 'size', 'response_format', 'quality', 'output_format', 'stream', 'user', 'moderation']

function readRequest(body: JsonObject): ImageRequest {
  const { size, response_format: delivery, quality, output_format: fileType, n } = body
  const told = (value: Json | undefined): value is string => typeof value === 'string' && value !== ''
  return {
    model: told(body.model) ? body.model : defaultImageModel,
    prompt: asText(body.prompt),
    count: Number(n ?? 1) || 1,
    streams: body.stream === true || body.stream === 'true',
    ...(told(size) && { size }),
    ...((delivery === 'url' || delivery === 'b64_json') && { delivery }),
    ...(told(quality) && { quality }),
    ...(told(fileType) && { fileType }),
    rest: restOf(body, read),
  }
}

function write({ images, usage }: ImageAnswer, _asked: ImageRequest, now: number): Written {
  const data = images.map((image) => ('url' in image ? { url: image.url } : { b64_json: image.data }))
  const { input, output, imageInput = 0 } = usage
  const told = input !== undefined && output !== undefined
  const counts = told && {
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      input_tokens_details: { image_tokens: imageInput, text_tokens: input - imageInput },
    },
  }
  return { type: 'application/json; charset=utf-8', body: JSON.stringify({ created: now, data, ...counts }) }
}

const common = {
  promptFields: ['prompt'],
  readRequest,
  write,
  readPassed,
  ...openaiErrors,
} as const

export const openaiImages: SurfaceMedia<'images'> = {
  name: 'openai-images',
  media: 'images',
  outline: ({ prompt, n }) => ({ ...outlineOf(weighAll(prompt)), ...(typeof n === 'number' && { choices: n }) }),
  checkRequest: (body) => checkBody(body, generation),
  ...common,
}

export const openaiImageEdits: SurfaceMedia<'image_edits'> = {
  name: 'openai-image-edits',
  media: 'image_edits',
  outline: () => outlineOf(unweighed('text', 'image')),
  checkRequest: (body) => checkBody(body, edit),
  ...common,
}
