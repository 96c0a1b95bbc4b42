/** The command line in the hands of a user: with their token, at an address, and nothing of the gateway's own folder. */

import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openScene } from '../acceptance/scene.ts'
import { omni, type Ran } from '../contract/shell.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())
const people = peopleOf(scene)
const elsewhere = mkdtempSync(join(tmpdir(), 'omni-elsewhere-'))

const runAs = (token: string, ...words: readonly string[]): Promise<Ran> =>
  omni(scene, words, { env: { OMNI_TOKEN: token, OMNI_URL: scene.url, OMNI_DATA_DIR: elsewhere, OMNI_PORT: '1' } })

test('with a viewer’s token it lists, and is told in a sentence what a viewer may not', async () => {
  const vera = await people.user('vera', null, 'viewer')
  await people.done('PUT', '/limits/calm', { scope: 'all', measure: 'requests', amount: 60, window: '1m' })
  const listed = await runAs(vera, 'limits', 'list')
  assert.equal(listed.code, 0, listed.stderr)
  assert.match(listed.stdout, /^calm .* 60 requests per 1m/m)
  const refused = await runAs(vera, 'limits', 'set', 'calm', '--requests', '1', '--per', '1m')
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /^[A-Z][^\n]*\broles\b[^\n]*\.\n$/)
  assert.match((await runAs(vera, 'limits', 'list')).stdout, /60 requests per 1m/)
})

test('what a user did is told under the user’s name', async () => {
  const otto = await people.user('otto', null, 'operator')
  const done = await runAs(otto, 'limits', 'set', 'ottos', '--requests', '5', '--per', '1m')
  assert.equal(done.code, 0, done.stderr)
  assert.match((await omni(scene, ['audit', 'list', '--by', 'otto'])).stdout, /^\S+ \S+ +otto +limit_stored +limit +ottos +none +[\da-f]{12}$/m)
})

test('an address that is none, a token that is none, and no token at all are told in a sentence', async () => {
  const env = { OMNI_DATA_DIR: elsewhere, OMNI_URL: scene.url }
  for (const [variables, says] of [
    [{ ...env, OMNI_TOKEN: 'wrong' }, /^[A-Z][^\n]*\.\n$/],
    [{ ...env, OMNI_TOKEN: 'wrong', OMNI_URL: 'localhost' }, /OMNI_URL is the address of a gateway/],
    [env, /no admin\.key[^\n]*OMNI_TOKEN/],
    [{ ...env, OMNI_TOKEN: 'wrong', OMNI_URL: 'http://gateway.example.com' }, /begins with https/],
    [{ OMNI_DATA_DIR: scene.dataDir, OMNI_URL: 'https://gateway.example.com' }, /admin key is for this machine/],
  ] as const) {
    const { code, stderr } = await omni(scene, ['limits', 'list'], { env: variables })
    assert.equal(code, 1)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})
