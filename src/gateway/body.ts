/** A request's body, read once: its bytes, what they parse to, and where each member stands. */

import { isUtf8 } from 'node:buffer'
import { isObject, parseExact, type JsonObject } from '../base/json.ts'
import { JsonFault, survey, type Member } from '../base/survey.ts'
import { Failure } from '../canonical/failure.ts'
import type { Headers } from './client.ts'
import type { CallLimits } from './snapshot.ts'

export interface Body {
  readonly bytes: Buffer
  readonly object: JsonObject
  readonly members: readonly Member[]
  /** Of its text, where its bytes may be more. */
  readonly characters: number
}

/** Bytes for a character of its text. */
export const densityOf = ({ bytes, characters }: Body): number => (characters === 0 ? 1 : bytes.length / characters)

/** Throws `Failure` where the headers announce something that is not plain JSON: also what makes a cross-site form useless. */
export function checkHeaders(headers: Headers): void {
  const type = headers['content-type']
  if (type === undefined || !jsonType.test(type)) throw new Failure('unsupported_media_type', 'The body must be sent as `content-type: application/json`.')
  checkEncoding(headers)
}

/** The same of bodies that are no JSON. */
export function checkEncoding(headers: Headers): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new Failure('unsupported_media_type', 'The body must be sent unpacked, without `content-encoding`.')
}

const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i

export function parseBody(bytes: Buffer, limits: CallLimits): Body {
  if (!isUtf8(bytes)) throw new Failure('invalid_encoding', 'The body is not UTF-8.')
  const { members, needsExact } = surveyed(bytes, limits)
  const text = bytes.toString('utf8')
  // A number alone is no object, however it is kept.
  const object = parsed(text, needsExact && members.length > 0)
  if (!isObject(object)) throw new Failure('invalid_type', 'The body must be a JSON object.')
  if (Array.isArray(object.messages) && object.messages.length > limits.messages)
    throw new Failure('too_many_items', `There are more than ${limits.messages} messages.`, { param: 'messages' })
  return { bytes, object, members, characters: text.length }
}

function surveyed(bytes: Buffer, limits: CallLimits) {
  try {
    return survey(bytes, { depth: limits.jsonDepth, keys: limits.jsonKeys })
  } catch (error) {
    if (error instanceof JsonFault) throw new Failure(error.kind, `${sentences[error.kind]} at byte ${error.at}.`, { cause: error })
    throw error
  }
}

const sentences = {
  invalid_json: 'The body is not JSON',
  json_too_deep: 'The body is nested too deep',
  too_many_items: 'The body has too many keys',
  duplicate_key: 'A key of the body stands twice in one object',
} as const

function parsed(text: string, needsExact: boolean): unknown {
  try {
    return needsExact ? parseExact(text) : (JSON.parse(text) as unknown)
  } catch (error) {
    // The parser's message quotes the text: only its position may be told.
    const at = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    throw new Failure('invalid_json', at === undefined ? 'The body is not JSON.' : `The body is not JSON: it goes wrong at character ${at}.`)
  }
}
