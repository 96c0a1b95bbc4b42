/** An explanation is what calls do: the same order by the same health, and it leaves no trace. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { monotonic } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { needBits } from '../catalog/abilities.ts'
import type { Provider } from '../providers/provider.ts'
import { chainOf, healthTerms, routingTable } from '../../test/routing.ts'
import { Course } from './course.ts'
import { explain, type Imagined, type Prospect } from './explain.ts'
import { Lease } from './lease.ts'
import { resolve, type RoutingTable } from './resolve.ts'
import type { StrategyName } from './strategies/index.ts'
import type { Chain, Connection } from './target.ts'

const deadlines = { connect: 1, firstByteStreamed: 2, firstByteWhole: 3, firstWord: 4, idle: 5, progress: 5, total: 6 }

const connect = (name: string): Connection => {
  const provider: Provider = { id: name, name, docs: '', prefixes: [name], substrate: 'direct', auth: { scheme: 'none' }, speaks: { 'openai-chat': '/c' } }
  return { name, provider, origin: `https://${name}.example`, host: '', basePath: '', models: [], deadlines, isCustom: false }
}

function tableOf(chains: readonly Chain[], fields: Partial<RoutingTable> = {}): RoutingTable {
  return routingTable({
    connections: new Map(['a', 'b', 'c', 'd'].map((name) => [name, connect(name)])),
    chains: new Map(chains.map((chain) => [chain.name, chain])),
    ...fields,
  })
}

const asked = (fields: Partial<Imagined> = {}): Imagined => ({
  model: 'chain',
  fallbacks: [],
  needs: { bits: 0, input: 0, output: 0 },
  affinity: undefined,
  patience: 0,
  unsaid: () => [],
  ...fields,
})

const nameOf = ({ leaf: { target } }: Prospect): string => `${target.connection.name}/${target.model}`
const placesOf = (prospects: readonly Prospect[]) => prospects.map((one) => [nameOf(one), one.place])
const sharesOf = (prospects: readonly Prospect[]) => Object.fromEntries(prospects.map((one) => [nameOf(one), Math.round(one.share * 100) / 100]))
const whysOf = (prospects: readonly Prospect[]) => Object.fromEntries(prospects.map((one) => [nameOf(one), one.obstacles.map(({ why }) => why)]))

/** Asks for real, so often, each call first of all. */
function firsts(table: RoutingTable, calls: number): string[] {
  const plan = resolve({ model: 'chain', fallbacks: [] }, table)
  return Array.from({ length: calls }, () => {
    const leaf = new Course(plan, { who: '', needs: () => ({ bits: 0, input: 0, output: 0 }), affinity: () => undefined, onGone: () => {} }).offer(monotonic())!
    return `${leaf.target.connection.name}/${leaf.target.model}`
  })
}

function eject(table: RoutingTable, place: string, isBroken = false, told = 60_000): void {
  const standing = table.health.place(place)
  standing.eject(monotonic(), standing.epoch, { reason: isBroken ? 'upstream_error' : 'rate_limit_exceeded', isBroken, told })
}

describe('the order', () => {
  test('is that of the chain, and who is left alone comes last or not at all', () => {
    const table = tableOf([chainOf('chain', ['a/x', 'b/x', 'c/x', 'd/x'])])
    resolve({ model: 'chain', fallbacks: [] }, table)
    eject(table, 'provider:a')
    eject(table, 'target:b/x', true)
    const { prospects } = explain(asked(), table)
    assert.deepEqual(placesOf(prospects), [
      ['c/x', 1],
      ['d/x', 2],
      ['b/x', 3],
      ['a/x', undefined],
    ])
    const [, , broken, parked] = prospects
    assert.deepEqual([broken!.state, parked!.state], ['open', 'open'])
    const [left] = parked!.obstacles
    assert.ok(left?.why === 'left_alone' && left.reason === 'rate_limit_exceeded' && left.place === 'provider:a')
    assert.ok(Math.abs(left.until - Date.now() - 60_000) < 5000)
  })

  test('passes over what lacks something, is too small, is full, or cannot be told', () => {
    const lines = [{ model: 'a/x', lacks: needBits.images }, { model: 'b/x', context: 1000 }, 'c/x', { model: 'd/x', concurrency: 1 }, 'a/y'] as const
    const table = tableOf([chainOf('chain', lines)])
    const busy = resolve({ model: 'chain', fallbacks: [] }, table).root.leaves[3]!
    const lease = new Lease(busy)
    const needs = { bits: needBits.images, input: 5000, output: 0 }
    const { prospects } = explain(asked({ needs, unsaid: ({ connection }) => (connection.name === 'c' ? ['image'] : []) }), table)
    assert.deepEqual(placesOf(prospects)[0], ['a/y', 1])
    assert.ok(prospects.slice(1).every(({ place }) => place === undefined))
    assert.deepEqual(whysOf(prospects), { 'a/x': ['lacks'], 'b/x': ['context_too_small'], 'c/x': ['cannot_say'], 'd/x': ['full'], 'a/y': [] })
    lease.end()
    assert.deepEqual(whysOf(explain(asked(), table).prospects)['d/x'], [])
  })

  test('tells who is waited for where nobody can be asked, and only there', () => {
    const table = tableOf([chainOf('chain', [{ model: 'a/x', concurrency: 1 }, { model: 'b/x', lacks: needBits.images }, 'c/x'])])
    const plan = resolve({ model: 'chain', fallbacks: [] }, table)
    const waited = (patience: number) =>
      explain(asked({ patience, needs: { bits: needBits.images, input: 0, output: 0 } }), table)
        .prospects.filter(({ isWaitedFor }) => isWaitedFor)
        .map(nameOf)
    const lease = new Lease(plan.root.leaves[0]!)
    assert.deepEqual(waited(100), [], 'another can be asked')
    eject(table, 'target:c/x')
    assert.deepEqual([waited(100), waited(0), waited(70_000)], [['a/x'], [], ['a/x', 'c/x']])
    lease.end()
    assert.deepEqual(waited(100), [])
  })

  test('takes what lacks something all the same where nobody has it, as calls do', () => {
    const table = tableOf([
      chainOf('chain', [
        { model: 'a/x', lacks: needBits.audio },
        { model: 'b/x', lacks: needBits.audio },
      ]),
    ])
    const { prospects } = explain(asked({ needs: { bits: needBits.audio, input: 0, output: 0 } }), table)
    assert.deepEqual(placesOf(prospects), [
      ['a/x', 1],
      ['b/x', 2],
    ])
    assert.deepEqual(whysOf(prospects), { 'a/x': ['lacks'], 'b/x': ['lacks'] })
  })

  test('says which lines of a chain lead nowhere, and why', () => {
    const table = tableOf([chainOf('inner', ['nobody/x', 'b/x']), chainOf('chain', ['a/x', 'inner'])], {
      unconnected: new Map([['nobody', 'Nobody is not connected.']]),
    })
    const { missing, prospects } = explain(asked(), table)
    assert.deepEqual(
      missing.map(({ model, failure }) => [model, failure.message]),
      [['nobody/x', 'Nobody is not connected.']],
    )
    assert.equal(prospects.length, 2)
  })
})

describe('shares', () => {
  const three = [
    { model: 'a/x', weight: 6 },
    { model: 'b/x', weight: 3 },
    { model: 'c/x', weight: 1 },
    { model: 'd/x', weight: 0 },
  ] as const
  const expected: { readonly [strategy in StrategyName]: { readonly [target: string]: number } } = {
    priority: { 'a/x': 1, 'b/x': 0, 'c/x': 0, 'd/x': 0 },
    'round-robin': { 'a/x': 0.33, 'b/x': 0.33, 'c/x': 0.33, 'd/x': 0 },
    random: { 'a/x': 0.33, 'b/x': 0.33, 'c/x': 0.33, 'd/x': 0 },
    weighted: { 'a/x': 0.6, 'b/x': 0.3, 'c/x': 0.1, 'd/x': 0 },
    'least-used': { 'a/x': 0.33, 'b/x': 0.33, 'c/x': 0.33, 'd/x': 0 },
    'cost-optimized': { 'a/x': 1, 'b/x': 0, 'c/x': 0, 'd/x': 0 },
    fastest: { 'a/x': 0.33, 'b/x': 0.33, 'c/x': 0.33, 'd/x': 0 },
    sticky: { 'a/x': 0.6, 'b/x': 0.3, 'c/x': 0.1, 'd/x': 0 },
  }
  for (const [strategy, shares] of Object.entries(expected) as [StrategyName, (typeof expected)[StrategyName]][]) {
    test(`of \`${strategy}\` are those of many calls`, () => {
      const { prospects, isDrawn } = explain(asked(), tableOf([chainOf('chain', three, { strategy })]))
      const found = sharesOf(prospects)
      for (const [name, share] of Object.entries(shares)) assert.ok(Math.abs(found[name]! - share) <= 0.05, `${name}: ${found[name]}`)
      assert.equal(isDrawn, ['random', 'weighted', 'fastest', 'sticky'].includes(strategy))
      assert.equal(whysOf(prospects)['d/x']!.includes('weight_zero'), strategy !== 'priority')
      assert.equal(prospects.at(-1)!.place, 4, 'who has no share is asked last')
    })
  }

  test('of a session are whole: it always goes the same way', () => {
    const { prospects, isDrawn } = explain(asked({ affinity: 7 }), tableOf([chainOf('chain', three, { strategy: 'sticky' })]))
    assert.deepEqual([prospects[0]!.share, isDrawn], [1, false])
  })
})

describe('looking', () => {
  test('takes no turn: calls go round as if nobody had looked', () => {
    const lines = ['a/x', 'b/x', 'c/x']
    const [watched, alone] = [1, 2].map(() => tableOf([chainOf('chain', lines, { strategy: 'round-robin' })])) as [RoutingTable, RoutingTable]
    const seen = Array.from({ length: 7 }, () => {
      const { prospects } = explain(asked(), watched)
      const [next] = firsts(watched, 1)
      assert.equal(nameOf(prospects[0]!), next, 'it is the next call that is explained')
      return next
    })
    assert.deepEqual(seen, firsts(alone, 7))
  })

  test('makes no place known, and holds none', () => {
    const table = tableOf([])
    const before = [...table.health].length
    const { prospects } = explain(asked({ model: 'a/invented' }), table)
    assert.deepEqual(placesOf(prospects), [['a/invented', 1]])
    assert.deepEqual([[...table.health].length, table.known.size], [before, 0])
    assert.equal(healthTerms.failures, table.health.terms.failures)
  })

  test('fails as a call would', () => {
    const table = tableOf([])
    for (const shape of [{ model: 'nowhere' }, { route: 'nowhere' }, { provider: 'nowhere' }, { fallbacks: ['nowhere'] }])
      assert.throws(
        () => explain(asked(shape), table),
        (error) => error instanceof Failure && error.reason === 'model_not_found',
      )
  })

  test('is bounded for the longest chain', () => {
    const lines = Array.from({ length: 2000 }, (_, at) => `a/m${at}`)
    for (const strategy of ['priority', 'weighted', 'fastest'] as const) {
      const table = tableOf([chainOf('chain', lines, { strategy })])
      const from = monotonic()
      const { prospects } = explain(asked(), table)
      assert.ok(monotonic() - from < 1000, `${monotonic() - from} ms`)
      assert.equal(prospects.filter(({ place }) => place !== undefined).length, 100)
    }
  })
})

test('the way from the name to its targets is told hop by hop', () => {
  const table = tableOf([chainOf('chain', ['a/x'])], {
    aliases: new Map([
      ['fast', 'chain'],
      ['quick', 'fast'],
    ]),
    wildcards: [{ head: 'gpt-', tail: '', to: 'b/gpt-*' }],
  })
  const hops = (fields: Partial<Imagined>) => explain(asked(fields), table).hops.map(({ name, by }) => `${name} ${by}`)
  assert.deepEqual(hops({ model: 'quick' }), ['quick alias', 'fast alias', 'chain chain'])
  assert.deepEqual(hops({ model: 'gpt-4o' }), ['gpt-4o wildcard', 'b/gpt-4o prefix'])
  assert.deepEqual(hops({ model: 'quick', route: 'chain' }), ['chain chain'])
  assert.deepEqual(hops({ model: 'x', provider: 'c' }), ['x asked_provider'])
  assert.deepEqual(placesOf(explain(asked({ model: 'quick', fallbacks: ['b/y'] }), table).prospects), [
    ['a/x', 1],
    ['b/y', 2],
  ])
})
