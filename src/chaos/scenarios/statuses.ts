/** Providers that answer with a status that is no yes. */

import type { Reason } from '../../canonical/failure.ts'
import { head, informational, reply, type Headers } from '../answer.ts'
import type { Scenario, Stage, Want } from '../scenario.ts'
import { canary } from '../speech.ts'
import { sound } from '../telling.ts'

interface Refusal {
  readonly says: string
  readonly reason: Reason
  readonly want: Want
  readonly calls?: number
  readonly headers?: (stage: Stage) => Headers
  /** In the provider's words: who says 404 and nothing of a model serves nothing at all on the path. */
  readonly words?: string
}

const refusal = (name: string, status: number, { says, reason, want, calls, headers, words }: Refusal): Scenario => ({
  name,
  says,
  whole: want,
  stream: want,
  ...(calls !== undefined && { calls }),
  play: (stage) => reply(status, stage.speech.error(reason, words), headers?.(stage)),
})

/** What the client must mend itself. */
const theirs = (status: number, says: string, reason: Reason = 'invalid_value', words = ''): Scenario =>
  refusal(String(status), status, { says, reason, want: 'refuses', calls: 1, words })

/** What is wrong with our account: the same key is not tried twice. */
const account = (status: number, says: string, reason: Reason): Scenario => refusal(String(status), status, { says, reason, want: 'recovers', calls: 1 })

const ill = (status: number, says: string, reason: Reason): Scenario => refusal(String(status), status, { says, reason, want: 'recovers' })

/** A rate limit that is told in headers; one that says when to come back is not asked before. */
const limited = (kind: string, says: string, headers: Refusal['headers'], calls?: number): Scenario =>
  refusal(kind === '' ? '429' : `429-${kind}`, 429, {
    says: `refuses with 429 ${says}`,
    reason: 'rate_limit_exceeded',
    want: 'recovers',
    ...(calls !== undefined && { calls }),
    ...(headers && { headers }),
  })

/** It says when to come back, and means it. */
const told = (kind: string, says: string, headers: Refusal['headers']): Scenario => ({ ...limited(kind, says, headers, 1), saysWhen: true })

/** Seconds that nobody should wait for in a call. */
const later = 90

export const statuses: readonly Scenario[] = [
  theirs(400, 'refuses the request as invalid'),
  account(401, 'refuses our key', 'invalid_api_key'),
  account(402, 'wants to be paid first', 'insufficient_quota'),
  account(403, 'forbids it to our key', 'insufficient_scope'),
  theirs(404, 'does not have the model', 'model_not_found', 'The model does not exist.'),
  ill(408, 'says that the request came too slowly', 'request_timeout'),
  ill(409, 'sees two calls in conflict', 'conflict'),
  theirs(413, 'finds the request too large', 'request_too_large'),
  theirs(422, 'cannot make anything of the request'),
  limited('', 'and does not say when to come back', undefined),
  told('seconds', `and \`retry-after: ${later}\``, () => ({ 'retry-after': later })),
  told('date', `and a date ${later} seconds away`, ({ now }) => ({ 'retry-after': new Date(now + later * 1000).toUTCString() })),
  told('ms', `and \`retry-after-ms: ${later}000\``, () => ({ 'retry-after-ms': later * 1000 })),
  limited('nonsense', 'and `retry-after: soon`', () => ({ 'retry-after': 'soon' })),
  limited('past', 'and a date that has passed', () => ({ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' })),
  limited('forever', 'and `retry-after: 1000000000`', () => ({ 'retry-after': 1e9 }), 1),
  ill(500, 'fails with 500', 'internal_error'),
  ill(502, 'fails with 502', 'upstream_error'),
  ill(503, 'fails with 503', 'overloaded'),
  ill(504, 'fails with 504', 'upstream_timeout'),
  ill(529, 'is overloaded: 529', 'overloaded'),
  { name: '204', says: 'answers 204, without a body', whole: 'recovers', stream: 'recovers', play: () => [head(204)] },
  {
    name: 'redirect',
    says: 'sends the client elsewhere with 307; who follows gets an answer that is not to be had',
    whole: 'recovers',
    stream: 'recovers',
    play: ({ path, speech }) =>
      path.startsWith(elsewhere) ? reply(200, speech.whole(undefined, canary)) : reply(307, '', { location: `${elsewhere}${path}` }),
  },
  {
    name: 'early-hints',
    says: 'says 103 and 102 before a sound answer',
    whole: 'answers',
    stream: 'answers',
    play: (stage) => [...informational(103, { link: `</${canary}>` }), ...informational(102), ...sound(stage)],
  },
]

/** Stands before a path to which a redirect leads. */
const elsewhere = '/elsewhere'
