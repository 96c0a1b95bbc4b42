/** The page of one receipt. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dollars, writePage } from './receipt-page.ts'

const receipt = {
  id: 'dec_1',
  created_at: 1_795_000_000_000,
  status: 200,
  outcome: 'completed',
  completeness: 'complete',
  requested_model: 'main',
  resolved_model: 'm-2',
  claimed_model: 'm-2-2026-08-01',
  provider: 'second',
  verification: 'verified',
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  usage_source: 'reported',
  usage_confidence: 1,
  prompt_difference: -4,
  segments: [
    { segment: 'system', tokens: 80, source: 'estimated', confidence: 0.7 },
    { segment: 'user', tokens: 20, source: 'estimated', confidence: 0.7 },
    { segment: 'reasoning', tokens: null, source: 'unavailable', confidence: 0 },
  ],
  total_cost: 1_234_500,
  cost: 1_234_500,
  platform_fee: 0,
  cost_availability: 'known',
  duration: 100_000_000,
  parsed_after: 1_000_000,
  sent_after: 2_000_000,
  first_byte_after: 50_000_000,
  first_token_after: 50_000_000,
  overhead: 3_000_000,
  attempts: [
    { account: null, at: 1, model: 'm-1', ms: 20, provider: 'first', reason: 'overloaded', region: null, status: 529 },
    { account: null, at: 22, model: 'm-2', ms: 28, provider: 'second', reason: 'answered', region: null, status: 200 },
  ],
  context_delta: 'translated',
  lossy: true,
  dropped: ['seed'],
  tokens_before: 104,
  tokens_after: 100,
  tokens_saved: 4,
  log: `log_${'0'.repeat(32)}`,
  position: 17,
  leaf_hash: 'ab',
  checkpoint: 1000,
  signer: '00ff00ff',
} as const

test('a page tells who answered, tokens by segment with source and trust, attempts, what was changed, and what vouches for it', () => {
  const page = writePage(receipt)
  for (const sentence of [
    'asked main → sent to second/m-2 → answered as m-2-2026-08-01',
    'claim verified',
    /system +80 +estimated +0\.70 +█/,
    /reasoning +– +unavailable/,
    'the provider’s count less our estimate: in -4',
    '$0.0012345 · known',
    /attempts before +20 +█/,
    /1 +20 +first +– +m-1 +529 +overloaded/,
    '104 → 100 tokens, 4 saved',
    'not told to the target: seed',
    'in the checkpoint of 1000, signed by 00ff00ff',
  ])
    assert.ok(typeof sentence === 'string' ? page.includes(sentence) : sentence.test(page), `${String(sentence)} is not in\n${page}`)
  assert.ok(
    page.split('\n').every((line) => line.length <= 160),
    page,
  )
})

test('a page names who asked, from the tenant to the cost center, and the budgets that were charged or refused the call', () => {
  const ids = { tenant_id: 'acme', team_id: 'ml', agent_id: 'crawler', user_id: 'vera', key_id: 'key_1', environment: 'staging', cost_center: 'cc-9' }
  const from = Date.UTC(2026, 10, 1)
  const page = writePage({ ...receipt, ...ids, budgets: [`budget:team-ml|month|team=ml@${from}`, 'budget:all|total@0'] })
  assert.match(page, /^tenant acme · team ml · agent crawler · user vera · key key_1 · environment staging · cost center cc-9$/m)
  assert.match(page, /^ {2}charged to budget:team-ml\|month\|team=ml from 2026-\d\d-\d\d \d\d:00:00, budget:all\|total$/m)
  assert.doesNotMatch(writePage({ ...receipt, team_id: null, budgets: null }), /team|charged/)
  assert.match(writePage({ ...receipt, budgets: null, refused_by: 'budget:team-ml' }), /refused by budget:team-ml/)
})

test('[C73] what the log does not bear out is said so', () => {
  const page = writePage({ ...receipt, intact: false, checkpoint: null, signer: null, leaf_hash: null })
  assert.match(page, /the log does not bear this entry out: run omni receipts verify/)
  assert.doesNotMatch(page, /in the checkpoint|no checkpoint counts it yet/)
})

test('the stages of the time follow one another, and end where the call ended', () => {
  const bars = writePage(receipt)
    .split('\n')
    .filter((line) => /^ {2}(read|prepare|first byte|first word|answer)/.test(line))
  const ends = bars.map((line) => line.lastIndexOf('█'))
  assert.deepEqual(
    ends,
    ends.toSorted((left, right) => left - right),
  )
})

test('a wait among the calls of its key is no slow reading, and one at a target stays where it was', () => {
  const waited = { ...receipt, attempts: [], duration: 2_100_000_000, queued: 2_000_000_000 }
  const rowsOf = (shown: object): string => writePage({ ...waited, ...shown }).match(/ {2}(?:wait for|read)[^]*?prepare[^\n]*/)![0]
  assert.match(
    rowsOf({ parsed_after: 2_001_000_000, sent_after: 2_002_000_000 }),
    /^ {2}wait for its turn +2000 .*\n {2}read +1\.00 .*\n {2}prepare, wait +1\.00 /,
  )
  assert.match(rowsOf({ parsed_after: 1_000_000, sent_after: 2_002_000_000 }), /^ {2}read +1\.00 .*\n {2}prepare, wait +2001 /)
  assert.match(writePage({ ...waited, parsed_after: null, sent_after: null, outcome: 'refused' }), /wait for its turn +2000/)
})

test('what an old receipt does not know is left out, and text of others cannot move the cursor', () => {
  const page = writePage({ id: 'dec_2', requested_model: '\u001b[2Jx', outcome: 'refused' })
  assert.ok(!page.includes('\u001b'))
  assert.ok(!page.includes('undefined') && !page.includes('null') && !page.includes('NaN'), page)
})

test('money is told to the last nano-dollar', () => {
  assert.deepEqual([0, 1, 10, 1_234_500, 1_000_000_000, 12_345_678_901, -5].map(dollars), [
    '$0.00',
    '$0.000000001',
    '$0.00000001',
    '$0.0012345',
    '$1.00',
    '$12.345678901',
    '-$0.000000005',
  ])
})
