/** Errors, read and written. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#API_runtime_ConverseStream_Errors */

import { isObject, type JsonObject } from '../../base/json.ts'
import { encodeMessage, errorPrefix, exceptionPrefix } from '../../base/eventstream.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'

/** By the name of the exception, in lower case: bodies, headers and frames differ in how they begin it. */
const byException: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['validationexception', 'upstream_refused_request'],
  ['throttlingexception', 'rate_limit_exceeded'],
  ['servicequotaexceededexception', 'upstream_quota_exceeded'],
  ['accessdeniedexception', 'upstream_auth_error'],
  ['unrecognizedclientexception', 'upstream_auth_error'],
  ['expiredtokenexception', 'upstream_auth_error'],
  ['resourcenotfoundexception', 'model_not_found'],
  ['modelnotreadyexception', 'overloaded'],
  ['modeltimeoutexception', 'upstream_timeout'],
  ['serviceunavailableexception', 'overloaded'],
  ['internalserverexception', 'upstream_error'],
  ['modelerrorexception', 'upstream_error'],
  ['modelstreamerrorexception', 'upstream_error'],
])

/** The vendor has one exception for all that is wrong with a request: only its words tell these apart. */
const byWords: readonly (readonly [RegExp, Reason])[] = [
  [
    /input is too long|prompt is too long|context (window|length|limit)|too many input tokens|exceeds? the (model'?s? )?(maximum )?context/i,
    'context_length_exceeded',
  ],
  [/model identifier is invalid|model .{0,80}(does not exist|not found|end of (its )?life)|access to the model/i, 'model_not_found'],
  [/security token|signature (we calculated|expired|not yet current)|bearer token|api key/i, 'upstream_auth_error'],
]

/** `{message}`; the name of the exception stands beside it in `__type` on some ways, with a name space before it. */
export function readError(body: JsonObject): ProviderError {
  const message = [body.message, body.Message].find((words) => typeof words === 'string') ?? ''
  const named = typeof body.__type === 'string' ? byException.get(body.__type.slice(body.__type.lastIndexOf('#') + 1).toLowerCase()) : undefined
  // `AccessDeniedException` is said of models that the account has not asked for, too.
  const saysLittle = named === undefined || named === 'upstream_refused_request' || named === 'upstream_auth_error'
  const reason = saysLittle ? (reasonIn(message) ?? named) : named
  return { ...(reason && { reason }), message }
}

function reasonIn(message: string): Reason | undefined {
  return byWords.find(([words]) => words.test(message.slice(0, 2000)))?.[1]
}

/** The failure that a frame tells; undefined where it tells none. */
export function failureOf(event: string, data: string): Failure | undefined {
  const prefix = [exceptionPrefix, errorPrefix].find((begin) => event.startsWith(begin))
  if (prefix === undefined) return undefined
  return toldFailure(readError({ message: '', ...parse(data), __type: event.slice(prefix.length) }))
}

function parse(data: string): JsonObject {
  try {
    const body: unknown = JSON.parse(data)
    return isObject(body) ? body : {}
  } catch {
    return {}
  }
}

export function writeError(failure: Failure): JsonObject {
  return { message: failure.message }
}

const exceptions: { readonly [status: number]: string } = {
  400: 'validationException',
  429: 'throttlingException',
  503: 'serviceUnavailableException',
  529: 'serviceUnavailableException',
}

export function writeErrorFrame(failure: Failure): string {
  const headers = {
    ':message-type': 'exception',
    ':exception-type': exceptions[failure.row.status] ?? 'internalServerException',
    ':content-type': 'application/json',
  }
  return encodeMessage(headers, JSON.stringify(writeError(failure))).toString('latin1')
}
