/** What the network's errors mean, by the codes that Node and undici give them. */

import { Failure, type Reason } from '../canonical/failure.ts'

const byCode: Readonly<Record<string, readonly [Reason, string]>> = {
  UND_ERR_CONNECT_TIMEOUT: ['upstream_timeout', 'The provider could not be connected in time.'],
  ETIMEDOUT: ['upstream_timeout', 'The provider could not be connected in time.'],
  ECONNREFUSED: ['upstream_unreachable', 'The provider refused the connection.'],
  ENOTFOUND: ['upstream_unreachable', 'The provider’s host name has no address.'],
  EAI_AGAIN: ['upstream_unreachable', 'The provider’s host name could not be looked up.'],
  ENODATA: ['upstream_unreachable', 'The provider’s host name has no address.'],
  ETIMEOUT: ['upstream_timeout', 'The provider’s host name could not be looked up in time.'],
  ESERVFAIL: ['upstream_unreachable', 'The provider’s host name could not be looked up.'],
  EREFUSED: ['upstream_unreachable', 'The provider’s host name could not be looked up.'],
  EHOSTUNREACH: ['upstream_unreachable', 'The provider’s host cannot be reached.'],
  ENETUNREACH: ['upstream_unreachable', 'The provider’s network cannot be reached.'],
  // This process, or this machine, has no descriptor left: nobody else is to blame.
  EMFILE: ['queue_full', 'The gateway has no room for another connection.'],
  ENFILE: ['queue_full', 'The gateway has no room for another connection.'],
  CERT_HAS_EXPIRED: ['upstream_unreachable', 'The provider’s certificate has expired.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['upstream_unreachable', 'The provider’s certificate is not one that this machine trusts.'],
  SELF_SIGNED_CERT_IN_CHAIN: ['upstream_unreachable', 'The provider’s certificate is not one that this machine trusts.'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['upstream_unreachable', 'The provider’s certificate is not one that this machine trusts.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['upstream_unreachable', 'The provider’s certificate is for another host.'],
  UND_ERR_HEADERS_OVERFLOW: ['upstream_invalid_response', 'The headers of the provider’s answer are too long.'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['upstream_truncated', 'The provider’s answer has another length than it said.'],
  UND_ERR_INVALID_ARG: ['internal_error', 'The request to the provider cannot be written: a header or its path holds a character that HTTP does not allow.'],
  UND_ERR_RESPONSE: ['upstream_invalid_response', 'The provider’s answer is not HTTP.'],
}

/** `answered` says whether headers had come: then a lost connection is a cut answer. */
export function toUpstreamFailure(error: unknown, answered: boolean): Failure {
  if (error instanceof Failure) return error
  const code = codeOf(error)
  const known = code === undefined ? undefined : byCode[code]
  if (known) return new Failure(known[0], known[1], { cause: error })
  if (code?.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError'))
    return new Failure('upstream_invalid_response', 'The provider’s answer is not HTTP.', { cause: error })
  if (answered) return new Failure('upstream_truncated', 'The connection to the provider was lost in the middle of its answer.', { cause: error })
  if (code?.startsWith('ERR_SSL_'))
    return new Failure('upstream_unreachable', 'The provider does not speak TLS as this machine wants it: 1.2 or newer.', { cause: error })
  return new Failure('upstream_unreachable', 'The connection to the provider was lost before it answered.', { cause: error })
}

/** Happy-eyeballs failures come as one error that holds one for each address. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0])
  return 'cause' in error ? codeOf(error.cause) : undefined
}
