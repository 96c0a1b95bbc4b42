/** Places are counted by what they are, and no name of a client becomes a label. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlaceMetrics, type SeenPlace } from './places.ts'

const target = (provider: string, given: Partial<SeenPlace> = {}): SeenPlace => ({ kind: 'target', provider, state: 'closed', waiting: 0, ...given })
const open = (places: readonly SeenPlace[], retries = { granted: 0, refused: 0 }) => new PlaceMetrics({ places: () => places, retries: () => retries })

test('targets are counted together by their provider and state, those that wait among them', () => {
  const metrics = open([target('east'), target('east', { state: 'open' }), target('east', { waiting: 3 }), target('west', { waiting: 4 })], {
    granted: 5,
    refused: 2,
  })
  const lines = metrics.text().split('\n')
  for (const line of [
    'omni_places{kind="target",provider="east",state="closed"} 2',
    'omni_places{kind="target",provider="east",state="open"} 1',
    'omni_places{kind="target",provider="east",state="half_open"} 0',
    'omni_place_waiting{kind="target",provider="east"} 3',
    'omni_place_waiting{kind="target",provider="west"} 4',
    'omni_retries_total 5',
    'omni_retries_refused_total 2',
  ])
    assert.ok(lines.includes(line), line)
})

test('ejections count up by kind and reason', () => {
  const metrics = open([])
  metrics.eject('account', 'upstream_auth_error')
  metrics.eject('target', 'overloaded')
  metrics.eject('target', 'overloaded')
  const counted = metrics.text().match(/^omni_ejections_total.*$/gm)
  assert.deepEqual(counted, [
    'omni_ejections_total{kind="account",reason="upstream_auth_error"} 1',
    'omni_ejections_total{kind="target",reason="overloaded"} 2',
  ])
})

test('however many providers there are, two hundred have numbers of their own', () => {
  const text = open(Array.from({ length: 500 }, (_, at) => target(`p${at}`))).text()
  assert.equal(text.match(/^omni_place_waiting/gm)!.length, 201)
  assert.match(text, /omni_places\{kind="target",provider="other",state="closed"\} 300/)
})
