/** Who may ask: what a key may use is what everybody above it allows, and by less than was said of it nobody gets in. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { storedKey } from '../../test/stored-key.ts'
import { Failure } from '../canonical/failure.ts'
import { loadSettings } from '../config/load.ts'
import type { Caller } from '../gateway/snapshot.ts'
import { mayGo } from '../policy/access.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { ObjectKind, StoredObject } from '../storage/store.ts'
import { keyring } from './callers.ts'
import { chargesIn } from './charges.ts'
import { houseOf } from './house.ts'
import { noKeys, withKeys } from './key-index.ts'
import { rulesIn } from './rules.ts'

const { settings } = loadSettings({ env: {} })
const object = (kind: ObjectKind, id: string, body: object | null, tenant: string | null = 'acme'): StoredObject => ({
  kind,
  id,
  tenant,
  version: 1,
  body: body && JSON.stringify(body),
  changedAt: 1,
})
const acme = object('tenant', 'acme', {})

/** The caller, or why there is none. */
function callerOf(row: ClientKey, objects: readonly StoredObject[] = [acme], given = settings): Caller | string | undefined {
  const { identify } = keyring({
    settings: given,
    keys: withKeys(noKeys, [[undefined, row]]),
    governing: { house: houseOf(objects), chargesOf: chargesIn(objects, false), rulesOf: rulesIn(objects, false), ownOf: () => undefined },
    hashKey: (token) => `hash of ${token}`,
    adminHash: 'hash of admin',
  })
  try {
    return identify('secret')
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.reason
  }
}
const caller = (...of: Parameters<typeof callerOf>): Caller => {
  const found = callerOf(...of)
  assert.ok(typeof found === 'object', String(found))
  return found
}

describe('what a key may use', () => {
  const circles = [
    object('tenant', 'acme', { models: ['gpt-*', 'claude-*'], providers: ['east', 'west'], regions: ['eu'] }),
    object('team', 'search', { tenant: 'acme', models: ['*4o'], surfaces: ['openai-chat', 'anthropic-messages'] }),
    object('agent', 'crawler', { tenant: 'acme', team: 'search', providers: ['west', 'north'] }),
  ]
  const go = ({ access = {} }: Caller, model: string, provider = 'west', region: string | undefined = 'eu') =>
    mayGo(access, { provider, model, region, asked: model })

  test('is what its tenant, team and agent allow, and never more', () => {
    const found = caller(storedKey({ terms: JSON.stringify({ agent: 'crawler', models: ['gpt-4o', 'o3'], surfaces: ['openai-chat'] }) }), circles)
    assert.deepEqual([found.access?.providers, found.access?.surfaces, found.access?.regions], [['west'], ['openai-chat'], ['eu']])
    assert.equal(found.holder.team, 'search', 'an agent’s team is its keys’ too')
    assert.ok(go(found, 'gpt-4o'))
    for (const refused of ['gpt-3.5', 'o3', 'claude-4', 'gpt-4-mini']) assert.ok(!go(found, refused), refused)
    assert.ok(!go(found, 'gpt-4o', 'east') && !go(found, 'gpt-4o', 'north'))
    assert.ok(!go(found, 'gpt-4o', 'west', 'us') && !mayGo(found.access!, { provider: 'west', model: 'gpt-4o', region: undefined, asked: 'gpt-4o' }))
  })

  test('(routing 68) is everything where nobody says anything, and nothing where somebody says an empty list', () => {
    assert.equal(caller(storedKey()).access, undefined)
    const none = caller(storedKey({ terms: '{"models":[]}' }))
    assert.ok(!go(none, 'gpt-4o'))
    assert.ok(!go(caller(storedKey(), [object('tenant', 'acme', { providers: [] })]), 'gpt-4o'))
    assert.ok(
      !go(caller(storedKey({ terms: '{"models":["*"]}' }), [object('tenant', 'acme', { models: [] })]), 'gpt-4o'),
      'a key does not bring back what its tenant has not',
    )
  })
})

describe('a key', () => {
  test('[C09] opens nothing where what it belongs to is gone, is another tenant’s, or cannot be read', () => {
    const other = object('team', 'search', { tenant: 'other' }, 'other')
    assert.equal(callerOf(storedKey(), []), 'auth_unavailable')
    assert.equal(callerOf(storedKey(), [object('tenant', 'acme', null)]), 'auth_unavailable')
    assert.equal(callerOf(storedKey({ terms: '{"team":"search"}' })), 'auth_unavailable')
    assert.equal(callerOf(storedKey({ terms: '{"team":"search"}' }), [acme, other]), 'auth_unavailable')
    assert.equal(callerOf(storedKey({ terms: '{"agent":"crawler"}' })), 'auth_unavailable')
    assert.equal(callerOf(storedKey({ terms: '{"of_another_version":true}' })), 'auth_unavailable')
    assert.equal(callerOf(storedKey(), [object('tenant', 'acme', { regions: 'eu' })]), 'auth_unavailable')
  })

  test('of the default tenant needs none that is stored', () => {
    assert.equal(caller(storedKey({ tenant: 'default' }), []).holder.tenant, 'default')
    assert.deepEqual(caller(storedKey({ tenant: 'default' }), [object('tenant', 'default', { models: ['a'] }, 'default')]).access, { models: [['a']] })
  })

  test('is told who pays, how strict it is and where it may come from by whoever says so first', () => {
    const circles = [
      object('tenant', 'acme', { strict: true, retention_days: 2, review: 'metadata' }),
      object('team', 'search', { tenant: 'acme', cost_center: 'of the team' }),
      object('agent', 'crawler', { tenant: 'acme', team: 'search', cost_center: 'of the agent' }),
    ]
    const terms = (fields: object): ClientKey => storedKey({ terms: JSON.stringify(fields) })
    assert.deepEqual(
      [{}, { team: 'search' }, { agent: 'crawler' }, { agent: 'crawler', cost_center: 'its own' }].map((fields) => caller(terms(fields), circles).costCenter),
      [undefined, 'of the team', 'of the agent', 'its own'],
    )
    assert.deepEqual([caller(terms({}), circles).isStrict, caller(terms({ strict: false }), circles).isStrict], [true, false])
    const found = caller(terms({ addresses: ['10.0.0.0/8'], environment: 'staging', metadata: { team: 'a' } }), circles)
    assert.deepEqual([found.mayComeFrom?.('10.1.2.3'), found.mayComeFrom?.('::ffff:10.1.2.3'), found.mayComeFrom?.('11.1.2.3')], [true, true, false])
    assert.deepEqual([found.environment, found.metadata, found.retention, found.review], ['staging', { team: 'a' }, 172_800_000, 'metadata'])
  })

  test('has the grants of the invitations that it redeemed, and one that cannot be read is none', () => {
    const grants = [
      object('grant', 'inv_1', { key: 'key_1', models: ['a'], until: 9 }, null),
      object('grant', 'inv_2', { key: 'key_1', models: ['b'], until: 10 }, null),
      object('grant', 'inv_3', { key: 'key_2', models: ['c'], until: 10 }, null),
      object('grant', 'inv_4', { key: 'key_1', models: 'd' }, null),
      object('grant', 'inv_5', null, null),
    ]
    assert.deepEqual(caller(storedKey(), [acme, ...grants]).grants, [
      { models: ['a'], until: 9 },
      { models: ['b'], until: 10 },
    ])
    assert.equal(caller(storedKey()).grants, undefined)
  })

  test('[C10] that ended or was revoked is nobody’s, and after a rotation both secrets are for a while', () => {
    const past = Date.now() - 1
    assert.equal(callerOf(storedKey({ expiresAt: past })), undefined)
    assert.equal(callerOf(storedKey({ revokedAt: past })), undefined)
    assert.equal(caller(storedKey({ hash: 'hash of next', before: { hash: 'hash of secret', until: past + 60_000 } })).keyId, 'key_1')
    assert.equal(callerOf(storedKey({ hash: 'hash of next', before: { hash: 'hash of secret', until: past } })), undefined)
    assert.equal(callerOf(storedKey({ hash: 'hash of next', expiresAt: past, before: { hash: 'hash of secret', until: past + 60_000 } })), undefined)
  })

  test('that the configuration gives is of the default tenant, and has what that has', () => {
    const given = { ...settings, auth: { mode: 'tokens' as const, tokens: ['secret'] } }
    const found = caller(storedKey({ hash: 'another' }), [object('tenant', 'default', { models: ['a'] }, 'default')], given)
    assert.deepEqual([found.method, found.holder.tenant, found.access], ['token', 'default', { models: [['a']] }])
  })
})
