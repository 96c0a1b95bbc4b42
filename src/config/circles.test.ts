/** How far names lead: circles are found through aliases, wildcards and chains, and what is not refused comes to an end. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { widen } from '../base/wildcard.ts'
import { findFlaws } from './circles.ts'
import { directoryOf, mostNames, type Directory } from './directory.ts'
import { loadSettings } from './load.ts'

const plain = loadSettings({ env: {}, readFile: () => 'chains: { c: { targets: [omni-runtime/smoke] } }' }).settings

function directory(aliases: Readonly<Record<string, string>>, chains: Readonly<Record<string, readonly string[]>> = {}): Directory {
  const made = Object.entries(chains).map(([name, targets]) => ({
    ...plain.chains[0]!,
    name,
    targets: targets.map((model) => ({ model, weight: 1, lacks: [] })),
  }))
  return directoryOf({ ...plain, aliases, chains: made })
}

const flawsOf = (aliases: Readonly<Record<string, string>>, chains: Readonly<Record<string, readonly string[]>> = {}) =>
  [...findFlaws([...Object.keys(aliases), ...Object.keys(chains)], directory(aliases, chains))].map(([name, sentence]) => `${name} ${sentence}`)

test('a circle is found through aliases, wildcards and nested chains, and told once', () => {
  assert.deepEqual(flawsOf({ a: 'b', b: 'a' }), ['a leads back to itself: a → b → a.'])
  assert.deepEqual(flawsOf({ a: 'a' }), ['a leads back to itself: a → a.'])
  assert.deepEqual(flawsOf({ 'gpt-*': 'gpt-4-*' }), ['gpt-* leads back to itself: gpt-* → gpt-*.'])
  assert.deepEqual(flawsOf({ 'gpt-*': 'smart', smart: 'gpt-4o' }), ['gpt-* leads back to itself: gpt-* → smart → gpt-*.'])
  assert.deepEqual(flawsOf({ 'a-*': 'b-*', 'b-*': 'a-*' }), ['a-* leads back to itself: a-* → b-* → a-*.'])
  assert.deepEqual(flawsOf({ fast: 'pair' }, { pair: ['omni-runtime/smoke', 'inner'], inner: ['fast'] }), [
    'fast leads back to itself: fast → pair → inner → fast.',
  ])
  assert.deepEqual(flawsOf({ 'x-*': 'x' }, { x: ['x-1'] }), ['x-* leads back to itself: x-* → x → x-*.'])
})

test('names that only look like a circle are none', () => {
  assert.deepEqual(flawsOf({ '*': 'local/*', 'gpt-*': 'openai/gpt-*', 'old/*': 'openai/*' }), [])
  assert.deepEqual(flawsOf({ 'gpt-*': 'gpt-4-*', 'gpt-4-*': 'openai/gpt-4-*' }), [], 'the longer one always fits')
  assert.deepEqual(flawsOf({}, { a: ['b', 'b', 'b'], b: ['omni-runtime/smoke'] }), [])
})

test('more than eight names, one after the other, and more than ten thousand targets are too many', () => {
  const row = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`n${at}`, at === length - 1 ? 'omni-runtime/smoke' : `n${at + 1}`]))
  assert.deepEqual(flawsOf(row(mostNames)), [])
  assert.match(flawsOf(row(mostNames + 1)).join(), /^n0 leads through more than 8 names/)
  assert.equal(flawsOf(row(5000)).length > 0, true)
  const hundred = (name: string) => Array.from({ length: 100 }, () => name)
  const chains = { a: hundred('b'), b: hundred('c'), c: ['omni-runtime/smoke'] }
  assert.deepEqual(flawsOf({}, chains), [])
  assert.deepEqual(flawsOf({}, { ...chains, c: ['omni-runtime/smoke', 'omni-runtime/slow'] }), [
    'a leads to more than 10000 targets, with all chains in it and all accounts of providers.',
  ])
})

test('a name comes to its end in eight steps wherever no flaw was told', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), maxLength: 3 })
  const alias = fc.tuple(part, fc.boolean(), part).map(([head, isWide, tail]) => (isWide ? `${head}*${tail}` : `${head}${tail}` || 'a'))
  const pairs = fc.dictionary(alias, fc.tuple(part, fc.boolean(), part), { maxKeys: 5 })
  let [sound, flawed] = [0, 0]
  fc.assert(
    fc.property(pairs, fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), minLength: 1, maxLength: 6 }), { maxLength: 20 }), (given, names) => {
      const aliases = Object.fromEntries(
        Object.entries(given).map(([name, [head, isWide, tail]]) => [name, isWide && name.includes('*') ? `${head}*${tail}` : `${head}${tail}` || 'b']),
      )
      const known = directory(aliases)
      if (findFlaws(Object.keys(aliases), known).size > 0) return void (flawed += 1)
      sound += 1
      for (const name of [...names, ...Object.values(aliases)]) {
        let next: string | undefined = name
        for (let step = 0; step <= mostNames && next !== undefined; step += 1) next = known.aliases.get(next) ?? widen(next, known.wildcards)
        assert.equal(next, undefined, `${name} in ${JSON.stringify(aliases)}`)
      }
    }),
    { numRuns: 2000, seed: 7 },
  )
  assert.ok(sound > 200 && flawed > 200, `${sound} and ${flawed}: both kinds were seen`)
})
