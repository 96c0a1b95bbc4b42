/** What a look at a request finds that it needs is what the request means, on every fixture and every recorded body of every wire. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needNames } from '../src/catalog/abilities.ts'
import type { JsonObject } from '../src/base/json.ts'
import type { Block, ChatRequest } from '../src/canonical/chat.ts'
import { wires } from '../src/wires/index.ts'
import { tellNeeds, type Needed } from '../src/wires/needs.ts'
import type { Wire } from '../src/wires/wire.ts'
import { fixtures, recordedRequests, wireNames } from './corpus.ts'

function found({ promptFields }: Wire, body: JsonObject): ReadonlySet<Needed> {
  const needs = new Set<Needed>()
  tellNeeds(body, promptFields, (need) => needs.add(need))
  return needs
}

function meant({ turns, tools, format, modalities = [], choices = 1, logprobs }: ChatRequest): ReadonlySet<Needed> {
  const needs = new Set(turns.flatMap(({ blocks }) => blocks.flatMap(shownBy)))
  if (tools.length > 0) needs.add('tools')
  if (format?.type === 'schema' || format?.type === 'json') needs.add(format.type)
  if (modalities.includes('audio')) needs.add('speech')
  if (modalities.includes('image')) needs.add('drawing')
  if (choices > 1) needs.add('choices')
  if (logprobs !== undefined) needs.add('logprobs')
  return needs
}

function shownBy(block: Block): readonly Needed[] {
  if (block.type === 'tool-call') return ['tools']
  if (block.type === 'tool-result') return ['tools', ...block.blocks.flatMap(shownBy)]
  if (block.type !== 'media' && block.type !== 'document') return []
  const { source } = block
  if (block.type === 'media') return [block.kind === 'image' ? 'images' : block.kind]
  return source.type === 'text' || source.mime?.startsWith('text/') ? [] : ['documents']
}

const sorted = (needs: ReadonlySet<Needed>): readonly Needed[] => [...needs].toSorted()

for (const name of wireNames) {
  const wire = wires[name]!
  test(`${name}: a look finds what reading finds`, () => {
    const bodies = [...fixtures[name].requests.map((said, place) => ({ title: `request ${place}`, said })), ...recordedRequests(name)]
    for (const { title, said } of bodies) assert.deepEqual(sorted(found(wire, said)), sorted(meant(wire.readRequest(said))), `${name} ${title}`)
  })
}

test('every need is found in some fixture, so that none is only thought of', () => {
  const seen = new Set(wireNames.flatMap((name) => fixtures[name].requests.flatMap((said) => [...found(wires[name]!, said)])))
  assert.deepEqual(sorted(seen), needNames.toSorted())
})
