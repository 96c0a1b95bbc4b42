/** What refusals of every vendor mean: why, and when to come back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, reasonOfRefusal } from '../src/canonical/failure.ts'
import { providerById } from '../src/providers/index.ts'
import { withResets } from '../src/upstream/resets.ts'
import { wireOf } from '../src/wires/index.ts'
import { refusals, type Refusal } from './fixtures/refusals.ts'

/** Those that say nothing of when to come back. */
const timeless: readonly Refusal[] = [
  {
    says: 'an account without money',
    of: 'openai',
    body: { error: { message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' } },
    reason: 'upstream_quota_exceeded',
  },
  {
    says: 'the end of a month’s budget',
    of: 'anthropic',
    on: 'anthropic-messages',
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'You have reached your specified API usage limits. You will regain access on 2020-01-01 at 00:00 UTC.' },
    },
    reason: 'upstream_quota_exceeded',
  },
  {
    says: 'no money',
    of: 'gemini',
    on: 'gemini-generate',
    status: 402,
    body: { error: { code: 402, status: 'RESOURCE_EXHAUSTED', message: 'x' } },
    reason: 'upstream_quota_exceeded',
  },
  { says: 'headers that know nothing', of: 'azure', headers: { 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' } },
  {
    says: 'what was flagged',
    of: 'openrouter',
    status: 403,
    body: { error: { code: 403, message: 'Your chosen model requires moderation and your input was flagged', metadata: { reasons: ['violence'] } } },
    reason: 'content_filter',
  },
  {
    says: 'what its guidelines forbid',
    of: 'xai',
    status: 403,
    body: { code: 'The caller does not have permission', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' },
    reason: 'content_filter',
  },
  {
    says: 'a model that the project may not use',
    of: 'openai',
    status: 403,
    body: { error: { message: 'Project `proj_x` does not have access to model `gpt-5`', type: 'invalid_request_error', code: 'model_not_found' } },
    reason: 'model_not_found',
  },
  {
    says: 'a model that was not asked for',
    of: 'bedrock',
    on: 'bedrock-converse',
    status: 403,
    body: { __type: 'AccessDeniedException', message: "You don't have access to the model with the specified model ID." },
    reason: 'model_not_found',
  },
  {
    says: 'no money, with 429',
    of: 'glm',
    body: { error: { code: '1113', message: 'Your account is in arrears, please recharge and try again' } },
    reason: 'upstream_quota_exceeded',
  },
  {
    says: 'forbidden words',
    of: 'glm',
    status: 400,
    body: { error: { code: '1301', message: 'System detected potentially unsafe or sensitive content' } },
    reason: 'content_filter',
  },
  {
    says: 'no money, in a code',
    of: 'minimax',
    status: 200,
    body: { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    reason: 'upstream_quota_exceeded',
  },
  { says: 'too many requests, in a code', of: 'minimax', status: 200, body: { choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } } },
  {
    says: 'forbidden words, in a code',
    of: 'minimax-cn',
    status: 200,
    body: { choices: null, base_resp: { status_code: 1026, status_msg: 'input new_sensitive' } },
    reason: 'content_filter',
  },
  { says: 'no money, with 429', of: 'kimi', body: { error: { message: 'x', type: 'exceeded_current_quota_error' } }, reason: 'upstream_quota_exceeded' },
  {
    says: 'a month of a trial',
    of: 'cohere',
    on: 'cohere-chat',
    body: { message: 'You are using a Trial key, which is limited to 1000 API calls / month.' },
    reason: 'upstream_quota_exceeded',
  },
  {
    says: 'a context, with 403',
    of: 'together',
    status: 403,
    body: { error: { message: 'Input validation error: inputs tokens + max_new_tokens must be <= 4097' } },
    reason: 'context_length_exceeded',
  },
  {
    says: 'no money',
    of: 'deepseek',
    status: 402,
    body: { error: { message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' } },
    reason: 'upstream_quota_exceeded',
  },
]

function refused({ of, on = 'openai-chat', status = 429, headers = {}, body = {} }: Refusal): Failure {
  const wire = wireOf(on)
  const provider = providerById.get(of)!
  try {
    if (status === 200) wire.readResponse(body)
  } catch (error) {
    return withResets(error as Failure, headers, provider)
  }
  const { reason, ...upstream } = wire.readError(body)
  return withResets(new Failure(reasonOfRefusal(status, reason), 'x', { upstream }), headers, provider)
}

for (const row of [...refusals, ...timeless]) {
  test(`(routing 4) [B08] ${row.of} refuses by ${row.says}`, () => {
    const { reason, retryAfterMs } = refused(row)
    assert.equal(reason, row.reason ?? 'rate_limit_exceeded')
    if (row.ms === undefined) return assert.equal(retryAfterMs, undefined)
    // Dates that say no fractions of a second were made of a moment that is some milliseconds past.
    assert.ok(retryAfterMs !== undefined && retryAfterMs <= row.ms && retryAfterMs > row.ms - 5000, `${retryAfterMs} instead of ${row.ms}`)
  })
}
