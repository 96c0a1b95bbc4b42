/** No text of a request is ever read as SQL, or as a pattern: in no path, query, body, header and key, over either database. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { controlRoutes } from '../../src/control/routes.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { askAt, chatPath, hello, type Told } from '../acceptance/scene.ts'
import { startPostgres } from '../postgres.ts'
import { table } from '../acceptance/paths.ts'
import { openGoverned, type Governed } from './scene.ts'

const hostile = [
  "' OR '1'='1",
  "'; DROP TABLE client_keys; --",
  '" OR ""="',
  '%',
  '_',
  '%%%',
  '[a-z]*',
  "\\'; DELETE FROM objects; --",
  "\\' OR 1=1 --",
  '1) UNION SELECT hash FROM client_keys --',
  "'; SELECT pg_sleep(10); --",
  "' || (SELECT randomblob(1000000000)) || '",
  "'); ATTACH DATABASE 'x.db' AS x; --",
  '$1',
  '?',
  '?1',
  ':id',
  '@p',
  '\u0000',
  "x\u0000' OR 1=1 --",
  'ʼ OR ʼ1ʼ=ʼ1',
  '\ud800',
]
/** In headers and addresses only what can stand there. */
const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '')
const inPath = (text: string): string => encodeURIComponent(text.toWellFormed())
/** Milliseconds; those of the texts that work take ten seconds. */
const longest = 8000

const postgres = await startPostgres()
const sqlite = await openGoverned()
const scenes: { readonly [database: string]: Governed | string } = {
  SQLite: sqlite,
  PostgreSQL: typeof postgres === 'string' ? postgres : await openGoverned({ env: { OMNI_DATABASE_URL: await postgres.createDatabase() } }),
}
// After the gateways.
after(() => (typeof postgres === 'string' ? undefined : postgres.stop()))

function isFine({ status, text, took }: Told, what: string): void {
  assert.ok(status < 500, `${what}: ${status} ${text}`)
  assert.doesNotMatch(text, /SQLITE_|syntax error|invalid byte|relation "|UNION SELECT|near "|unterminated/i, what)
  assert.ok(took < longest, `${what} took ${took} ms`)
}

for (const [database, scene] of Object.entries(scenes)) {
  if (typeof scene === 'string') test(`[C11] ${database}`, { skip: scene }, () => {})
  else describe(`[C11] a text that would be SQL, over ${database}`, () => testOver(scene))
}

const names = ['id', 'name', 'tenant', 'scope', 'key', 'owner', 'code', 'reason', 'place', 'user', 'user_id', 'team', 'agent', 'model', 'provider', 'epoch']

function testOver(scene: Governed): void {
  const stateOf = async () =>
    (await Promise.all(['keys', 'users', 'tenants', 'limits', 'budgets', 'policies', 'chains', 'credentials'].map((path) => scene.admin('GET', path)))).map(
      ({ text }) => text,
    )

  test('does nothing in any path, query, body or header of the control API', async () => {
    await scene.keyWith({ tenant: 'default' })
    const before = await stateOf()
    for (const { method, path, query = [], body } of controlRoutes) {
      for (const text of hostile) {
        const asked = query.map((name) => `${name}=${inPath(text)}`).join('&')
        const told = await scene.ask({
          method,
          path: `${path.replaceAll(/:\w+|\*/g, inPath(text))}${asked === '' ? '' : `?${asked}`}`,
          key: scene.adminKey,
          body: body === undefined ? undefined : Object.fromEntries(names.map((name) => [name, text])),
          headers: { 'if-match': plain(text), 'x-request-id': plain(text) },
        })
        isFine(told, `${method} ${path} ${text}`)
        assert.ok(told.status >= 400 || method === 'GET' || body === undefined || !/tenants|keys|users/.test(path), `${method} ${path} took ${text}`)
      }
    }
    assert.deepEqual(await stateOf(), before)
  })

  test('is no key, in whatever header', async () => {
    for (const text of hostile.map(plain).filter((one) => one.trim() !== '')) {
      const shown = { authorization: [`Bearer ${text}`, text], 'x-api-key': [text], 'x-goog-api-key': [text] }
      for (const headers of Object.entries(shown).flatMap(([name, values]) => values.map((value) => ({ [name]: value })))) {
        for (const path of [chatPath, '/v1/models', '/v1/responses/resp_1', '/_omni/keys', '/_omni/reports', '/_omni/me']) {
          const method = path === chatPath ? 'POST' : 'GET'
          // The surface that answers goes by the header.
          const told = await askAt(scene.port, { method, path, headers, body: method === 'POST' ? { model: 'up/gpt-4o', messages: hello } : undefined })
          isFine(told, `${path} ${text}`)
          assert.ok(told.status === 401 || told.status === 429, `${path} ${text}: ${told.status}`)
        }
      }
    }
  })

  test('is no other’s model, user, session, answer or label, and finds no receipt', async () => {
    await scene.receiptOf(await scene.say('up/gpt-4o', {}, { headers: { 'x-omni-user-id': 'ann', 'x-omni-session-id': 'one' } }))
    for (const text of hostile) {
      const header = plain(text)
      const headers = {
        'x-omni-user-id': header,
        'x-omni-session-id': header,
        'x-request-id': header,
        'idempotency-key': header,
        'x-omni-route': header,
        'x-omni-metadata': JSON.stringify({ team: header }),
      }
      isFine(await scene.say('up/gpt-4o', { user: text, model: `up/${text}` }, { headers }), text)
      isFine(await scene.ask({ path: '/v1/responses', body: { model: 'up/gpt-4o', input: 'hello', previous_response_id: text } }), text)
      for (const filter of ['user', 'model', 'provider', 'tenant', 'key', 'route', 'label', 'status', 'error', 'cursor', 'from']) {
        const told = await scene.admin('GET', `reports?${filter}=${inPath(text)}`)
        isFine(told, `${filter} ${text}`)
        assert.deepEqual(told.status === 200 ? told.json().data : [], [], `${filter} ${text}`)
      }
    }
  })

  test('leads nowhere in the path of any surface', async () => {
    const surfaces = Object.keys(table).filter((route) => !route.includes('/_omni/') && /:\w+$|\*|:id/.test(route))
    assert.ok(surfaces.length > 10)
    for (const route of surfaces) {
      for (const text of hostile) {
        const [method = '', path = ''] = route.replaceAll(/(?<=\/):\w+|\*/g, inPath(text)).split(' ')
        const told = await scene.ask({ method, path, body: method === 'POST' ? { contents: [{ parts: [{ text: 'hello' }] }] } : undefined })
        isFine(told, `${route} ${text}`)
        assert.ok(told.status >= 400, `${route} ${text}: ${told.text}`)
      }
    }
  })

  test('leaves everything as it was', async () => {
    assert.equal((await scene.say('up/gpt-4o')).status, 200)
    await holdAlive(scene)
  })
}
