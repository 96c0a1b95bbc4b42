/** A tenant from nothing, at the terminal: each command as a person types it. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openScene } from '../acceptance/scene.ts'
import { omni } from '../contract/shell.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())

/** What a command says, where it does what it was asked for. */
async function say(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await omni(scene, args)
  assert.equal(code, 0, `omni ${args.join(' ')}: ${stderr}`)
  return stdout
}
const refuse = async (...args: readonly string[]): Promise<string> => {
  const { code, stderr } = await omni(scene, args)
  assert.notEqual(code, 0)
  return stderr
}

test('a tenant with its team, its agent and its user is made, listed, shown and taken back in order', async () => {
  await say('tenants', 'set', 'acme', '--name', 'Acme', '--models', 'omni-runtime/*', '--review', 'metadata', '--retention', '30')
  await say('teams', 'set', 'search', '--tenant', 'acme', '--cost-center', 'cc-7')
  await say('agents', 'set', 'crawler', '--tenant', 'acme', '--team', 'search')
  assert.match(await say('users', 'set', 'vera', '--tenant', 'acme', '--roles', 'admin,auditor', '--email', 'vera@example.com'), /omni users token vera/)
  assert.match(await say('users', 'token', 'vera'), /^omni_usr_[\w-]{43}\n/)
  assert.match(await say('tenants', 'list'), /acme +Acme +omni-runtime\/\* +1/)
  assert.match(await say('agents', 'list'), /crawler +acme \/ search/)
  assert.match(await say('users', 'list'), /vera +acme +admin, auditor/)
  assert.equal((JSON.parse(await say('tenants', 'show', 'acme')) as { retention_days: number }).retention_days, 30)
  assert.match(await say('teams', 'set', 'search', '--tenant', 'acme'), /version 2/)
  assert.match(await refuse('teams', 'set', 'search', '--tenant', 'acme', '--replace', '1'), /changed meanwhile/)
  assert.match(await refuse('tenants', 'remove', 'acme'), /agent crawler, team search, user vera/)
  for (const [kind, id] of [
    ['agents', 'crawler'],
    ['teams', 'search'],
    ['users', 'vera'],
    ['tenants', 'acme'],
  ] as const)
    await say(kind, 'remove', id)
  assert.match(await refuse('tenants', 'show', 'acme'), /There is no tenant of this id/)
})

test('a key is made with all that narrows it, given another secret, and revoked', async () => {
  const flags = ['--models', '', '--addresses', '127.0.0.1', '--environment', 'staging', '--metadata', 'team=search', '--strict', '--no-routing']
  const [key = ''] = (await say('keys', 'create', 'batch', ...flags)).split('\n')
  assert.match(key, /^omni_[\w-]{43}$/)
  assert.match(await say('keys', 'list'), /batch +omni_.{4}… +default +.+ +no +active/)
  const { id, ...shown } = JSON.parse(await say('keys', 'show', key.slice(0, 9))) as { id: string; models: string[]; metadata: object; may_route: boolean }
  assert.deepEqual([shown.models, shown.metadata, shown.may_route], [[], { team: 'search' }, false], 'an empty list allows nothing')
  assert.match(await say('keys', 'rotate', id, '--overlap', '1h'), /^omni_[\w-]{43}\n[^]*The one before ends/)
  assert.match(await say('keys', 'list'), /batch .* active, and its secret before until \d{4}-/)
  await say('keys', 'rotate', id)
  assert.doesNotMatch(await say('keys', 'list'), /secret before/, 'without an overlap the one before ended at once')
  await say('keys', 'revoke', id)
  assert.match(await refuse('keys', 'rotate', id), /revoked/)
  assert.match(await refuse('keys', 'create', 'batch', '--tenant', 'nobody'), /no tenant/)
  assert.match(await refuse('keys', 'create', 'batch', '--metadata', 'team'), /team=search/)
})

test('a key that has ended is shown as expired, and refused in the words for one that nobody knows', async () => {
  const ends = Date.now() + 400
  const { key } = await peopleOf(scene).key({ name: 'brief', expires_at: ends })
  await pause(ends - Date.now() + 20)
  assert.match(await say('keys', 'list'), /brief +omni_.* expired \d{4}-/)
  const [ended, unknown] = await Promise.all([key, `omni_${'x'.repeat(43)}`].map((secret) => scene.say('omni-runtime/smoke', {}, { key: secret })))
  assert.equal(ended?.status, 401)
  assert.equal(ended.text, unknown?.text)
  assert.match(ended.text, /or it was revoked, or has expired\./)
})

test('an invitation is made, redeemed by a key, and listed', async () => {
  const [code = ''] = (await say('invitations', 'create', '--models', 'omni-runtime/*', '--budget', '5', '--expires', '2100-01-01')).split('\n')
  assert.match(await say('invitations', 'redeem', code, '--key', scene.key), /omni-runtime\/\*.*for \$5/)
  assert.match(await refuse('invitations', 'redeem', code, '--key', scene.key), /no invitation/)
  assert.match(await say('invitations', 'list'), /inv_\w+ +omni-runtime\/\* +\$5 .* +key_\w+ +redeemed/)
  assert.match(await refuse('invitations', 'create', '--models', '*'), /--expires/)
})
