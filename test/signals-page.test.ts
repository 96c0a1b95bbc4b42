/** The list of signals, its page and the receipt that stands there as an example say the same; and names that are others' are of one version of theirs. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { conventionNames, conventions } from '../src/receipts/conventions.ts'
import { writeRecord } from '../src/receipts/line.ts'
import { leafHash } from '../src/receipts/merkle.ts'
import { proofSignals, signals, type ReceiptRecord, type Signal } from '../src/receipts/signals.ts'

const page = readFileSync(new URL('../docs/signals.md', import.meta.url), 'utf8')
const all: readonly Signal[] = [...signals, ...proofSignals]
const [table = '', second = ''] = page.split('## An example')
const example = JSON.parse(/```json\n([^`]*)```/.exec(second)![1]!) as { readonly [name: string]: unknown }
/** By name, the reason that the page gives. */
const absent = new Map(
  [...second.matchAll(/^\| ((?:`\w+` ?)+) \| (.+) \|$/gm)].flatMap(([, names, reason]) =>
    [...names!.matchAll(/\w+/g)].map(([name]) => [name, reason!] as const),
  ),
)

test('the page has a row for each signal, in the order of the list, and tells how many there are', () => {
  const rows = [...table.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => [name, kind])
  assert.deepEqual(
    rows,
    all.map(({ name, kind }) => [name, kind]),
  )
  assert.match(table, new RegExp(`It has these ${all.length} signals`))
  assert.ok(all.length >= 70)
})

test('each signal is in the example, or is named there with the reason why it is null', () => {
  for (const { name, nullWhen } of all) {
    assert.notEqual(name in example, absent.has(name), `${name} is told twice, or not at all`)
    if (absent.has(name)) assert.equal(absent.get(name), nullWhen)
  }
  assert.equal(Object.keys(example).length + absent.size, all.length)
})

test('the leaf hash of the example is that of its entry, with the salt that the page tells', () => {
  const names = new Set<string>(signals.map(({ name }) => name))
  const record = Object.fromEntries([...names].map((name) => [name, example[name] ?? null])) as unknown as ReceiptRecord
  const salt = /the salt `([\w-]{22})`/.exec(second)![1]!
  assert.equal(leafHash(`${salt} receipt ${writeRecord(record)}`).toString('hex'), example.leaf_hash)
})

test('names of OpenTelemetry are of the pinned version, each borne by one signal, and the page says which version that is', () => {
  const known: readonly string[] = Object.values(conventionNames).flat()
  const borne = all.flatMap(({ otel }) => otel ?? [])
  assert.deepEqual(
    borne.filter((name) => !known.includes(name)),
    [],
  )
  assert.equal(new Set(borne).size, borne.length)
  assert.ok(table.includes(conventions.schemaUrl) && table.includes(conventions.source))
})
