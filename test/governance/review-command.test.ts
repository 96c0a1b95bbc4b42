/** `omni review`, as the operator runs it beside a gateway that holds calls. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ReviewResource } from '../../src/contract/reviews.ts'
import { omni } from '../contract/shell.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
const scene = await openGoverned()
const rule = { id: 'held', when: 'request.model != ""', outcome: 'REVIEW' }
before(() => scene.put('policies/house', { version: '1', name: 'house', rules: [rule] }))

const run = (...words: readonly string[]) => omni(scene, ['review', ...words])
const say = (content: string) => scene.say(model, { messages: [{ role: 'user', content }] })

async function hold(content: string): Promise<string> {
  assert.equal((await say(content)).status, 403)
  return (JSON.parse((await run('list', '--json')).stdout) as readonly ReviewResource[])[0]!.id
}

test('lists what waits, shows what is asked, and approves it', async () => {
  const id = await hold('may I \u001b[2J?')
  const listed = await run('list')
  assert.match(listed.stdout, /^ID +STATE +TENANT +KEY +MODEL +AT MOST +RULE +UNTIL\n/)
  assert.match(listed.stdout, new RegExp(String.raw`^${id} +pending +default +key_\w+ +up/gpt-4o-mini +\$0\.00\d+ +house/held@1 `, 'm'))
  const shown = await run('show', id)
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /rule: +house\/held@1\n/)
  assert.match(shown.stdout, /"content": "may I \\u001b\[2J\?"/)
  const approved = await run('approve', id)
  assert.match(approved.stdout, /^Approved: it may run 1× until /)
  assert.equal((await say('may I \u001b[2J?')).status, 200)
  assert.ok(!(await run('list')).stdout.includes(id))
  assert.match((await run('list', '--state', 'used')).stdout, new RegExp(`^${id} +used`, 'm'))
  assert.match((await run('show', id)).stdout, /erased/)
})

test('approves for a time, some calls and more money, and denies with a reason', async () => {
  const [often, never] = [await hold('often'), await hold('never')]
  const approved = await run('approve', often, '--uses', '3', '--for', '2h', '--budget', '2.50')
  assert.match(approved.stdout, /3×/)
  const shown = JSON.parse((await run('show', often, '--json')).stdout) as ReviewResource
  assert.deepEqual([shown.uses, shown.budget_usd, Math.round((shown.until - shown.decided_at!) / 60_000)], [3, '2.50', 120])
  assert.match((await run('deny', never, '--reason', 'too_expensive')).stdout, /^Denied/)
  assert.match((await say('never')).text, /too_expensive/)
})

test('complains in a sentence about what cannot be done', async () => {
  const id = await hold('twice')
  await run('deny', id)
  for (const [words, says] of [
    [['approve', id], /decided before, by admin/],
    [['show', 'rev_none'], /no review of this id/],
    [['approve', id, '--for', 'ever'], /is a time/],
    [['list', '--state', 'odd'], /pending, approved, denied/],
  ] as const) {
    const { code, stdout, stderr } = await run(...words)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, says)
  }
})
