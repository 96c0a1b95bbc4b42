/** Makes the page of errors out of the failure table. */

import { reasons, type Reason, type ReasonRow } from '../../src/canonical/failure.ts'
import { code, document, table, type Page } from './page.ts'

/** What each reason means, for whoever gets it. A reason without a sentence does not compile. */
const meanings: { readonly [reason in Reason]: string } = {
  invalid_json: 'The body is not one JSON document.',
  invalid_type: 'A field is of the wrong type; `param` is its path. Nothing is converted.',
  invalid_value: 'A field has a value that cannot be.',
  missing_parameter: 'A field that is needed is missing.',
  unsupported_parameter: 'The model’s provider cannot be told a field without which the answer would have another shape, or strict mode is on.',
  unsupported_tool: 'The model’s provider cannot run a tool that was asked for, and strict mode is on.',
  unsupported_operation: 'The model’s provider does not serve this kind of call: it has no embeddings, say, or no moderations.',
  forbidden_parameter: 'A field would decide where the call goes or with which key: that is for the operator.',
  duplicate_key: 'A key stands twice in one object, so that two readers could see two requests.',
  json_too_deep: 'The JSON is nested deeper than `limits.jsonDepth`.',
  too_many_items: 'The body has more keys, messages or items than the limits allow.',
  invalid_encoding: 'The body is not UTF-8.',
  bad_request: 'The request is not plainly one HTTP request.',
  previous_response_not_found: 'The answer, or the item, that the request goes on from is kept by nobody, has expired, or belongs to another key.',
  websocket_connection_limit_reached: 'The WebSocket connection is an hour old. Make a new one.',
  ambiguous_credentials: 'The request carries two keys that differ, or a key where none belongs.',
  ambiguous_model: 'Several connected providers have the model: put a prefix before its name.',
  context_length_exceeded: 'The conversation does not fit into the model.',
  content_filter: 'The provider’s filter refused the request.',
  upstream_refused_request: 'The provider refused the request as it stands.',
  invalid_api_key: 'There is no key, or it is not one of this gateway’s.',
  insufficient_quota: 'A budget that the call counts for is used up or has too little left, or nobody knows the price that a budget or a limit counts by.',
  budget_spent: 'The same, where the operator chose 429 for that budget.',
  insufficient_scope: 'The key may not do this.',
  address_not_allowed: 'The gateway, or the key, takes no requests from this address.',
  admin_key_misused: 'The admin key was sent where a client’s key belongs.',
  model_not_allowed: 'The key may not use this model.',
  policy_blocked: 'A policy forbids the call.',
  review_required: 'A person must allow the call first.',
  model_not_found: 'The name leads to no model, chain or alias, or its provider is not connected.',
  not_found: 'There is nothing at this path.',
  method_not_allowed: 'The path is right and the method is not; `allow` has those that are.',
  request_timeout: 'The request did not come whole in time.',
  conflict: 'The request contradicts another one.',
  request_too_large: 'The body is larger than `limits.body`, or a form larger than `limits.upload`.',
  unsupported_media_type: 'The body is not of the type that the path takes (`application/json`, or a form), or is compressed.',
  misdirected_request: 'The gateway does not answer to this host name; the operator can add it to `server.hosts`.',
  upgrade_required: 'The path is served by `POST`, and to clients that speak WebSocket.',
  rate_limit_exceeded: 'Too many requests, here or at the provider; `retry-after` says when to come back.',
  limit_reached: 'A limit of this gateway is reached, of your key or of whom it belongs to.',
  suspended: 'A limit that the call counts for is set to zero.',
  key_queue_full: 'As many calls of the key wait for a target as may, or this one waited as long as it may.',
  too_many_wrong_keys: 'Too many wrong keys came from this network. A right key is still let in.',
  headers_too_large: 'The headers are larger than `server.headerBytes`, or too many.',
  client_closed: 'The client went away. It stands in receipts alone.',
  internal_error: 'The gateway failed; the log has the request’s id.',
  upstream_error: 'The provider failed.',
  upstream_unreachable: 'No connection to the provider could be made.',
  upstream_invalid_response: 'The provider’s answer is not one.',
  upstream_truncated: 'The provider’s answer broke off.',
  upstream_malformed_tool_call: 'The model called a tool with arguments that are not JSON.',
  upstream_auth_error: 'The provider refused the operator’s key, not the client’s.',
  upstream_quota_exceeded: 'The operator’s account at the provider is used up.',
  no_healthy_upstream: 'No target can be tried.',
  queue_full: 'As many calls wait for the targets as may, or this one waited as long as it may; or the gateway has no connection left.',
  overloaded: 'The provider, or the gateway, has more to do than it can.',
  auth_unavailable: 'Keys cannot be checked now.',
  limit_unavailable: 'Limits cannot be checked now, and one of them lets nothing pass unchecked.',
  policy_unavailable: 'What a rule has to know cannot be found out now, and the rule lets nothing pass unchecked.',
  review_unavailable: 'A person has to decide on this call, and cannot be asked now.',
  budget_unavailable: 'Budgets cannot be checked now.',
  receipts_unavailable: 'Receipts cannot be kept now, and this installation answers no call without one.',
  answers_unavailable: 'What the request goes on from, or asks for, cannot be looked up at the moment.',
  shutting_down: 'The gateway is being stopped.',
  upstream_timeout: 'The provider did not answer in time.',
  loop_detected: 'The call came back to the gateway that sent it.',
}

const blames: { readonly [blame in ReasonRow['blame']]: string } = { caller: 'client', target: 'provider', credential: 'operator’s key', gateway: 'gateway' }

/** What cools: `target (counted)`, `account (60 s)`. */
function coolingOf({ health }: ReasonRow): string {
  if (health === undefined) return ''
  return `${health.at} (${health.ms === undefined ? 'counted' : `${health.ms / 1000} s`})`
}

function rowOf([reason, row]: readonly [string, ReasonRow]): readonly string[] {
  const status = row.messagesStatus === undefined ? String(row.status) : `${row.status} (${row.messagesStatus} on Messages)`
  const retry = row.retry ? 'yes' : 'no'
  const next = row.next ? (row.again ? 'again, then the next' : 'the next') : 'none'
  const told = row.code === undefined ? code(reason) : `${code(reason)} (${code(row.code)})`
  const names = [row.openai, row.messages, row.gemini].map(code)
  return [told, status, meanings[reason as Reason], retry, next, blames[row.blame], coolingOf(row), ...names]
}

const intro = `An error has the envelope of the API that was called. Its message is ours, never a provider's words or a part of the request, unless the operator
turned provider messages on. \`code\` on OpenAI surfaces is the reason, or what stands behind it in brackets; the types are below. Every answer carries \`x-request-id\`, and \`x-should-retry: false\`
where trying again cannot help.

- OpenAI: \`{"error":{"message","type","param","code"}}\`
- Anthropic: \`{"type":"error","error":{"type","message"},"request_id"}\`
- Gemini: \`{"error":{"code","message","status"}}\`
- Cohere: \`{"id","message"}\`

"Tries" says which target the gateway itself tries before the client hears of it. After the first word of a stream it tries nothing more, and the error comes as
an event of the stream.

"Cools" says whose health suffers: a target is a model at an account of the provider, a quota the limits that an account's targets share. What is counted is put
out when failures become many; what has a time is put out at once, for that long at first and longer each time. Where the provider said when to come back, it is
out for exactly as long: an hour at most, or a week and an hour where the quota of a plan is used up.`

const head = ['Reason', 'Status', 'Means', 'Retry helps', 'Tries', 'Whose doing', 'Cools', 'OpenAI type', 'Messages type', 'Gemini status']

export const pages: readonly Page[] = [
  { path: 'docs/errors.md', make: () => document('`src/canonical/failure.ts`', '# Errors', intro, table(head, Object.entries(reasons).map(rowOf))) },
]
