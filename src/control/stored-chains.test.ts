/** Stored chains join those of the file as far as they can be followed, and say why where they cannot. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from '../config/load.ts'
import { inShape, joinStored } from './stored-chains.ts'

const text = 'providers: { openai: { key: sk-operator } }\naliases: { nick: openai/a }\nchains: { of-file: { targets: [openai/a] } }\n'
const { settings: file } = loadSettings({ env: {}, readFile: () => text })

const row = (name: string, targets: readonly unknown[] | null) => ({ name, version: 1, body: targets && JSON.stringify({ targets }), changedAt: 1 })

function join(...rows: readonly ReturnType<typeof row>[]): { readonly names: readonly string[]; readonly problems: readonly (readonly [string, string])[] } {
  const { settings, problems } = joinStored(file, rows)
  return { names: settings.chains.map(({ name }) => name), problems: [...problems] }
}

test('what is sound counts behind the file’s, and what was removed does not', () => {
  assert.deepEqual(join(row('a', ['openai/x', 'of-file']), row('gone', null)), { names: ['of-file', 'a'], problems: [] })
})

test('the file comes first, by a chain or an alias', () => {
  const { names, problems } = join(row('of-file', ['openai/x']), row('nick', ['openai/x']))
  assert.deepEqual(names, ['of-file'])
  for (const [, sentence] of problems) assert.match(sentence, /comes first/)
  assert.equal(problems.length, 2)
})

test('a target that leads nowhere any more is told, and the rest goes on', () => {
  const { names, problems } = join(row('a', ['openai/x', { model: 'nobody/x' }]))
  assert.deepEqual(names, ['of-file', 'a'])
  assert.match(problems[0]![1], /^targets\.1: `nobody\/x` names the provider `nobody`/)
})

test('a circle that two made together is broken, and what no version knows is left out', () => {
  const { names, problems } = join(row('a', ['b', 'openai/x']), row('b', ['a']), row('odd', [{ model: 'openai/x', hue: 1 }]))
  assert.equal(names.includes('odd'), false)
  assert.ok(problems.some(([name, sentence]) => name === 'odd' && sentence === 'This version of the gateway cannot read it.'))
  assert.ok(problems.some(([, sentence]) => /^It leads back to itself: a → b → a\.$|^It leads back to itself: b → a → b\.$/.test(sentence)))
  assert.ok(names.length < 3)
})

test('targets that were given as one text are a list, and what was said besides stays as it was said', () => {
  const listed = { targets: ['beta/x', 'beta/y'], totalTime: '30s' }
  assert.deepEqual(inShape({ targets: 'beta/x, beta/y', totalTime: '30s' }), listed)
  assert.deepEqual(inShape(listed), listed)
  assert.deepEqual(inShape({ targets: ['a/x', { model: 'b/y', weight: 2 }] }), { targets: ['a/x', { model: 'b/y', weight: 2 }] })
  assert.deepEqual(inShape({ targets: 'a/x', hue: 1 }), { targets: 'a/x', hue: 1 }, 'what cannot be read')
})
